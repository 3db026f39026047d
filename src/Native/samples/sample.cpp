// Names an image: sample MODEL IMAGE WIDTH HEIGHT, where IMAGE holds the bytes R, G, B row by row.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "softpool.hpp"

int main(int argc, char** argv) try {
    if (argc != 5) {
        std::fprintf(stderr, "Usage: %s MODEL IMAGE WIDTH HEIGHT\n", argv[0]);
        return 2;
    }
    softpool::check_version();
    softpool::device device;
    softpool::model model(argv[1]);
    softpool::session session(device, model);

    std::ifstream file(argv[2], std::ios::binary);
    std::vector<char> pixels{std::istreambuf_iterator<char>(file), {}};
    sp_image image{};
    image.width = static_cast<uint32_t>(std::stoi(argv[3]));
    image.height = static_cast<uint32_t>(std::stoi(argv[4]));
    if (pixels.size() != std::size_t{3} * image.width * image.height) {
        std::fprintf(stderr, "%s holds %zu bytes.\n", argv[2], pixels.size());
        return 1;
    }
    image.pixels = pixels.data();

    std::vector<float> scores(model.output().elements);
    session.run(image, scores);
    auto best = std::max_element(scores.begin(), scores.end());
    auto index = static_cast<uint32_t>(best - scores.begin());
    std::string name = model.class_name(index); // ONNX files have none.
    std::printf("class %u, %s: %g\n", index, name.empty() ? "without a name" : name.c_str(), *best);
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
