// Makes the pictures in this folder and the comparison that the demo shows.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "platform/image_io/image_io.h"
#include "samples/camera.h"
#include "samples/scene.h"
#include "samples/side_by_side.h"

namespace {

using namespace twofold;

constexpr const char* kUsage =
    "Usage: twofold_render_sample scene CLEAN.png NOISY.png\n"
    "       twofold_render_sample side-by-side OUT.png CAPTION PICTURE [CAPTION PICTURE]...\n";

void write_png(const std::string& path, const image_io::Image& image) {
    image_io::WriteOptions options;
    options.overwrite = true;
    image_io::write_image(path, image, image_io::Format::kPng, options);
}

image_io::Image scene_picture(std::vector<std::uint8_t> pixels) {
    image_io::Image image;
    image.width = samples::kSceneWidth;
    image.height = samples::kSceneHeight;
    image.channels = 3;
    image.pixels = std::move(pixels);
    return image;
}

void render(const std::string& clean_path, const std::string& noisy_path) {
    const auto light = samples::render_scene(samples::kBundledSeed);
    write_png(clean_path, scene_picture(samples::develop_clean(light)));
    write_png(noisy_path, scene_picture(samples::develop_noisy(light, samples::Camera{}, samples::kBundledSeed)));
}

void compare(const std::string& out, const std::vector<std::string>& captions_and_paths) {
    std::vector<samples::Panel> panels;
    for (std::size_t i = 0; i + 1 < captions_and_paths.size(); i += 2) {
        panels.push_back({captions_and_paths[i], image_io::read_image(captions_and_paths[i + 1])});
    }
    write_png(out, samples::side_by_side(panels));
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        if (arguments.size() == 3 && arguments[0] == "scene") {
            render(arguments[1], arguments[2]);
        } else if (arguments.size() >= 4 && arguments.size() % 2 == 0 && arguments[0] == "side-by-side") {
            compare(arguments[1], {arguments.begin() + 2, arguments.end()});
        } else {
            std::fputs(kUsage, stderr);
            return 2;
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "twofold_render_sample: %s\n", error.what());
        return 1;
    }
    return 0;
}
