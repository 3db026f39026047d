// Draws JPEG pictures of clouds:
//   dotnet fsi --reference:BIN/SkiaSharp.dll tools/lib/pictures.fsx FOLDER COUNT WIDTH HEIGHT
open System.IO
open SkiaSharp

let arguments = fsi.CommandLineArgs
let folder, count, width, height = arguments.[1], int arguments.[2], int arguments.[3], int arguments.[4]
Directory.CreateDirectory folder |> ignore

for i in 0 .. count - 1 do
    // Noise is slow to draw: of large pictures a fifth of each edge.
    let scale = if width > 1000 then 5 else 1
    use noise = new SKBitmap(width / scale, height / scale)
    use noiseCanvas = new SKCanvas(noise)
    use paint = new SKPaint()
    use shader = SKShader.CreatePerlinNoiseFractalNoise(0.013f, 0.017f, 7, float32 i)
    paint.Shader <- shader
    noiseCanvas.DrawRect(0f, 0f, float32 width, float32 height, paint)
    use bitmap = noise.Resize(SKImageInfo(width, height), SKSamplingOptions(SKFilterMode.Linear))
    use file = File.Create(Path.Combine(folder, sprintf "%04d.jpg" i))
    bitmap.Encode(file, SKEncodedImageFormat.Jpeg, 90) |> ignore
