// Names an image: sample MODEL IMAGE WIDTH HEIGHT, where IMAGE holds the bytes R, G, B row by row.
#include <stdio.h>
#include <stdlib.h>

#include "softpool.h"

static void check(sp_code code) {
    if (code == SP_OK) return;
    const char* sentence;
    sp_get_error(&sentence);
    fprintf(stderr, "%s\n", sentence);
    exit(1);
}

int main(int argc, char** argv) {
    if (argc != 5) {
        fprintf(stderr, "Usage: %s MODEL IMAGE WIDTH HEIGHT\n", argv[0]);
        return 2;
    }
    check(sp_check_version(SP_VERSION));
    sp_device device;
    sp_model model;
    sp_session session;
    check(sp_device_create(NULL, &device));
    check(sp_model_load(argv[1], &model));
    check(sp_session_create(device, model, NULL, &session));

    sp_image image = {.width = (uint32_t)atoi(argv[3]), .height = (uint32_t)atoi(argv[4]), .format = SP_RGB8};
    size_t bytes = (size_t)image.width * image.height * 3;
    void* pixels = malloc(bytes);
    FILE* file = fopen(argv[2], "rb");
    if (!pixels || !file || fread(pixels, 1, bytes, file) != bytes) {
        fprintf(stderr, "%s does not hold %zu bytes.\n", argv[2], bytes);
        return 1;
    }
    fclose(file);
    image.pixels = pixels;

    sp_tensor_info info = SP_INIT(sp_tensor_info);
    check(sp_model_get_output(model, 0, &info));
    sp_floats scores = {calloc(info.elements, sizeof(float)), info.elements};
    sp_input input = {.size = sizeof input, .kind = SP_IMAGES, .count = 1, .images = &image};
    sp_output output = {.size = sizeof output, .kind = SP_FLOATS, .count = 1, .floats = &scores};
    check(sp_session_run(session, &input, &output));

    size_t best = 0;
    for (size_t i = 1; i < scores.count; i++)
        if (scores.data[i] > scores.data[best]) best = i;
    const char* name = sp_model_class_name(model, (uint32_t)best); // ONNX files have none.
    printf("class %zu, %s: %g\n", best, name ? name : "without a name", scores.data[best]);
    free(scores.data);
    free(pixels);
    check(sp_release(session)); // In any order.
    check(sp_release(model));
    check(sp_release(device));
}
