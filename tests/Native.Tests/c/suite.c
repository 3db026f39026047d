// The C interface from C: suite TEST MODEL ONNX OPEN-ONNX, one test a process. Prints nothing and exits with 0 if all
// is well.
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vulkan/vulkan.h>

#include "softpool.h"

static const char *model_path, *onnx_path, *open_path;

#define CHECK(condition)                                                                \
    do {                                                                                \
        if (!(condition)) {                                                             \
            const char* why = "";                                                       \
            sp_get_error(&why);                                                         \
            printf("%s:%d: not so: %s. %s\n", __FILE__, __LINE__, #condition, why);     \
            exit(1);                                                                    \
        }                                                                               \
    } while (0)
#define OK(call) CHECK((call) == SP_OK)
#define FAILS(code, call) fails(code, call, #call, __LINE__)

static void fails(sp_code expected, sp_code came, const char* call, int line) {
    const char* sentence = NULL;
    sp_code kept = sp_get_error(&sentence);
    if (came != expected || kept != expected || strlen(sentence) < 10) {
        printf("line %d: %s: expected %d; came %d, kept %d, '%s'\n", line, call, expected, came, kept, sentence);
        exit(1);
    }
}

static sp_device open_device(void) {
    sp_device_options options = SP_INIT(sp_device_options);
    options.cache_folder = "";
    options.no_self_test = 1;
    sp_device device = NULL;
    OK(sp_device_create(&options, &device));
    return device;
}

enum { BATCH = 2, IN = 3 * 9 * 7, OUT = 5 };
static float in[BATCH * IN], expected[BATCH * OUT];

static sp_session open_session(sp_device device, uint32_t runs) {
    sp_model model = NULL;
    OK(sp_model_load(model_path, &model));
    sp_session_options options = SP_INIT(sp_session_options);
    options.batch = BATCH;
    options.max_runs = runs;
    sp_session session = NULL;
    OK(sp_session_create(device, model, &options, &session));
    OK(sp_release(model));
    return session;
}

static sp_input floats_in(const sp_floats* floats) {
    sp_input input = SP_INIT(sp_input);
    input.count = 1;
    input.floats = floats;
    return input;
}

static sp_output floats_out(const sp_floats* floats) {
    sp_output output = SP_INIT(sp_output);
    output.count = 1;
    output.floats = floats;
    return output;
}

static sp_code run(sp_session session, float* output) {
    sp_floats from = {in, BATCH * IN}, to = {output, BATCH * OUT};
    sp_input input = floats_in(&from);
    sp_output room = floats_out(&to);
    return sp_session_run(session, &input, &room);
}

static void fill(void) {
    for (int i = 0; i < BATCH * IN; i++) in[i] = sinf((float)i);
}

static void check_same(const float* came) {
    for (int i = 0; i < BATCH * OUT; i++) CHECK(came[i] == expected[i]);
}

static void versions(void) {
    CHECK(sp_version() == SP_VERSION);
    OK(sp_check_version(SP_VERSION));
    FAILS(SP_ERROR_VERSION, sp_check_version(SP_VERSION + 1));
    FAILS(SP_ERROR_VERSION, sp_check_version(0));
    sp_check_version(0);
    const char* sentence = NULL;
    sp_get_error(&sentence);
    CHECK(strstr(sentence, "SP_VERSION"));
    CHECK(sp_get_error(NULL) == SP_OK); // It was forgotten.
}

static void nulls(void) {
    uint32_t number;
    FAILS(SP_ERROR_ARGUMENT, sp_enumerate(NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_device_create(NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(NULL, NULL, NULL));
    sp_device device = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(NULL, NULL, &device));
    sp_host_device host = SP_INIT(sp_host_device);
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(&host, NULL, &device));
    CHECK(device == NULL);
    FAILS(SP_ERROR_HANDLE, sp_device_get_info(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_device_get_handles(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_device_rejected(NULL, NULL));
    sp_model model = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_model_load(NULL, &model));
    FAILS(SP_ERROR_ARGUMENT, sp_model_load(model_path, NULL));
    FAILS(SP_ERROR_FILE, sp_model_load("/nowhere/none.safetensors", &model));
    FAILS(SP_ERROR_ARGUMENT, sp_model_load("", &model));
    CHECK(sp_model_load("/tmp", &model) == SP_ERROR_MODEL);
    const char* sentence = NULL;
    sp_get_error(&sentence);
    CHECK(strcmp(sentence, "/tmp is a folder; a safetensors file is expected.") == 0);
    CHECK(sp_model_load_onnx("/tmp", NULL, &model) == SP_ERROR_MODEL);
    sp_get_error(&sentence);
    CHECK(strcmp(sentence, "/tmp is a folder; an ONNX file is expected.") == 0);
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx(NULL, NULL, &model));
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx(open_path, NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx_memory(NULL, 4, NULL, &model));
    FAILS(SP_ERROR_MODEL, sp_model_load_memory("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, SP_SAFETENSORS, &model));
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_memory(NULL, 4, SP_ONNX, &model));
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_memory("abcd", 4, 7, &model));
    FAILS(SP_ERROR_MODEL, sp_model_load_memory("abcd", 4, SP_SAFETENSORS, &model));
    FAILS(SP_ERROR_HANDLE, sp_model_resize(NULL, NULL, 0, NULL));
    FAILS(SP_ERROR_HANDLE, sp_model_get_info(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_model_get_input(NULL, 0, NULL));
    FAILS(SP_ERROR_HANDLE, sp_model_get_output(NULL, 0, NULL));
    CHECK(sp_model_class_name(NULL, 0) == NULL && sp_get_error(NULL) == SP_ERROR_HANDLE);
    FAILS(SP_ERROR_HANDLE, sp_session_create(NULL, NULL, NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_session_get_info(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_session_rejected(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_session_run(NULL, NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_session_start(NULL, NULL, NULL, NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_session_profile(NULL, NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_session_verify(NULL, &number, NULL));
    FAILS(SP_ERROR_HANDLE, sp_run_poll(NULL, &number));
    FAILS(SP_ERROR_HANDLE, sp_run_wait(NULL));
    FAILS(SP_ERROR_HANDLE, sp_run_cancel(NULL));
    FAILS(SP_ERROR_HANDLE, sp_stepper_create(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_stepper_start(NULL, NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_stepper_step(NULL, 0, &number));
    FAILS(SP_ERROR_HANDLE, sp_stepper_finish(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_recorder_create(NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_recorder_record(NULL, NULL, NULL, NULL));
    FAILS(SP_ERROR_HANDLE, sp_retain(NULL));
    OK(sp_release(NULL));
    CHECK(sp_text_utf8(NULL) == NULL);
    // With good handles and nothing else.
    device = open_device();
    sp_session session = open_session(device, 1);
    FAILS(SP_ERROR_ARGUMENT, sp_device_get_info(device, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_session_start(session, NULL, NULL, NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_session_verify(session, NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_session_profile(session, NULL, NULL));
    FAILS(SP_ERROR_ARGUMENT, sp_stepper_create(session, NULL));
    sp_floats from = {NULL, BATCH * IN}, to = {expected, BATCH * OUT};
    sp_input input = floats_in(&from);
    sp_output output = floats_out(&to);
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    from.data = in;
    input.floats = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    input.floats = &from;
    from.count--;
    FAILS(SP_ERROR_SHAPE, sp_session_run(session, &input, &output));
    from.count++;
    input.kind = 9;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    FAILS(SP_ERROR_ARGUMENT, sp_session_start(session, &input, &output, NULL, NULL));
    sp_image image = {NULL, 4, 4, SP_RGB8, 0};
    input.kind = SP_IMAGES;
    input.images = &image;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    image.pixels = in;
    image.format = 3;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    image.format = SP_RGB8;
    image.width = image.height = 0xffffffff;
    FAILS(SP_ERROR_SHAPE, sp_session_run(session, &input, &output));
    image.width = 0xaaaaaaab, image.height = 0x80000000; // Three bytes a pixel: 2^63 and some, a little in 64 bits.
    FAILS(SP_ERROR_SHAPE, sp_session_run(session, &input, &output));
    // An own device takes no handles of a host's.
    sp_recorder recorder = NULL;
    FAILS(SP_ERROR_STATE, sp_recorder_create(session, &recorder));
    OK(sp_release(session));
    OK(sp_release(device));
}

static void wrong_kinds(void) {
    sp_device device = open_device();
    sp_session session = open_session(device, 1);
    sp_device_info info = SP_INIT(sp_device_info);
    FAILS(SP_ERROR_HANDLE, sp_device_get_info((sp_device)session, &info));
    FAILS(SP_ERROR_HANDLE, run((sp_session)device, expected));
    FAILS(SP_ERROR_HANDLE, sp_run_wait((sp_run)device));
    FAILS(SP_ERROR_HANDLE, sp_release((void*)(uintptr_t)0xdeadbeef));
    FAILS(SP_ERROR_HANDLE, sp_release(&info));
    FAILS(SP_ERROR_HANDLE, sp_retain((void*)~(uintptr_t)0));
    OK(sp_retain(session));
    OK(sp_release(session));
    OK(run(session, expected));
    OK(sp_release(session));
    FAILS(SP_ERROR_HANDLE, run(session, expected));
    FAILS(SP_ERROR_HANDLE, sp_release(session));
    OK(sp_release(device));
}

// A struct of the right size is taken; with less, or with more that is not zero, refused; with more of zeros, taken.
#define SIZES(type, call)                                                               \
    do {                                                                                \
        struct { type known; uint64_t unknown; } newer;                                 \
        type* value = &newer.known;                                                     \
        memset(&newer, 0, sizeof newer);                                                \
        FAILS(SP_ERROR_ARGUMENT, call);                                                 \
        value->size = sizeof(type) - 1;                                                 \
        FAILS(SP_ERROR_ARGUMENT, call);                                                 \
        value->size = ~(size_t)0;                                                       \
        FAILS(SP_ERROR_ARGUMENT, call);                                                 \
        value->size = sizeof(type);                                                     \
        OK(call);                                                                       \
        memset(&newer, 0, sizeof newer);                                                \
        value->size = sizeof newer;                                                     \
        OK(call);                                                                       \
        CHECK(value->size == sizeof newer && newer.unknown == 0);                       \
    } while (0)

static void sizes(void) {
    sp_device device = open_device(), other = NULL;
    sp_model model = NULL;
    OK(sp_model_load(model_path, &model));
    SIZES(sp_device_info, sp_device_get_info(device, value));
    SIZES(sp_host_device, sp_device_get_handles(device, value));
    SIZES(sp_model_info, sp_model_get_info(model, value));
    SIZES(sp_tensor_info, sp_model_get_input(model, 0, value));
    sp_session session = NULL;
    SIZES(sp_session_options, sp_session_create(device, model, value, &session));
    SIZES(sp_session_info, sp_session_get_info(session, value));
    SIZES(sp_device_options, sp_device_create(value, &other));
    SIZES(sp_onnx_options, sp_model_load_onnx(onnx_path, value, &model));
    struct { sp_session_options known; uint64_t unknown; } newer = {{.size = sizeof newer}, 1};
    FAILS(SP_ERROR_ARGUMENT, sp_session_create(device, model, &newer.known, &session));
    sp_floats from = {in, IN}, to = {expected, OUT};
    sp_input input = floats_in(&from);
    sp_output output = floats_out(&to);
    sp_run_options options = {0};
    sp_run job = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_session_start(session, &input, &output, &options, &job));
    options.size = sizeof options;
    OK(sp_session_start(session, &input, &output, &options, &job));
    OK(sp_run_wait(job));
    input.size--;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    input.size++;
    output.size--;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    uint32_t count = 0;
    OK(sp_enumerate(NULL, &count));
    CHECK(count > 0);
    sp_device_info infos[8] = {0};
    FAILS(SP_ERROR_ARGUMENT, sp_enumerate(infos, &count));
    for (int i = 0; i < 8; i++) infos[i].size = sizeof infos[i];
    OK(sp_enumerate(infos, &count));
    CHECK(count > 0 && strlen(infos[0].name) > 0 && infos[0].vulkan >= VK_API_VERSION_1_1);
}

static void told(void) {
    sp_device device = open_device();
    sp_device_info info = SP_INIT(sp_device_info);
    OK(sp_device_get_info(device, &info));
    CHECK(info.kind <= 4 && strlen(info.name) > 0 && info.unsupported[0] == 0 && info.memory > 0);
    int zero = 1;
    for (int i = 0; i < 16; i++) zero &= info.uuid[i] == 0;
    CHECK(!zero);
    sp_model model = NULL;
    OK(sp_model_load(model_path, &model));
    sp_model_info what = SP_INIT(sp_model_info);
    OK(sp_model_get_info(model, &what));
    CHECK(what.inputs == 1 && what.outputs == 1 && what.classes == OUT && what.has_certificate == 1);
    sp_tensor_info tensor = SP_INIT(sp_tensor_info);
    OK(sp_model_get_input(model, 0, &tensor));
    CHECK(tensor.rank == 3 && tensor.shape[0] == 3 && tensor.shape[1] == 9 && tensor.shape[2] == 7);
    CHECK(tensor.elements == IN && strlen(tensor.name) > 0);
    FAILS(SP_ERROR_ARGUMENT, sp_model_get_input(model, 1, &tensor));
    OK(sp_model_get_output(model, 0, &tensor));
    CHECK(tensor.elements == OUT);
    CHECK(strcmp(sp_model_class_name(model, 1), "class \"1\" \xc3\xa9") == 0);
    CHECK(sp_model_class_name(model, OUT) == NULL);
    uint32_t shape[3] = {3, 12, 8};
    sp_model resized = NULL;
    FAILS(SP_ERROR_SHAPE, sp_model_resize(model, shape, 3, &resized)); // Its linear layer takes one size alone.
    sp_session session = open_session(device, 1);
    sp_text text = NULL;
    uint32_t passed = 0;
    OK(sp_session_verify(session, &passed, &text));
    CHECK(passed == 1 && strstr(sp_text_utf8(text), "\"passed\": true"));
    OK(sp_release(text));
    sp_floats from = {in, IN};
    sp_input input = floats_in(&from);
    OK(sp_session_profile(session, &input, &text));
    CHECK(strstr(sp_text_utf8(text), "\"layer\":\"linear\"") && strstr(sp_text_utf8(text), "\"nanoseconds\":"));
    OK(sp_release(text));
    OK(sp_session_rejected(session, &text));
    CHECK(strcmp(sp_text_utf8(text), "[]") == 0);
    OK(sp_device_rejected(device, &text));
    sp_session_info memory = SP_INIT(sp_session_info);
    OK(sp_session_get_info(session, &memory));
    CHECK(memory.batch == BATCH && memory.weight_bytes > 0 && memory.activation_bytes > 0);
}

static void models(void) {
    FILE* file = fopen(model_path, "rb");
    CHECK(file);
    static char bytes[1 << 20];
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    sp_model model = NULL;
    OK(sp_model_load_memory(bytes, count, SP_SAFETENSORS, &model));
    memset(bytes, 0, sizeof bytes); // It is free.
    sp_device device = open_device();
    sp_session session = NULL;
    sp_session_options options = SP_INIT(sp_session_options);
    options.batch = BATCH;
    OK(sp_session_create(device, model, &options, &session));
    float again[BATCH * OUT];
    OK(run(open_session(device, 1), expected));
    OK(run(session, again));
    check_same(again);
    // y = relu(x), from a file and from memory.
    sp_model onnx[2] = {NULL, NULL};
    OK(sp_model_load(onnx_path, &onnx[0]));
    file = fopen(onnx_path, "rb");
    count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    OK(sp_model_load_memory(bytes, count, SP_ONNX, &onnx[1]));
    for (int i = 0; i < 2; i++) {
        OK(sp_session_create(device, onnx[i], NULL, &session));
        float x[4] = {-1, 2, -3, 4}, y[4];
        sp_floats from = {x, 4}, to = {y, 4};
        sp_input input = floats_in(&from);
        sp_output output = floats_out(&to);
        OK(sp_session_run(session, &input, &output));
        CHECK(y[0] == 0 && y[1] == 2 && y[2] == 0 && y[3] == 4);
    }
}

// What must be zero is, what has a largest value has less, and what has no effect is not given.
static void limits(void) {
    sp_device device = open_device(), other = NULL;
    sp_model model = NULL;
    OK(sp_model_load(model_path, &model));
    sp_session_options options = SP_INIT(sp_session_options);
    sp_session session = NULL;
    options.max_runs = 1001;
    FAILS(SP_ERROR_ARGUMENT, sp_session_create(device, model, &options, &session));
    options.max_runs = 1000;
    OK(sp_session_create(device, model, &options, &session));
    options.max_runs = 1;
    options.reserved = 1;
    FAILS(SP_ERROR_ARGUMENT, sp_session_create(device, model, &options, &session));
    options.reserved = 0;
    options.batch = 0x80000000;
    FAILS(SP_ERROR_ARGUMENT, sp_session_create(device, model, &options, &session));
    sp_device_options how = SP_INIT(sp_device_options);
    how.reserved = 1;
    FAILS(SP_ERROR_ARGUMENT, sp_device_create(&how, &other));
    sp_onnx_options onnx = SP_INIT(sp_onnx_options);
    onnx.reserved = 1;
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx(onnx_path, &onnx, &model));
    unsigned char pixels[3] = {1, 2, 3};
    sp_image image = {pixels, 1, 1, SP_RGB8, 1};
    sp_floats to = {expected, OUT};
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_IMAGES;
    input.count = 1;
    input.images = &image;
    sp_output output = floats_out(&to);
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    image.reserved = 0;
    OK(sp_session_run(session, &input, &output));
    sp_stepper stepper = NULL;
    OK(sp_stepper_create(session, &stepper));
    FAILS(SP_ERROR_ARGUMENT, sp_stepper_start(stepper, &input, &output)); // Finishing writes floats.
}

// Needs two devices.
static void enumerated_whole_or_not(void) {
    uint32_t count = 0;
    OK(sp_enumerate(NULL, &count));
    CHECK(count == 2);
    sp_device_info infos[4] = {{.size = sizeof infos[0], .name = "untouched"}};
    count = 4;
    FAILS(SP_ERROR_ARGUMENT, sp_enumerate(infos, &count)); // The second has no size.
    CHECK(count == 4 && strcmp(infos[0].name, "untouched") == 0);
    count = 1;
    OK(sp_enumerate(infos, &count));
    CHECK(count == 1 && strcmp(infos[0].name, "untouched") != 0 && infos[1].size == 0);
    // Structs of a newer, larger header lie further apart.
    struct { sp_device_info known; uint64_t unknown; } newer[2] = {0};
    newer[0].known.size = newer[1].known.size = sizeof newer[0];
    count = 2;
    OK(sp_enumerate(&newer[0].known, &count));
    CHECK(count == 2 && newer[0].known.index == 0 && newer[1].known.index == 1 && newer[1].known.name[0] != 0);
}

static void check_onnx(sp_model model, const sp_input* input, const float* right, size_t count) {
    sp_session session = NULL;
    OK(sp_session_create(open_device(), model, NULL, &session));
    float came[64];
    sp_floats to = {came, count};
    sp_output output = floats_out(&to);
    OK(sp_session_run(session, input, &output));
    for (size_t i = 0; i < count; i++) CHECK(came[i] == right[i]);
}

// z = -relu(x), where the file says only that x has three channels.
static void open_onnx(void) {
    sp_model model = NULL;
    FAILS(SP_ERROR_UNSUPPORTED, sp_model_load(open_path, &model));
    FAILS(SP_ERROR_UNSUPPORTED, sp_model_load_onnx(open_path, NULL, &model));
    sp_onnx_options options = SP_INIT(sp_onnx_options);
    const char* shapes[2] = {"x=1x3x1x2", NULL};
    options.shapes = shapes;
    options.shape_count = 2;
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx(open_path, &options, &model));
    shapes[1] = "x=1x3x9x9"; // Twice.
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx(open_path, &options, &model));
    options.shape_count = 1;
    shapes[0] = "x=1x3xwide";
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx(open_path, &options, &model));
    shapes[0] = "x=1x3x1x2";
    OK(sp_model_load_onnx(open_path, &options, &model));
    float numbers[6] = {1, -2, 3, -4, 5, -6}, right[6] = {-1, 0, -3, 0, -5, 0};
    sp_floats from = {numbers, 6};
    sp_input input = floats_in(&from);
    check_onnx(model, &input, right, 6);
    // A symbol's value, and another value of the graph as the output, from memory.
    FILE* file = fopen(open_path, "rb");
    CHECK(file);
    char bytes[4096];
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    const char *symbols[2] = {"height=1", "width=2"}, *outputs[1] = {"y"};
    options.shapes = symbols;
    options.shape_count = 2;
    options.outputs = outputs;
    options.output_count = 1;
    OK(sp_model_load_onnx_memory(bytes, count, &options, &model));
    for (int i = 0; i < 6; i++) right[i] = -right[i];
    check_onnx(model, &input, right, 6);
    outputs[0] = "none";
    FAILS(SP_ERROR_UNSUPPORTED, sp_model_load_onnx_memory(bytes, count, &options, &model));
    outputs[0] = "y";
    // Images: (p / 255 - mean) / deviation.
    unsigned char pixels[6] = {255, 255, 255, 0, 0, 255};
    sp_image image = {pixels, 2, 1, SP_RGB8, 0};
    input.kind = SP_IMAGES;
    input.images = &image;
    float as_they_are[6] = {1, 0, 1, 0, 1, 1};
    check_onnx(model, &input, as_they_are, 6);
    float mean[3] = {0.5f, 0, 0.75f}, deviation[3] = {0.25f, 1, 0.5f}, normalised[6] = {2, 0, 1, 0, 0.5f, 0.5f};
    options.mean = mean;
    FAILS(SP_ERROR_ARGUMENT, sp_model_load_onnx_memory(bytes, count, &options, &model));
    options.deviation = deviation;
    options.channels = 2;
    FAILS(SP_ERROR_MODEL, sp_model_load_onnx_memory(bytes, count, &options, &model));
    options.channels = 3;
    OK(sp_model_load_onnx_memory(bytes, count, &options, &model));
    check_onnx(model, &input, normalised, 6);
    options.deviation = NULL;
    OK(sp_model_load_onnx_memory(bytes, count, &options, &model));
    float shifted[6] = {0.5f, 0, 1, 0, 0.25f, 0.25f};
    check_onnx(model, &input, shifted, 6);
}

struct told { pthread_mutex_t lock; pthread_cond_t changed; int calls; sp_code code; char sentence[64]; };

static void done(void* user, sp_code code, const char* sentence) {
    struct told* told = user;
    CHECK(sentence != NULL && (code == SP_OK) == (sentence[0] == 0));
    CHECK(sp_check_version(SP_VERSION) == SP_OK); // Callable in here.
    pthread_mutex_lock(&told->lock);
    told->calls++;
    told->code = code;
    strncpy(told->sentence, sentence, sizeof told->sentence - 1);
    pthread_cond_signal(&told->changed);
    pthread_mutex_unlock(&told->lock);
}

static void modes(void) {
    sp_device device = open_device();
    sp_session session = open_session(device, 2);
    OK(run(session, expected));
    CHECK(expected[0] != expected[1]);
    sp_floats from = {in, BATCH * IN};
    sp_input input = floats_in(&from);
    float came[3][BATCH * OUT];
    memset(came, 0, sizeof came);
    sp_floats to[3] = {{came[0], BATCH * OUT}, {came[1], BATCH * OUT}, {came[2], BATCH * OUT}};
    // Polled, and told.
    sp_output output = floats_out(&to[0]);
    sp_run job = NULL;
    OK(sp_session_start(session, &input, &output, NULL, &job));
    uint32_t is_done = 0;
    while (!is_done) OK(sp_run_poll(job, &is_done));
    check_same(came[0]);
    OK(sp_release(job));
    struct told told = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, -1, ""};
    sp_run_options options = SP_INIT(sp_run_options);
    options.done = done;
    options.user = &told;
    output = floats_out(&to[1]);
    OK(sp_session_start(session, &input, &output, &options, NULL));
    pthread_mutex_lock(&told.lock);
    while (told.calls == 0) pthread_cond_wait(&told.changed, &told.lock);
    pthread_mutex_unlock(&told.lock);
    CHECK(told.calls == 1 && told.code == SP_OK);
    check_same(came[1]);
    // Semaphores need a host's device.
    sp_semaphore semaphore = {1, 1};
    options.wait = &semaphore;
    options.wait_count = 1;
    OK(sp_session_start(session, &input, &output, &options, &job));
    FAILS(SP_ERROR_DEVICE, sp_run_wait(job));
    // Stepped.
    sp_stepper stepper = NULL;
    OK(sp_stepper_create(session, &stepper));
    FAILS(SP_ERROR_STATE, sp_stepper_step(stepper, 1000, &is_done));
    OK(sp_stepper_start(stepper, &input, NULL));
    output = floats_out(&to[2]);
    FAILS(SP_ERROR_STATE, sp_stepper_finish(stepper, &output));
    int steps = 0;
    for (is_done = 0; !is_done; steps++) OK(sp_stepper_step(stepper, 1, &is_done));
    CHECK(steps > 2);
    OK(sp_stepper_finish(stepper, &output));
    check_same(came[2]);
    // Images: those of two formats with the same colours give the same.
    unsigned char rgb[5 * 4 * 3], bgra[5 * 4 * 4];
    for (int i = 0; i < 5 * 4; i++)
        for (int c = 0; c < 3; c++) bgra[4 * i + 2 - c] = rgb[3 * i + c] = (unsigned char)(37 * i + 91 * c);
    sp_image images[2] = {{rgb, 5, 4, SP_RGB8, 0}, {bgra, 5, 4, SP_BGRA8, 0}};
    input.kind = SP_IMAGES;
    input.count = 2;
    input.images = images;
    output = floats_out(&to[0]);
    OK(sp_session_run(session, &input, &output));
    CHECK(memcmp(came[0], came[0] + OUT, sizeof(float) * OUT) == 0 && came[0][0] != expected[0]);
}

static void order(void) {
    sp_device device = open_device();
    sp_session session = open_session(device, 1);
    OK(run(session, expected));
    OK(sp_release(device)); // Before its session.
    float came[BATCH * OUT] = {0};
    OK(run(session, came));
    check_same(came);
    sp_stepper stepper = NULL;
    OK(sp_stepper_create(session, &stepper));
    sp_floats from = {in, BATCH * IN}, to = {came, BATCH * OUT};
    sp_input input = floats_in(&from);
    sp_output output = floats_out(&to);
    sp_run job = NULL;
    OK(sp_session_start(session, &input, &output, NULL, &job));
    OK(sp_release(session)); // Before its stepper and its run, for which it waits.
    OK(sp_run_wait(job));
    check_same(came);
    memset(came, 0, sizeof came);
    OK(sp_stepper_start(stepper, &input, NULL));
    uint32_t is_done = 0;
    while (!is_done) OK(sp_stepper_step(stepper, 1000000, &is_done));
    OK(sp_stepper_finish(stepper, &output));
    check_same(came);
    OK(sp_release(job));
    OK(sp_release(stepper));
}

// A release too many, while a call uses the session, takes nothing from the call.
static void* run_often(void* session) {
    float came[BATCH * OUT];
    for (int i = 0; i < 400; i++) {
        sp_code code = run(session, came);
        if (code == SP_ERROR_HANDLE) return NULL; // It was released before this call.
        CHECK(code == SP_OK);
        check_same(came);
    }
    return NULL;
}

static void released_in_calls(void) {
    for (int round = 0; round < 8; round++) {
        sp_session session = open_session(open_device(), 1);
        OK(run(session, expected));
        pthread_t other[2];
        for (int i = 0; i < 2; i++) pthread_create(&other[i], NULL, run_often, session);
        usleep(2000);
        OK(sp_release(session));
        FAILS(SP_ERROR_HANDLE, sp_release(session));
        FAILS(SP_ERROR_HANDLE, sp_retain(session));
        for (int i = 0; i < 2; i++) pthread_join(other[i], NULL);
    }
}

static int logged;

static void count_log(void* user, sp_code code, const char* sentence) {
    CHECK(user == &logged && code != SP_OK && strlen(sentence) > 10);
    __atomic_add_fetch(&logged, 1, __ATOMIC_SEQ_CST);
}

static void* one_thread(void* session) {
    for (int i = 0; i < 20; i++) {
        float came[BATCH * OUT];
        OK(run(session, came));
        check_same(came);
        CHECK(sp_get_error(NULL) == SP_OK); // Other threads' errors are theirs.
        sp_model model = NULL;
        FAILS(SP_ERROR_FILE, sp_model_load("/nowhere", &model));
    }
    return NULL;
}

static void threads(void) {
    sp_device device = open_device();
    sp_session session = open_session(device, 2);
    OK(run(session, expected));
    OK(sp_set_log(count_log, &logged));
    pthread_t all[4];
    for (int i = 0; i < 4; i++) pthread_create(&all[i], NULL, one_thread, session);
    for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
    CHECK(logged == 80);
    OK(sp_set_log(NULL, NULL));
    sp_model model = NULL;
    FAILS(SP_ERROR_FILE, sp_model_load("/nowhere", &model));
    CHECK(logged == 80);
}

// A log function whose own calls fail is not told of that, and the error that it was told of stays the last one.
static void failing_log(void* user, sp_code code, const char* sentence) {
    CHECK(++*(int*)user == 1 && code == SP_ERROR_FILE && strstr(sentence, "/nowhere"));
    FAILS(SP_ERROR_HANDLE, sp_retain(NULL));
    CHECK(strstr(sentence, "/nowhere"));
}

static void logs_that_fail(void) {
    int calls = 0;
    sp_model model = NULL;
    OK(sp_set_log(failing_log, &calls));
    FAILS(SP_ERROR_FILE, sp_model_load("/nowhere", &model));
    CHECK(calls == 1);
}

static void log_before_callback(void* user, sp_code code, const char* sentence) {
    CHECK(code == SP_ERROR_DEVICE && strlen(sentence) > 10);
    __atomic_add_fetch((int*)user, 1, __ATOMIC_SEQ_CST);
}

static void callback_after_log(void* user, sp_code code, const char* sentence) {
    CHECK(code == SP_ERROR_DEVICE && strlen(sentence) > 10);
    CHECK(__atomic_add_fetch((int*)user, 10, __ATOMIC_SEQ_CST) == 11);
}

static void logs_of_started_runs(void) {
    sp_session session = open_session(open_device(), 1);
    int calls = 0;
    OK(sp_set_log(log_before_callback, &calls));
    sp_floats from = {in, BATCH * IN}, to = {expected, BATCH * OUT};
    sp_input input = floats_in(&from);
    sp_output output = floats_out(&to);
    sp_semaphore semaphore = {1, 1}; // Only a host's device has any.
    sp_run_options options = SP_INIT(sp_run_options);
    options.wait = &semaphore;
    options.wait_count = 1;
    options.done = callback_after_log;
    options.user = &calls;
    sp_run job = NULL;
    OK(sp_session_start(session, &input, &output, &options, &job));
    FAILS(SP_ERROR_DEVICE, sp_run_wait(job));
    for (int i = 0; i < 1000 && __atomic_load_n(&calls, __ATOMIC_SEQ_CST) < 11; i++) usleep(10000);
    FAILS(SP_ERROR_DEVICE, sp_run_wait(job));
    CHECK(__atomic_load_n(&calls, __ATOMIC_SEQ_CST) == 11);
    // Without a callback the log hears of it too.
    options.done = NULL;
    OK(sp_session_start(session, &input, &output, &options, &job));
    for (int i = 0; i < 1000 && __atomic_load_n(&calls, __ATOMIC_SEQ_CST) < 12; i++) usleep(10000);
    CHECK(__atomic_load_n(&calls, __ATOMIC_SEQ_CST) == 12);
}

/* ---- A host's device ---- */

struct host {
    VkInstance instance;
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue;
    pthread_mutex_t lock;
    pthread_t owner;
    int held, locks, released;
};

static void lock_queue(void* user) {
    struct host* host = user;
    CHECK(!(host->held && pthread_equal(host->owner, pthread_self()))); // Never nested.
    pthread_mutex_lock(&host->lock);
    host->held = 1;
    host->owner = pthread_self();
    host->locks++;
}

static void unlock_queue(void* user) {
    struct host* host = user;
    CHECK(host->held && pthread_equal(host->owner, pthread_self()));
    host->held = 0;
    pthread_mutex_unlock(&host->lock);
}

static void released(void* user) {
    ((struct host*)user)->released++;
    uint32_t count = 0;
    OK(sp_enumerate(NULL, &count)); // Callable in here.
}

static VkPhysicalDeviceVulkan12Features features12 = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .timelineSemaphore = 1};
static VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features12};

static void make_host(struct host* host, uint32_t version) {
    memset(host, 0, sizeof *host);
    pthread_mutex_init(&host->lock, NULL);
    VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = version};
    VkInstanceCreateInfo instance = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
    CHECK(vkCreateInstance(&instance, NULL, &host->instance) == VK_SUCCESS);
    uint32_t one = 1;
    VkResult result = vkEnumeratePhysicalDevices(host->instance, &one, &host->physical);
    CHECK(result == VK_SUCCESS || result == VK_INCOMPLETE);
    float priority = 1;
    VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
    VkDeviceCreateInfo device = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};
    if (version > VK_API_VERSION_1_1) device.pNext = &features;
    CHECK(vkCreateDevice(host->physical, &device, NULL, &host->device) == VK_SUCCESS);
    vkGetDeviceQueue(host->device, 0, 0, &host->queue);
}

static sp_host_device tell(struct host* host) {
    sp_host_device told = SP_INIT(sp_host_device);
    told.instance = host->instance;
    told.physical_device = host->physical;
    told.device = host->device;
    told.get_instance_proc_addr = (void*)(uintptr_t)vkGetInstanceProcAddr;
    told.features = &features;
    told.lock_queue = lock_queue;
    told.unlock_queue = unlock_queue;
    told.released = released;
    told.user = host;
    return told;
}

static VkBuffer make_buffer(struct host* host, size_t floats, float** mapped) {
    VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = floats * sizeof(float),
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkBuffer buffer;
    CHECK(vkCreateBuffer(host->device, &info, NULL, &buffer) == VK_SUCCESS);
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(host->device, buffer, &needs);
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(host->physical, &memory);
    VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    uint32_t type = 0;
    while (!(needs.memoryTypeBits >> type & 1) || (memory.memoryTypes[type].propertyFlags & wanted) != wanted) type++;
    VkMemoryAllocateInfo allocate = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needs.size, .memoryTypeIndex = type};
    VkDeviceMemory bytes;
    CHECK(vkAllocateMemory(host->device, &allocate, NULL, &bytes) == VK_SUCCESS);
    CHECK(vkBindBufferMemory(host->device, buffer, bytes, 0) == VK_SUCCESS);
    CHECK(vkMapMemory(host->device, bytes, 0, VK_WHOLE_SIZE, 0, (void**)mapped) == VK_SUCCESS);
    return buffer;
}

// Uses the queue while the library does.
static void* frames(void* user) {
    struct host* host = user;
    for (int i = 0; i < 200; i++) {
        lock_queue(host);
        CHECK(vkQueueSubmit(host->queue, 0, NULL, VK_NULL_HANDLE) == VK_SUCCESS);
        unlock_queue(host);
    }
    return NULL;
}

static void hosts_device(void) {
    sp_device own = open_device();
    OK(run(open_session(own, 1), expected));
    struct host host;
    make_host(&host, VK_API_VERSION_1_2);
    sp_host_device told = tell(&host);
    sp_device_options options = SP_INIT(sp_device_options);
    options.cache_folder = "";
    options.no_self_test = 1;
    sp_device device = NULL;
    OK(sp_device_adopt(&told, &options, &device));
    pthread_t other;
    pthread_create(&other, NULL, frames, &host);
    sp_session session = open_session(device, 1);
    CHECK(host.locks > 0); // The weights were uploaded.
    float came[BATCH * OUT] = {0};
    OK(run(session, came));
    check_same(came);
    uint32_t passed = 0;
    OK(sp_session_verify(session, &passed, NULL));
    CHECK(passed);
    pthread_join(other, NULL);
    // From the host's buffer to the host's buffer: run, stepped, and in its command buffer.
    float* mapped;
    VkBuffer buffer = make_buffer(&host, BATCH * (IN + OUT), &mapped);
    memcpy(mapped, in, sizeof in);
    sp_buffer regions[2] = {{(uint64_t)buffer, 0}, {(uint64_t)buffer, sizeof in}};
    sp_input input = SP_INIT(sp_input);
    sp_output output = SP_INIT(sp_output);
    input.kind = output.kind = SP_BUFFERS;
    input.count = output.count = 1;
    input.buffers = &regions[0];
    output.buffers = &regions[1];
    OK(sp_session_run(session, &input, &output));
    check_same(mapped + BATCH * IN);
    memset(mapped + BATCH * IN, 0, sizeof expected);
    sp_stepper stepper = NULL;
    OK(sp_stepper_create(session, &stepper));
    FAILS(SP_ERROR_ARGUMENT, sp_stepper_start(stepper, &input, NULL));
    OK(sp_stepper_start(stepper, &input, &output));
    uint32_t is_done = 0;
    while (!is_done) OK(sp_stepper_step(stepper, 1000000, &is_done));
    check_same(mapped + BATCH * IN);
    memset(mapped + BATCH * IN, 0, sizeof expected);
    sp_recorder recorder = NULL;
    OK(sp_recorder_create(session, &recorder));
    VkCommandPoolCreateInfo pool_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    VkCommandPool pool;
    CHECK(vkCreateCommandPool(host.device, &pool_info, NULL, &pool) == VK_SUCCESS);
    VkCommandBufferAllocateInfo allocate = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
    VkCommandBuffer commands;
    CHECK(vkAllocateCommandBuffers(host.device, &allocate, &commands) == VK_SUCCESS);
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    CHECK(vkBeginCommandBuffer(commands, &begin) == VK_SUCCESS);
    FAILS(SP_ERROR_ARGUMENT, sp_recorder_record(recorder, NULL, &input, &output));
    OK(sp_recorder_record(recorder, commands, &input, &output));
    CHECK(vkEndCommandBuffer(commands) == VK_SUCCESS);
    VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &commands};
    lock_queue(&host);
    CHECK(vkQueueSubmit(host.queue, 1, &submit, VK_NULL_HANDLE) == VK_SUCCESS);
    CHECK(vkQueueWaitIdle(host.queue) == VK_SUCCESS);
    unlock_queue(&host);
    check_same(mapped + BATCH * IN);
    // Ordered by semaphores: the run waits for 1 and signals 2.
    VkSemaphoreTypeCreateInfo timeline = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO, .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkSemaphoreCreateInfo semaphore_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &timeline};
    VkSemaphore semaphore;
    CHECK(vkCreateSemaphore(host.device, &semaphore_info, NULL, &semaphore) == VK_SUCCESS);
    sp_semaphore wait = {(uint64_t)semaphore, 1}, signal = {(uint64_t)semaphore, 2};
    sp_run_options run_options = SP_INIT(sp_run_options);
    run_options.wait = &wait;
    run_options.signal = &signal;
    run_options.wait_count = run_options.signal_count = 1;
    sp_run job = NULL;
    sp_session beside = open_session(device, 1);
    OK(sp_session_start(session, &input, &output, &run_options, &job));
    OK(sp_run_poll(job, &is_done));
    CHECK(!is_done);
    // One that waits for it in vain, cancelled: its callback and its handle say the same.
    sp_floats floats[2] = {{in, BATCH * IN}, {came, BATCH * OUT}};
    sp_input from_floats = floats_in(&floats[0]);
    sp_output to_floats = floats_out(&floats[1]);
    struct told cancelled = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, -1, ""};
    sp_run_options in_vain = SP_INIT(sp_run_options);
    in_vain.wait = &wait;
    in_vain.wait_count = 1;
    in_vain.done = done;
    in_vain.user = &cancelled;
    sp_run waiting = NULL;
    OK(sp_session_start(beside, &from_floats, &to_floats, &in_vain, &waiting));
    OK(sp_run_cancel(waiting));
    FAILS(SP_ERROR_CANCELLED, sp_run_wait(waiting));
    sp_run_wait(waiting);
    const char* sentence = NULL;
    sp_get_error(&sentence);
    CHECK(strcmp(sentence, "The run was cancelled.") == 0);
    pthread_mutex_lock(&cancelled.lock);
    while (cancelled.calls == 0) pthread_cond_wait(&cancelled.changed, &cancelled.lock);
    pthread_mutex_unlock(&cancelled.lock);
    CHECK(cancelled.code == SP_ERROR_CANCELLED && strcmp(cancelled.sentence, sentence) == 0);
    VkSemaphoreSignalInfo go = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = semaphore, .value = 1};
    CHECK(vkSignalSemaphore(host.device, &go) == VK_SUCCESS);
    OK(sp_run_wait(job));
    uint64_t two = 2;
    VkSemaphoreWaitInfo until = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO, .semaphoreCount = 1, .pSemaphores = &semaphore,
        .pValues = &two};
    CHECK(vkWaitSemaphores(host.device, &until, 10000000000) == VK_SUCCESS);
    // The host's objects are free when all of the library's on them are gone.
    OK(sp_release(device));
    OK(sp_release(session));
    OK(sp_release(beside));
    OK(sp_release(waiting));
    OK(sp_release(job));
    OK(sp_release(stepper));
    CHECK(host.released == 0);
    OK(sp_release(recorder));
    CHECK(host.released == 1 && !host.held);
    vkDestroySemaphore(host.device, semaphore, NULL);
    vkDestroyCommandPool(host.device, pool, NULL);
}

// Pictures in a buffer of the host's, with a pitch, give what they give from memory: run, started, stepped, recorded.
static void device_images(void) {
    struct host host;
    make_host(&host, VK_API_VERSION_1_2);
    sp_host_device told = tell(&host);
    sp_device_options how = SP_INIT(sp_device_options);
    how.cache_folder = "";
    how.no_self_test = 1;
    sp_device device = NULL;
    OK(sp_device_adopt(&told, &how, &device));
    sp_session session = open_session(device, 1);
    enum { WIDTH = 12, HEIGHT = 10, PITCH = 64 };
    float* mapped;
    VkBuffer buffer = make_buffer(&host, 1024, &mapped);
    unsigned char *rows = (unsigned char*)mapped + 16, pixels[HEIGHT * WIDTH * 4];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < 4 * WIDTH; x++)
            rows[y * PITCH + x] = pixels[y * 4 * WIDTH + x] = (unsigned char)(37 * x + 91 * y);
    sp_image image = {pixels, WIDTH, HEIGHT, SP_BGRA8, 0};
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_IMAGES;
    input.count = 1;
    input.images = &image;
    sp_floats to = {expected, OUT};
    sp_output output = floats_out(&to);
    OK(sp_session_run(session, &input, &output));
    sp_device_image there = {
        .pixels = {.buffer = (uint64_t)buffer, .offset = 16, .row_pitch = PITCH},
        .width = WIDTH, .height = HEIGHT, .format = SP_BGRA8};
    input.kind = SP_DEVICE_IMAGES;
    input.device_images = &there;
    float came[OUT] = {0};
    to.data = came;
    OK(sp_session_run(session, &input, &output));
    CHECK(memcmp(came, expected, sizeof came) == 0);
    memset(came, 0, sizeof came);
    sp_run job = NULL;
    OK(sp_session_start(session, &input, &output, NULL, &job));
    OK(sp_run_wait(job));
    CHECK(memcmp(came, expected, sizeof came) == 0);
    memset(came, 0, sizeof came);
    sp_stepper stepper = NULL;
    OK(sp_stepper_create(session, &stepper));
    OK(sp_stepper_start(stepper, &input, NULL));
    for (uint32_t is_done = 0; !is_done;) OK(sp_stepper_step(stepper, 1000000, &is_done));
    OK(sp_stepper_finish(stepper, &output));
    CHECK(memcmp(came, expected, sizeof came) == 0);
    sp_buffer region = {(uint64_t)buffer, 2048};
    output.kind = SP_BUFFERS;
    output.buffers = &region;
    OK(sp_session_run(session, &input, &output));
    CHECK(memcmp((char*)mapped + 2048, expected, sizeof came) == 0);
    // NV12, grey: the luma 126 in limited range is the byte 128 of each colour.
    memset(rows, 126, WIDTH * HEIGHT);
    memset(rows + WIDTH * HEIGHT, 128, WIDTH * HEIGHT / 2);
    memset(pixels, 128, sizeof pixels);
    input.kind = SP_IMAGES;
    output.kind = SP_FLOATS;
    to.data = expected;
    OK(sp_session_run(session, &input, &output));
    there.format = SP_NV12;
    there.pixels.row_pitch = 0;
    input.kind = SP_DEVICE_IMAGES;
    to.data = came;
    OK(sp_session_run(session, &input, &output));
    CHECK(memcmp(came, expected, sizeof came) == 0);
    // What is no image is refused.
    there.chroma.buffer = (uint64_t)buffer;
    there.chroma.row_pitch = WIDTH - 1;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    there.chroma.row_pitch = WIDTH;
    there.matrix = 2;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    there.matrix = SP_BT601;
    there.format = 5;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    there.format = SP_RGBA8;
    there.pixels.reserved = 1;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    there.pixels.reserved = 0;
    there.pixels.buffer = 0;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    there.pixels.image = 1; // In the layout UNDEFINED.
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    input.device_images = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
}

static VkImage make_image(struct host* host, VkFormat format, uint32_t width, uint32_t height) {
    VkImageCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, .imageType = VK_IMAGE_TYPE_2D, .format = format,
        .extent = {width, height, 1}, .mipLevels = 1, .arrayLayers = 1, .samples = VK_SAMPLE_COUNT_1_BIT,
        .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    VkImage image;
    CHECK(vkCreateImage(host->device, &info, NULL, &image) == VK_SUCCESS);
    VkMemoryRequirements needs;
    vkGetImageMemoryRequirements(host->device, image, &needs);
    uint32_t type = 0;
    while (!(needs.memoryTypeBits >> type & 1)) type++;
    VkMemoryAllocateInfo allocate = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needs.size, .memoryTypeIndex = type};
    VkDeviceMemory bytes;
    CHECK(vkAllocateMemory(host->device, &allocate, NULL, &bytes) == VK_SUCCESS);
    CHECK(vkBindImageMemory(host->device, image, bytes, 0) == VK_SUCCESS);
    return image;
}

// The output of a dense network, of floats or of bytes that a frame has, in an image of the host's: run, started,
// stepped, recorded. The network is -relu(x) of three channels.
static void output_images(void) {
    struct host host;
    make_host(&host, VK_API_VERSION_1_2);
    sp_host_device told = tell(&host);
    sp_device_options how = SP_INIT(sp_device_options);
    how.cache_folder = "";
    how.no_self_test = 1;
    sp_device device = NULL;
    OK(sp_device_adopt(&told, &how, &device));
    enum { WIDTH = 5, HEIGHT = 3, PIXELS = WIDTH * HEIGHT };
    const char* shapes[] = {"height=3", "width=5"};
    sp_onnx_options onnx = SP_INIT(sp_onnx_options);
    onnx.shapes = shapes;
    onnx.shape_count = 2;
    sp_model model = NULL;
    OK(sp_model_load_onnx(open_path, &onnx, &model));
    sp_session session = NULL;
    OK(sp_session_create(device, model, NULL, &session));
    float* mapped;
    VkBuffer buffer = make_buffer(&host, 1024, &mapped);
    float *pixels = mapped, *back = mapped + 512;
    for (int i = 0; i < 3 * PIXELS; i++) pixels[i] = (float)(i % 7 - 3) * 0.25f;
    sp_buffer there = {(uint64_t)buffer, 0};
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_BUFFERS;
    input.count = 1;
    input.buffers = &there;
    VkImage image = make_image(&host, VK_FORMAT_R32G32B32A32_SFLOAT, WIDTH, HEIGHT);
    sp_output_image target = {
        .image = (uint64_t)image, .width = WIDTH, .height = HEIGHT, .format = VK_FORMAT_R32G32B32A32_SFLOAT,
        .layout_after = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    sp_output output = SP_INIT(sp_output);
    output.kind = SP_DEVICE_IMAGES;
    output.count = 1;
    output.images = &target;
    sp_recorder recorder = NULL;
    sp_stepper stepper = NULL;
    OK(sp_recorder_create(session, &recorder));
    OK(sp_stepper_create(session, &stepper));
    VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT};
    VkCommandPool pool;
    CHECK(vkCreateCommandPool(host.device, &pool_info, NULL, &pool) == VK_SUCCESS);
    VkCommandBufferAllocateInfo allocate = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
    VkCommandBuffer commands;
    CHECK(vkAllocateCommandBuffers(host.device, &allocate, &commands) == VK_SUCCESS);
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VkBufferImageCopy whole = {
        .bufferOffset = 512 * sizeof(float), .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .imageExtent = {WIDTH, HEIGHT, 1}};
    for (int way = 0; way < 4; way++) {
        for (int i = 0; i < 3 * PIXELS; i++) pixels[i] = -pixels[i] + (float)way;
        memset(back, 0, 4 * PIXELS * sizeof *back);
        sp_run job = NULL;
        if (way == 0) OK(sp_session_run(session, &input, &output));
        if (way == 1) {
            OK(sp_session_start(session, &input, &output, NULL, &job));
            OK(sp_run_wait(job));
        }
        if (way == 2) {
            OK(sp_stepper_start(stepper, &input, &output));
            for (uint32_t is_done = 0; !is_done;) OK(sp_stepper_step(stepper, 1000000, &is_done));
        }
        CHECK(vkBeginCommandBuffer(commands, &begin) == VK_SUCCESS);
        if (way == 3) OK(sp_recorder_record(recorder, commands, &input, &output));
        vkCmdCopyImageToBuffer(commands, image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, buffer, 1, &whole);
        CHECK(vkEndCommandBuffer(commands) == VK_SUCCESS);
        VkSubmitInfo submit = {
            .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &commands};
        lock_queue(&host);
        CHECK(vkQueueSubmit(host.queue, 1, &submit, VK_NULL_HANDLE) == VK_SUCCESS);
        CHECK(vkQueueWaitIdle(host.queue) == VK_SUCCESS);
        unlock_queue(&host);
        for (int i = 0; i < 4 * PIXELS; i++) {
            float value = pixels[i % 4 * PIXELS + i / 4];
            CHECK(back[i] == (i % 4 == 3 ? 1 : value > 0 ? -value : 0));
        }
    }
    // A frame on the device becomes another one.
    sp_device_image frame = {.pixels = {.buffer = (uint64_t)buffer}, .width = 4, .height = 4, .format = SP_RGBA8};
    sp_input seen = SP_INIT(sp_input);
    seen.kind = SP_DEVICE_IMAGES;
    seen.count = 1;
    seen.device_images = &frame;
    OK(sp_session_run(session, &seen, &output));
    OK(sp_stepper_start(stepper, &seen, &output));
    // What does not fit is refused.
    sp_output_image good = target;
    target.format = VK_FORMAT_R8_UNORM;
    FAILS(SP_ERROR_SHAPE, sp_session_run(session, &input, &output));
    target = good, target.format = VK_FORMAT_R8G8_UNORM;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    target = good, target.width = WIDTH + 1;
    sp_run job = NULL;
    FAILS(SP_ERROR_SHAPE, sp_session_start(session, &input, &output, NULL, &job));
    FAILS(SP_ERROR_SHAPE, sp_stepper_start(stepper, &input, &output));
    target = good, target.height = 0xffffffff;
    FAILS(SP_ERROR_SHAPE, sp_recorder_record(recorder, commands, &input, &output));
    target = good, target.usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
    FAILS(SP_ERROR_ARGUMENT, sp_recorder_record(recorder, commands, &input, &output));
    target = good, target.layout_after = VK_IMAGE_LAYOUT_UNDEFINED;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    target = good, target.reserved = 1;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    target = good, target.image = 0;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    target = good;
    sp_floats floats = {pixels, 3 * PIXELS};
    sp_input from_memory = floats_in(&floats);
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &from_memory, &output));
    FAILS(SP_ERROR_ARGUMENT, sp_stepper_start(stepper, &from_memory, &output));
    output.images = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_session_run(session, &input, &output));
    output.images = &target;
    OK(sp_session_run(session, &input, &output));
}

static sp_session within;
static sp_stepper within_step;
static sp_device within_device;
static int tries;

static void runs_in_lock(void* user) {
    lock_queue(user);
    sp_session session = within;
    if (session == NULL) return;
    within = NULL; // Once.
    float came[BATCH * OUT];
    FAILS(SP_ERROR_STATE, run(session, came));
    sp_floats from = {in, BATCH * IN}, to = {came, BATCH * OUT};
    sp_input input = floats_in(&from);
    sp_output output = floats_out(&to);
    sp_run job = NULL;
    FAILS(SP_ERROR_STATE, sp_session_start(session, &input, &output, NULL, &job));
    uint32_t done = 0;
    FAILS(SP_ERROR_STATE, sp_stepper_step(within_step, 1000000, &done));
    FAILS(SP_ERROR_STATE, sp_session_verify(session, &done, NULL));
    tries++;
}

// A run within lock_queue is refused, and the run that has called it goes on. So is one between the lock and the unlock
// of an own device.
static void runs_within_locks(void) {
    sp_device own = open_device();
    sp_session there = open_session(own, 1);
    OK(run(there, expected));
    sp_host_device handles = SP_INIT(sp_host_device);
    OK(sp_device_get_handles(own, &handles));
    float came[BATCH * OUT];
    handles.lock_queue(handles.user);
    FAILS(SP_ERROR_STATE, run(there, came));
    handles.unlock_queue(handles.user);
    OK(run(there, came));
    struct host host;
    make_host(&host, VK_API_VERSION_1_2);
    sp_host_device told = tell(&host);
    told.lock_queue = runs_in_lock;
    sp_device_options how = SP_INIT(sp_device_options);
    how.cache_folder = "";
    how.no_self_test = 1;
    OK(sp_device_adopt(&told, &how, &within_device));
    sp_session session = open_session(within_device, 1);
    OK(sp_stepper_create(session, &within_step));
    sp_floats from = {in, BATCH * IN};
    sp_input input = floats_in(&from);
    OK(sp_stepper_start(within_step, &input, NULL));
    within = session;
    memset(came, 0, sizeof came);
    OK(run(session, came));
    check_same(came);
    within = session;
    uint32_t passed = 0;
    OK(sp_session_verify(session, &passed, NULL));
    CHECK(passed && tries == 2);
}

static void hosts_of_vulkan_1_0(void) {
    struct host host;
    make_host(&host, VK_API_VERSION_1_0);
    sp_host_device told = tell(&host);
    sp_device device = NULL;
    FAILS(SP_ERROR_NO_DEVICE, sp_device_adopt(&told, NULL, &device));
    told.api_version = VK_API_VERSION_1_0;
    FAILS(SP_ERROR_NO_DEVICE, sp_device_adopt(&told, NULL, &device));
    CHECK(host.locks == 0 && host.released == 0);
}

static void hosts_told_wrongly(void) {
    struct host host;
    make_host(&host, VK_API_VERSION_1_2);
    sp_host_device told = tell(&host);
    told.unlock_queue = NULL;
    sp_device device = NULL;
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(&told, NULL, &device));
    told = tell(&host);
    told.features = &features12; // Not where a chain begins.
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(&told, NULL, &device));
    told = tell(&host);
    told.queue_family = 99;
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(&told, NULL, &device));
    told = tell(&host);
    told.queue_index = 4096; // Used would be a null queue.
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(&told, NULL, &device));
    told = tell(&host);
    sp_device_options options = SP_INIT(sp_device_options);
    options.selector = "0"; // The host has chosen.
    FAILS(SP_ERROR_ARGUMENT, sp_device_adopt(&told, &options, &device));
    CHECK(device == NULL && host.locks == 0 && host.released == 0);
}

static void handles_for_others(void) {
    sp_device device = open_device();
    sp_host_device told = SP_INIT(sp_host_device);
    OK(sp_device_get_handles(device, &told));
    PFN_vkGetInstanceProcAddr find = (PFN_vkGetInstanceProcAddr)(uintptr_t)told.get_instance_proc_addr;
    PFN_vkQueueSubmit submit = (PFN_vkQueueSubmit)find(told.instance, "vkQueueSubmit");
    told.lock_queue(told.user);
    CHECK(submit(told.queue, 0, NULL, VK_NULL_HANDLE) == VK_SUCCESS);
    told.unlock_queue(told.user);
    told.unlock_queue(told.user); // Once too often.
    CHECK(sp_get_error(NULL) == SP_ERROR_STATE);
    // The library on the library's own device: what it gives is what it takes.
    sp_device again = NULL;
    OK(sp_device_adopt(&told, NULL, &again));
    OK(run(open_session(device, 1), expected));
    sp_session session = open_session(again, 1);
    float came[BATCH * OUT];
    OK(run(session, came));
    check_same(came);
    OK(sp_release(session));
    OK(sp_release(again));
}

/* ---- Signals ---- */

static volatile sig_atomic_t in_reporter;

static void reporter(int signal) {
    (void)signal;
    _exit(in_reporter);
}

static void crash(void) {
    in_reporter = 0; // The exit status: reached as it should be.
    *(volatile int*)16 = 1;
}

static void install(void) {
    in_reporter = 3; // Reached too soon.
    struct sigaction action = {.sa_handler = reporter};
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
}

static void work(void) {
    sp_device device = open_device();
    OK(run(open_session(device, 1), expected));
}

static void crash_reporter_before(void) {
    install();
    work();
    crash();
    CHECK(0);
}

static void crash_reporter_after(void) {
    work();
    install();
    work();
    crash();
    CHECK(0);
}

#define TEST(name) {#name, name}
static const struct { const char* name; void (*run)(void); } tests[] = {
    TEST(versions), TEST(nulls), TEST(wrong_kinds), TEST(sizes), TEST(limits), TEST(enumerated_whole_or_not),
    TEST(told), TEST(models), TEST(open_onnx), TEST(modes), TEST(order), TEST(released_in_calls), TEST(threads),
    TEST(logs_that_fail), TEST(logs_of_started_runs), TEST(hosts_device), TEST(device_images),
    TEST(output_images), TEST(runs_within_locks), TEST(hosts_of_vulkan_1_0), TEST(hosts_told_wrongly),
    TEST(handles_for_others), TEST(crash_reporter_before), TEST(crash_reporter_after),
};

int main(int argc, char** argv) {
    if (argc == 1) {
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) puts(tests[i].name);
        return 0;
    }
    if (argc != 5) return 2;
    model_path = argv[2];
    onnx_path = argv[3];
    open_path = argv[4];
    fill();
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (strcmp(tests[i].name, argv[1]) == 0) {
            tests[i].run();
            return 0;
        }
    printf("There is no test %s.\n", argv[1]);
    return 2;
}
