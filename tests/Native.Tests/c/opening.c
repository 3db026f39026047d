// The milliseconds from dlopen to an open device, where the library and the Vulkan loader are new to the process:
// opening LIBRARY.
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

#include "softpool.h"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char** argv) {
    double begin = now();
    void* library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!library) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "Usage: opening LIBRARY");
        return 2;
    }
    double loaded = now();
    sp_code (*create)(const sp_device_options*, sp_device*);
    *(void**)&create = dlsym(library, "sp_device_create");
    sp_device device;
    sp_code code = create(NULL, &device);
    if (code != SP_OK) {
        fprintf(stderr, "sp_device_create gave %d\n", code);
        return 1;
    }
    double opened = now();
    printf("%.1f ms: %.1f for dlopen, %.1f for sp_device_create\n", opened - begin, loaded - begin, opened - loaded);
    return 0;
}
