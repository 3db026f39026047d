// Beside libplacebo, the renderer of mpv and VLC: placebo MODEL [COUNT]. The device is libplacebo's, and so is the lock
// of its queue. One thread renders with libplacebo without a pause, while the other one has libplacebo's textures
// classified where they are. Needs libplacebo 4.208: cc placebo.c -lplacebo -lvulkan -lpthread and what sample.c
// needs.
#include <libplacebo/vulkan.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softpool.h"

enum { WIDTH = 320, HEIGHT = 240 };

static void check(sp_code code) {
    if (code == SP_OK) return;
    const char* sentence;
    sp_get_error(&sentence);
    fprintf(stderr, "%s\n", sentence);
    exit(1);
}

static void need(int is_so, const char* what) {
    if (is_so) return;
    fprintf(stderr, "%s failed.\n", what);
    exit(1);
}

// ---- The renderer: its device, and a thread that uses it all the time. ----

static pl_vulkan vk;
static uint32_t family;
static atomic_int rendering = 1;
static long rendered;

static void lock_queue(void* user) { (void)user, vk->lock_queue(vk, (int)family, 0); }
static void unlock_queue(void* user) { (void)user, vk->unlock_queue(vk, (int)family, 0); }

static pl_tex make_texture(void) {
    pl_fmt format = pl_find_named_fmt(vk->gpu, "rgba8");
    need(format != NULL, "Finding the format rgba8");
    pl_tex texture = pl_tex_create(vk->gpu, pl_tex_params(
        .w = WIDTH, .h = HEIGHT, .format = format, .host_writable = true, .blit_src = true, .blit_dst = true));
    need(texture != NULL, "pl_tex_create");
    return texture;
}

static void* render(void* unused) {
    pl_tex texture = make_texture();
    for (; rendering; rendered++) {
        pl_tex_clear(vk->gpu, texture, (float[]){(rendered & 255) / 255.f, 0, 0, 1});
        pl_gpu_flush(vk->gpu);
        if (rendered % 64 == 63) pl_gpu_finish(vk->gpu);
    }
    pl_tex_destroy(vk->gpu, &texture);
    return unused;
}

// A block that wanders over a background.
static void draw(uint8_t* pixels, int number) {
    int left = number * 29 % (WIDTH - 80), top = number * 13 % (HEIGHT - 60);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            int is_block = x >= left && x < left + 80 && y >= top && y < top + 60;
            memcpy(pixels + 4 * (y * WIDTH + x), is_block ? "\xf0\x80\x40\xff" : "\x18\x30\x60\xff", 4);
        }
}

int main(int argc, char** argv) {
    if (argc < 2) {
        fprintf(stderr, "Usage: %s MODEL [COUNT]\n", argv[0]);
        return 2;
    }
    int count = argc > 2 ? atoi(argv[2]) : 10;
    pl_log log = pl_log_create(PL_API_VER, pl_log_params(.log_cb = pl_log_simple, .log_level = PL_LOG_FATAL));
    const char* names = VK_EXT_DEBUG_UTILS_EXTENSION_NAME; // libplacebo names its objects under validation layers.
    vk = pl_vulkan_create(log, pl_vulkan_params(
        .allow_software = true,
        .instance_params = pl_vk_inst_params(.opt_extensions = &names, .num_opt_extensions = 1)));
    need(vk != NULL, "pl_vulkan_create");
    family = vk->queue_compute.count ? vk->queue_compute.index : vk->queue_graphics.index;

    // Pictures in textures, each held from rendering until the network has seen it: one thread at a time may call
    // libplacebo 4.208 for a device.
    VkSemaphoreTypeCreateInfo timeline = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO, .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkSemaphoreCreateInfo semaphore_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &timeline};
    VkSemaphore held, seen;
    need(vkCreateSemaphore(vk->device, &semaphore_info, NULL, &held) == VK_SUCCESS, "vkCreateSemaphore");
    need(vkCreateSemaphore(vk->device, &semaphore_info, NULL, &seen) == VK_SUCCESS, "vkCreateSemaphore");
    uint8_t* pixels = malloc(4 * WIDTH * HEIGHT);
    pl_tex* textures = calloc((size_t)count, sizeof *textures);
    VkImage* images = calloc((size_t)count, sizeof *images);
    need(pixels != NULL && textures != NULL && images != NULL, "malloc");
    for (int i = 0; i < count; i++) {
        textures[i] = make_texture();
        images[i] = pl_vulkan_unwrap(vk->gpu, textures[i], NULL, NULL);
        draw(pixels, i);
        need(pl_tex_upload(vk->gpu, pl_tex_transfer_params(.tex = textures[i], .ptr = pixels)), "pl_tex_upload");
        need(pl_vulkan_hold(vk->gpu, textures[i], VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
            (pl_vulkan_sem){held, (uint64_t)i + 1}), "pl_vulkan_hold");
    }
    pl_gpu_flush(vk->gpu);
    pthread_t renderer;
    need(pthread_create(&renderer, NULL, render, NULL) == 0, "pthread_create");

    // The network, on the renderer's device.
    check(sp_check_version(SP_VERSION));
    sp_host_device host = SP_INIT(sp_host_device);
    host.instance = vk->instance, host.physical_device = vk->phys_device, host.device = vk->device;
    host.queue_family = family, host.api_version = vk->api_version, host.features = vk->features;
    host.lock_queue = lock_queue, host.unlock_queue = unlock_queue;
    sp_device gpu;
    sp_model model;
    sp_session session;
    check(sp_device_adopt(&host, NULL, &gpu));
    check(sp_model_load(argv[1], &model));
    check(sp_session_create(gpu, model, NULL, &session));
    sp_tensor_info classes = SP_INIT(sp_tensor_info);
    check(sp_model_get_output(model, 0, &classes));
    float* scores = calloc(classes.elements, sizeof *scores);
    need(scores != NULL, "malloc");
    sp_floats into = {scores, classes.elements};
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_DEVICE_IMAGES, input.count = 1;
    sp_output output = SP_INIT(sp_output);
    output.kind = SP_FLOATS, output.count = 1, output.floats = &into;

    for (int number = 0; number < count; number++) {
        sp_device_image frame = {
            .pixels = {.image = (uint64_t)images[number], .layout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL},
            .width = WIDTH, .height = HEIGHT, .format = SP_RGBA8};
        input.device_images = &frame;
        sp_semaphore wait = {(uint64_t)held, (uint64_t)number + 1}, signal = {(uint64_t)seen, wait.value};
        sp_run_options options = SP_INIT(sp_run_options);
        options.wait = &wait, options.wait_count = 1, options.signal = &signal, options.signal_count = 1;
        sp_run run;
        check(sp_session_start(session, &input, &output, &options, &run));
        check(sp_run_wait(run));
        check(sp_release(run));
        size_t best = 0;
        for (size_t i = 1; i < classes.elements; i++)
            if (scores[i] > scores[best]) best = i;
        const char* name = sp_model_class_name(model, (uint32_t)best);
        printf("frame %d: class %zu, %s: %.9g\n", number, best, name ? name : "without a name", scores[best]);
    }

    rendering = 0;
    pthread_join(renderer, NULL);
    fprintf(stderr, "%ld textures were rendered meanwhile.\n", rendered);
    check(sp_release(session)); // All that is on the device, before the device.
    check(sp_release(gpu));
    check(sp_release(model));
    for (int i = 0; i < count; i++) {
        pl_vulkan_release(vk->gpu, textures[i], VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
            (pl_vulkan_sem){seen, (uint64_t)i + 1});
        pl_tex_destroy(vk->gpu, &textures[i]);
    }
    pl_gpu_finish(vk->gpu);
    vkDestroySemaphore(vk->device, held, NULL);
    vkDestroySemaphore(vk->device, seen, NULL);
    pl_vulkan_destroy(&vk);
    pl_log_destroy(&log);
    free(images);
    free(textures);
    free(pixels);
    free(scores);
}
