// softpool.hpp from C++: spans ONNX OPEN-ONNX. Prints nothing and exits with 0 if all is well.
#include <array>
#include <cstdio>

#include "softpool.hpp"

static int wrong(const char* what) {
    std::printf("Not so: %s\n", what);
    return 1;
}

int main(int argc, char** argv) try {
    if (argc != 3) return 2;
    softpool::check_version();
    softpool::device device;
    softpool::session session(device, softpool::model(argv[1])); // y = relu(x), of 4.
    float x[4] = {-1, 2, -3, 4}, y[4];
    session.run(x, y);
    if (y[0] != 0 || y[1] != 2) return wrong("from an array to an array");
    const std::vector<float> constant(x, x + 4);
    std::array<float, 4> z{};
    session.run(constant, z);
    if (z[2] != 0 || z[3] != 4) return wrong("from a constant vector to a std::array");
    y[3] = 0;
    session.run(softpool::span<const float>(x, 4), softpool::span<float>(y, 4));
    if (y[3] != 4) return wrong("from a pointer and a size");
    sp_floats from{x, 4}, to{y, 4};
    y[1] = 0;
    softpool::run run = session.start(softpool::floats(&from, 1), softpool::into(&to, 1));
    run.wait();
    if (y[1] != 2) return wrong("started");
    softpool::model open = softpool::model::onnx(argv[2], {"height=1", "width=2"});
    if (open.input().elements != 6) return wrong("an ONNX file with a shape");
    try {
        softpool::model closed(argv[2]);
        return wrong("an ONNX file without a shape is refused");
    } catch (const softpool::error& e) {
        return e.code == SP_ERROR_UNSUPPORTED ? 0 : wrong("by its code");
    }
} catch (const std::exception& e) {
    return wrong(e.what());
}
