/* softpool.h: neural networks on Vulkan, as a C library.
 *
 * Objects. A handle (sp_device, sp_model, ...) is opaque. A function that makes one gives it with one reference;
 * sp_retain adds a reference, sp_release removes one, and the last frees the object. Release in any order: a session
 * keeps its device and its model, and a stepper, a recorder and a started run keep their session. A null handle, one
 * that was released, and one of another kind are errors, never crashes. sp_release(NULL) does nothing. A call in
 * progress keeps the objects that it was given, whoever releases them.
 *
 * Errors. Each function that can fail returns an sp_code, and SP_OK is 0. sp_get_error gives the sentence of the last
 * error of the calling thread. A function that fails leaves what it was to write untouched.
 *
 * Structs. The structs that functions take or fill begin with their size: sp_device_info, sp_device_options,
 * sp_host_device, sp_onnx_options, sp_model_info, sp_tensor_info, sp_session_options, sp_session_info, sp_input,
 * sp_output, sp_run_options. Set `size` to sizeof the struct, and everything else to zero; SP_INIT does both:
 *     sp_session_options options = SP_INIT(sp_session_options);
 * A size that is too small is an error. A larger one, of a newer header, is accepted if what this library does not
 * know is zero. Reserved fields are zero. The elements of the arrays of an input, an output and run options have no
 * size and never change: sp_floats, sp_image, sp_buffer, sp_device_image, sp_output_image, sp_semaphore. SP_INIT does
 * not compile for them.
 *
 * Threads. Devices, models, sessions, runs and texts may be used by any threads at the same time. A stepper and a
 * recorder are used by one thread at a time; which one does not matter.
 *
 * Callbacks. A callback must return, and not by an exception or longjmp. Within sp_run_function every function of this
 * header may be called, and within sp_log_function and `released` too: an error within sp_log_function is not logged,
 * and sp_get_error gives it until the log function returns. Within lock_queue and unlock_queue none may be called; a
 * run there is SP_ERROR_STATE.
 *
 * The library. It holds the .NET runtime: it starts threads, installs handlers for SIGSEGV and SIGFPE, which pass on
 * what is not its own, and cannot be unloaded; dlclose leaves it where it is. Strings are UTF-8. */
#ifndef SOFTPOOL_H
#define SOFTPOOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
template <class Struct>
inline Struct sp_init() {
    Struct zeros = Struct();
    zeros.size = sizeof(Struct);
    return zeros;
}
#define SP_INIT(type) (sp_init<type>())

extern "C" {
#else
#define SP_INIT(type) ((type){.size = sizeof(type)})
#endif

#if defined(_WIN32)
#define SP_API __declspec(dllimport)
#else
#define SP_API __attribute__((visibility("default")))
#endif

/* The version of this header. A library of version N serves programs of versions 1 to N. */
#define SP_VERSION 1u

typedef struct sp_device_object* sp_device;
typedef struct sp_model_object* sp_model;
typedef struct sp_session_object* sp_session;
typedef struct sp_run_object* sp_run;
typedef struct sp_stepper_object* sp_stepper;
typedef struct sp_recorder_object* sp_recorder;
typedef struct sp_text_object* sp_text;

typedef int32_t sp_code;
enum {
    SP_OK = 0,
    SP_ERROR_ARGUMENT = 1,      /* null where a value is needed, a value out of range, a struct's size */
    SP_ERROR_HANDLE = 2,        /* null, released, or of another kind */
    SP_ERROR_STATE = 3,         /* not now: no inference was started, or it is not done */
    SP_ERROR_SHAPE = 4,         /* lengths or shapes do not fit; the sentence has what was expected and what came */
    SP_ERROR_FILE = 5,          /* a file cannot be opened or read */
    SP_ERROR_MODEL = 6,         /* a file is no valid model */
    SP_ERROR_UNSUPPORTED = 7,   /* an ONNX file has something that cannot be imported */
    SP_ERROR_NO_LOADER = 8,     /* no Vulkan loader */
    SP_ERROR_NO_DRIVER = 9,     /* no Vulkan driver with a device */
    SP_ERROR_NO_DEVICE = 10,    /* no device matches, or none can run the kernels */
    SP_ERROR_DEVICE = 11,       /* the device lacks a feature, or its driver fails the self-test */
    SP_ERROR_LIMIT = 12,        /* a limit of the device */
    SP_ERROR_FP16_RANGE = 13,   /* a weight does not fit in 16 bits */
    SP_ERROR_MEMORY = 14,       /* the device's memory is exhausted */
    SP_ERROR_DEVICE_LOST = 15,  /* release sessions and device, and make them anew */
    SP_ERROR_NO_CERTIFICATE = 16, /* the model has nothing to verify by */
    SP_ERROR_CANCELLED = 17,    /* the run was cancelled */
    SP_ERROR_VULKAN = 18,       /* a Vulkan call failed unexpectedly */
    SP_ERROR_VERSION = 19,      /* the library is older than the program's header */
    SP_ERROR_INTERNAL = 20      /* a fault of this library */
};

/* ---- The library ---- */

/* Returns SP_ERROR_VERSION if the library is older than `version`, the SP_VERSION that the program was compiled
 * with. Call it first. */
SP_API sp_code sp_check_version(uint32_t version);
/* The newest SP_VERSION that the library serves. */
SP_API uint32_t sp_version(void);
/* Returns the last error of the calling thread and forgets it; SP_OK if there was none. `sentence` may be null; it
 * receives a text that is valid until the next error of this thread. */
SP_API sp_code sp_get_error(const char** sentence);
/* Receives each error as it happens, on the thread where it happens: each that a function returns, and each that ends
 * a started run, once, on a thread of the library and before the run's callback. `sentence` is valid during the
 * call. */
typedef void (*sp_log_function)(void* user, sp_code code, const char* sentence);
/* Sets the function for the whole process; null for none. */
SP_API sp_code sp_set_log(sp_log_function log, void* user);
SP_API sp_code sp_retain(void* handle);
SP_API sp_code sp_release(void* handle);
/* A text's UTF-8, valid as long as the text; null for a handle that is none. */
SP_API const char* sp_text_utf8(sp_text text);

/* ---- Devices ---- */

typedef struct sp_device_info {
    size_t size;
    uint32_t index;         /* in sp_enumerate; 0 for a host's device */
    uint32_t kind;          /* 0 discrete, 1 integrated, 2 virtual, 3 CPU, 4 other */
    uint32_t vulkan;        /* the version as Vulkan packs it */
    uint32_t has_luid;
    uint64_t memory;        /* bytes of the largest heap of the device's own */
    uint8_t uuid[16];       /* VkPhysicalDeviceIDProperties::deviceUUID */
    uint8_t luid[8];        /* on Windows */
    char name[256];
    char driver[256];
    char unsupported[256];  /* why it cannot run the kernels; empty if it can */
} sp_device_info;

/* Lists all devices. With `infos` null sets `count`; else fills at most `count` and sets how many. Each has its
 * size set; nothing is written if one has not. */
SP_API sp_code sp_enumerate(sp_device_info* infos, uint32_t* count);

typedef struct sp_device_options {
    size_t size;
    const char* selector;     /* index or part of the name; null for the best kind; null for a host's device */
    const char* cache_folder; /* of compiled kernels; null for the user's, "" for none */
    uint32_t no_self_test;    /* 1: kernels are not tried before their first use */
    uint32_t reserved;
} sp_device_options;

/* Opens a device of its own. `options` may be null. */
SP_API sp_code sp_device_create(const sp_device_options* options, sp_device* device);

/* A Vulkan device that the host has made and goes on to use. Handles are Vulkan's own. */
typedef struct sp_host_device {
    size_t size;
    void* instance;               /* VkInstance, for Vulkan 1.1 or later */
    void* physical_device;        /* VkPhysicalDevice */
    void* device;                 /* VkDevice */
    void* queue;                  /* VkQueue that takes compute work; null for queue_index of queue_family,
                                   * which the device was created with */
    uint32_t queue_family;
    uint32_t queue_index;
    uint32_t api_version;         /* VkApplicationInfo::apiVersion, if known: 1.0 is refused. Else 0 */
    uint32_t timeline_semaphores; /* whether the feature timelineSemaphore is enabled */
    uint32_t fp16_storage;        /* storageBuffer16BitAccess */
    uint32_t int64;               /* shaderInt64 */
    uint32_t cooperative_matrices; /* cooperativeMatrix (VK_KHR_cooperative_matrix), shaderFloat16 and
                                    * vulkanMemoryModel, all three */
    const void* features;         /* VkPhysicalDeviceFeatures2 with its chain, as enabled: in place of the four */
    void* get_instance_proc_addr; /* the host's vkGetInstanceProcAddr; null for the system's loader */
    /* Take and release the lock under which the host uses the queue. Called around each use of the queue by the
     * library, on one thread, never nested, and never while the library waits. Null only if the host does not use
     * the queue while the library may. A thread that has taken the lock itself must not run anything: it would wait
     * for itself. */
    void (*lock_queue)(void* user);
    void (*unlock_queue)(void* user);
    void (*released)(void* user); /* called once, when all objects on the device are gone, on the thread that
                                   * releases the last; may be null */
    void* user;
} sp_host_device;

/* Uses a host's device, which is never destroyed. `options` may be null. */
SP_API sp_code sp_device_adopt(const sp_host_device* host, const sp_device_options* options, sp_device* device);
SP_API sp_code sp_device_get_info(sp_device device, sp_device_info* info);
/* The other way: the Vulkan objects of an own device. lock_queue and unlock_queue are to be called with `user` around
 * each use of the queue; they are valid as long as the device's handle. */
SP_API sp_code sp_device_get_handles(sp_device device, sp_host_device* host);
/* The kernels that failed their self-test here, as JSON: [{"kernel": ..., "reason": ...}]. */
SP_API sp_code sp_device_rejected(sp_device device, sp_text* json);

/* ---- Models ---- */

/* Reads a file: ONNX if its name ends with .onnx, else safetensors. */
SP_API sp_code sp_model_load(const char* path, sp_model* model);
enum { SP_SAFETENSORS = 0, SP_ONNX = 1 };
/* The same from memory, which is free afterwards. */
SP_API sp_code sp_model_load_memory(const void* data, size_t bytes, uint32_t format, sp_model* model);

typedef struct sp_onnx_options {
    size_t size;
    const char* const* shapes;  /* extents that the file leaves open: "x=1x3x640x640" is the shape of the input x with
                                 * its batch, which stays free; "height=640" is the value of a symbol */
    const char* const* outputs; /* the names of the values that become the outputs; null for all of the file's */
    uint32_t shape_count, output_count;
    const float* mean;      /* of each channel of images in [0, 1]; null for 0 */
    const float* deviation; /* null for 1. With both null, images are normalised as the file's metadata says */
    uint32_t channels;      /* the length of mean and deviation; 0 if both are null */
    uint32_t reserved;
} sp_onnx_options;

/* Reads an ONNX file, whatever its name. `options` may be null. */
SP_API sp_code sp_model_load_onnx(const char* path, const sp_onnx_options* options, sp_model* model);
/* The same from memory, which is free afterwards. External data is refused. */
SP_API sp_code sp_model_load_onnx_memory(
    const void* data, size_t bytes, const sp_onnx_options* options, sp_model* model);
/* The same network for another size of its only input: (C, H, W), without the batch. */
SP_API sp_code sp_model_resize(sp_model model, const uint32_t* shape, uint32_t rank, sp_model* resized);

typedef struct sp_model_info {
    size_t size;
    uint32_t inputs, outputs, classes;
    uint32_t has_certificate;
} sp_model_info;
SP_API sp_code sp_model_get_info(sp_model model, sp_model_info* info);

typedef struct sp_tensor_info {
    size_t size;
    uint64_t elements;  /* of one item */
    uint32_t rank;
    uint32_t shape[8];  /* of one item, without the batch */
    char name[256];
} sp_tensor_info;
SP_API sp_code sp_model_get_input(sp_model model, uint32_t index, sp_tensor_info* info);
SP_API sp_code sp_model_get_output(sp_model model, uint32_t index, sp_tensor_info* info);
/* The name of an element of the only or first output; null if there is none. Valid as long as the model. */
SP_API const char* sp_model_class_name(sp_model model, uint32_t index);

/* ---- Sessions ---- */

typedef struct sp_session_options {
    size_t size;
    uint32_t batch;    /* largest number of items of a run; 0 means 1 */
    uint32_t max_runs; /* runs in progress at once, at most 1000; 0 means 1. Each has its own activations, and further
                        * runs wait */
    uint32_t fp16;     /* weights and activations in 16 bits */
    uint32_t strict;   /* the same bits on every device */
    uint32_t tune;     /* measures kernels of convolutions and linear layers */
    uint32_t reserved;
} sp_session_options;

/* A model ready to run on a device. `options` may be null. */
SP_API sp_code sp_session_create(
    sp_device device, sp_model model, const sp_session_options* options, sp_session* session);

typedef struct sp_session_info {
    size_t size;
    uint32_t batch, rejected_kernels;
    uint64_t activation_bytes, weight_bytes; /* of the device's memory */
} sp_session_info;
SP_API sp_code sp_session_get_info(sp_session session, sp_session_info* info);
SP_API sp_code sp_session_rejected(sp_session session, sp_text* json);

/* ---- What a run reads and writes ---- */

/* Floats are taken and given as they are: the network's own numbers. */
typedef struct sp_floats {
    float* data; /* of an input only read */
    size_t count;
} sp_floats;

/* The bytes of a pixel; or, for sp_device_image only, a plane of luma and one of Cb and Cr in turns, with one sample
 * each for 2x2 pixels, of 8 bits or of 10, the upper ones of 16. */
enum { SP_RGB8 = 0, SP_RGBA8 = 1, SP_BGRA8 = 2, SP_NV12 = 3, SP_P010 = 4 };
/* An image is resized and normalised on the device, as the model's preprocessing says. */
typedef struct sp_image {
    const void* pixels; /* row by row from the top, without gaps */
    uint32_t width, height;
    uint32_t format;    /* SP_RGB8 ... */
    uint32_t reserved;
} sp_image;

/* A region of a buffer of the host's device. */
typedef struct sp_buffer {
    uint64_t buffer; /* VkBuffer */
    uint64_t offset; /* bytes, a multiple of 4 */
} sp_buffer;

/* A plane of pixels or samples on the host's device: rows in a buffer, or a VkImage. */
typedef struct sp_plane {
    uint64_t buffer;    /* VkBuffer with the usage TRANSFER_SRC; 0 for an image */
    uint64_t offset;    /* bytes, where the first row begins */
    uint64_t image;     /* VkImage of two dimensions with the usage TRANSFER_SRC; 0 for a buffer */
    uint32_t row_pitch; /* of a buffer: bytes from row to row; 0 if there are no gaps */
    uint32_t layout;    /* of an image: its VkImageLayout, when the run begins and again when it has read it */
    uint32_t layer;     /* of an image: its array layer */
    uint32_t reserved;
} sp_plane;

enum { SP_BT709 = 0, SP_BT601 = 1 };
/* An image on the host's device. It is resized and normalised as an sp_image of the same pixels: the same bits. The
 * device copies it first, after all work that was submitted before; work that is submitted later waits for the copy.
 * Bytes are taken as they are: those of an sRGB image are sRGB. */
typedef struct sp_device_image {
    sp_plane pixels;     /* of SP_NV12 and SP_P010 the luma */
    sp_plane chroma;     /* all zero: the other plane of the same image, or directly behind the luma's last row */
    uint32_t width, height;
    uint32_t format;     /* SP_RGB8 ...; R8G8B8A8 is SP_RGBA8, B8G8R8A8 is SP_BGRA8, UNORM or SRGB */
    uint32_t matrix;     /* of SP_NV12 and SP_P010: SP_BT709 or SP_BT601 */
    uint32_t full_range; /* 1: luma from 0 to 255, and not from 16 to 235; of 10 bits four times as much */
    uint32_t reserved;
} sp_device_image;

enum { SP_FLOATS = 0, SP_IMAGES = 1, SP_BUFFERS = 2, SP_DEVICE_IMAGES = 3 };

/* One array of floats for each input of the network, n items each; or n images; or one buffer of the host's for each
 * input, a whole batch each; or n images on the host's device. */
typedef struct sp_input {
    size_t size;
    uint32_t kind;  /* SP_FLOATS ... */
    uint32_t count; /* of arrays, images or buffers */
    const sp_floats* floats;
    const sp_image* images;
    const sp_buffer* buffers;
    const sp_device_image* device_images;
} sp_input;

/* A VkImage of the host's device that receives one item of a dense network's only output, (C, H, W). It has two
 * dimensions, one sample a pixel and the usage TRANSFER_DST. Its first mip level is written, after all work that was
 * submitted before; work that is submitted later waits for it. */
typedef struct sp_output_image {
    uint64_t image;         /* VkImage */
    uint32_t width, height; /* its size, that of the output */
    uint32_t format;        /* its VkFormat. Of one channel: R8_UNORM, R16_SFLOAT, R32_SFLOAT. Of three or four:
                             * R8G8B8A8 and B8G8R8A8, UNORM or SRGB, R16G16B16A16_SFLOAT, R32G32B32A32_SFLOAT; without
                             * a fourth channel alpha is 1. A byte is the value, held to [0, 1], times 255, rounded to
                             * the nearest, ties to the even one, in an SRGB image too; NaN is 0 */
    uint32_t layout_before; /* its VkImageLayout when the run begins; UNDEFINED for any */
    uint32_t layout_after;  /* and when the run has ended */
    uint32_t layer;         /* its array layer */
    uint32_t usage;         /* the VkImageUsageFlags that it was created with, to be checked; 0 if not known */
    uint32_t reserved;
} sp_output_image;

/* One array of floats or one buffer for each output of the network; or one image for each item of its only output, all
 * of one format, for the first items if the input is in buffers. */
typedef struct sp_output {
    size_t size;
    uint32_t kind; /* of inputs of SP_FLOATS and SP_IMAGES: SP_FLOATS; of SP_BUFFERS: SP_BUFFERS or SP_DEVICE_IMAGES; of
                    * SP_DEVICE_IMAGES: any of the three; in recordings, of any input: SP_BUFFERS or
                    * SP_DEVICE_IMAGES */
    uint32_t count;
    const sp_floats* floats;
    const sp_buffer* buffers;
    const sp_output_image* images;
} sp_output;

/* ---- Runs ---- */

/* Runs and waits. */
SP_API sp_code sp_session_run(sp_session session, const sp_input* input, const sp_output* output);

typedef struct sp_semaphore {
    uint64_t semaphore; /* VkSemaphore, a timeline */
    uint64_t value;
} sp_semaphore;

/* Is called once, when a run has ended, on a thread of the library. */
typedef void (*sp_run_function)(void* user, sp_code code, const char* sentence);

typedef struct sp_run_options {
    size_t size;
    const sp_semaphore* wait;   /* the run waits for these on the device */
    const sp_semaphore* signal; /* and signals these */
    uint32_t wait_count, signal_count;
    sp_run_function done; /* may be null */
    void* user;
} sp_run_options;

/* Starts a run and returns. What `input` and `output` point to is used until the run has ended; the structs and
 * arrays of structs themselves only during the call. `options` may be null; so may `run`, if `options` has a
 * callback. If this function fails, `done` is not called. */
SP_API sp_code sp_session_start(
    sp_session session, const sp_input* input, const sp_output* output, const sp_run_options* options, sp_run* run);
/* Sets `done` to 1 if the run has ended, and returns what it ended with. The log does not hear of that again. */
SP_API sp_code sp_run_poll(sp_run run, uint32_t* done);
/* The same, after waiting for the end. */
SP_API sp_code sp_run_wait(sp_run run);
/* Ends the wait for a run. It then ends with SP_ERROR_CANCELLED, and its output in memory is not written. */
SP_API sp_code sp_run_cancel(sp_run run);

/* An inference spread over frames. */
SP_API sp_code sp_stepper_create(sp_session session, sp_stepper* stepper);
/* Reads the input during the call; buffers and images on the device until the first step has returned. `output` is
 * of SP_BUFFERS or SP_DEVICE_IMAGES for SP_BUFFERS, of SP_DEVICE_IMAGES or null for SP_DEVICE_IMAGES, else null. It is
 * written in the last step. An inference in progress is given up. The first one of images tries their kernels on the
 * device: it uses the queue and waits. */
SP_API sp_code sp_stepper_start(sp_stepper stepper, const sp_input* input, const sp_output* output);
/* Works for about `nanoseconds`, at least one launch. Sets `done` to 1 when the inference is done. */
SP_API sp_code sp_stepper_step(sp_stepper stepper, uint64_t nanoseconds, uint32_t* done);
/* Copies the output in floats. SP_ERROR_STATE if it went to the host's buffers or images. */
SP_API sp_code sp_stepper_finish(sp_stepper stepper, const sp_output* output);

/* Records the network into command buffers of the host. A recorder lives until its commands have run for the last
 * time; what one recorder has recorded shares one set of activations. */
SP_API sp_code sp_recorder_create(sp_session session, sp_recorder* recorder);
/* `commands` is a VkCommandBuffer in the recording state, outside a render pass. `output` has buffers or images, which
 * are in the layout `layout_before` each time that the commands run. The first recording of images tries their kernels
 * on the device: it uses the queue and waits. */
SP_API sp_code sp_recorder_record(
    sp_recorder recorder, void* commands, const sp_input* input, const sp_output* output);

/* The device time of each kernel launch, as JSON: [{"layer", "kernel", "nanoseconds", "bytes"}]. Not of buffers, and not
 * of images on the device. */
SP_API sp_code sp_session_profile(sp_session session, const sp_input* input, sp_text* json);
/* Compares the device with the model's certificate. `report` may be null; it receives the report as JSON. */
SP_API sp_code sp_session_verify(sp_session session, uint32_t* passed, sp_text* report);

#ifdef __cplusplus
}
#endif
#endif
