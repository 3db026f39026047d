namespace SoftPool.Native;

#pragma warning disable CS0649 // The host writes them.
// The structs of include/softpool.h, field by field, under their names there.

internal unsafe struct sp_device_info
{
    public nuint size;
    public uint index, kind, vulkan, has_luid;
    public ulong memory;
    public fixed byte uuid[16];
    public fixed byte luid[8];
    public fixed byte name[256];
    public fixed byte driver[256];
    public fixed byte unsupported[256];
}

internal unsafe struct sp_device_options
{
    public nuint size;
    public byte* selector;
    public byte* cache_folder;
    public uint no_self_test, reserved;
}

internal unsafe struct sp_host_device
{
    public nuint size;
    public nint instance, physical_device, device, queue;
    public uint queue_family, queue_index, api_version, timeline_semaphores, fp16_storage, int64, cooperative_matrices;
    public nint features, get_instance_proc_addr;
    public delegate* unmanaged<nint, void> lock_queue, unlock_queue, released;
    public nint user;
}

internal unsafe struct sp_onnx_options
{
    public nuint size;
    public byte** shapes;
    public byte** outputs;
    public uint shape_count, output_count;
    public float* mean;
    public float* deviation;
    public uint channels, reserved;
}

internal struct sp_model_info
{
    public nuint size;
    public uint inputs, outputs, classes, has_certificate;
}

internal unsafe struct sp_tensor_info
{
    public nuint size;
    public ulong elements;
    public uint rank;
    public fixed uint shape[8];
    public fixed byte name[256];
}

internal struct sp_session_options
{
    public nuint size;
    public uint batch, max_runs, fp16, strict, tune, reserved;
}

internal struct sp_session_info
{
    public nuint size;
    public uint batch, rejected_kernels;
    public ulong activation_bytes, weight_bytes;
}

internal unsafe struct sp_floats
{
    public float* data;
    public nuint count;
}

internal unsafe struct sp_image
{
    public byte* pixels;
    public uint width, height, format, reserved;
}

internal struct sp_plane
{
    public ulong buffer, offset, image;
    public uint row_pitch, layout, layer, reserved;
}

internal struct sp_device_image
{
    public sp_plane pixels, chroma;
    public uint width, height, format, matrix, full_range, reserved;
}

internal struct sp_buffer
{
    public ulong buffer, offset;
}

internal struct sp_output_image
{
    public ulong image;
    public uint width, height, format, layout_before, layout_after, layer, usage, reserved;
}

internal unsafe struct sp_input
{
    public nuint size;
    public uint kind, count;
    public sp_floats* floats;
    public sp_image* images;
    public sp_buffer* buffers;
    public sp_device_image* device_images;
}

internal unsafe struct sp_output
{
    public nuint size;
    public uint kind, count;
    public sp_floats* floats;
    public sp_buffer* buffers;
    public sp_output_image* images;
}

internal struct sp_semaphore
{
    public ulong semaphore, value;
}

internal unsafe struct sp_run_options
{
    public nuint size;
    public sp_semaphore* wait;
    public sp_semaphore* signal;
    public uint wait_count, signal_count;
    public delegate* unmanaged<nint, int, byte*, void> done;
    public nint user;
}
