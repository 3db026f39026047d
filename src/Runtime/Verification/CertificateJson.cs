using System.Text.Json.Serialization;

namespace SoftPool.Verification;

/// <summary>How a certificate is read and written: as the model's own JSON, snake_case, nothing unknown, nothing
/// missing, nothing twice.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    AllowOutOfOrderMetadataProperties = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(CertificateDocument))]
internal sealed partial class CertificateJson : JsonSerializerContext;
