#include "apps/common/white_level.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "apps/common/failure.h"
#include "apps/common/number_range.h"

namespace twofold::apps {
namespace {

// Highlights may lie above white; beyond this the library, too, takes the scale for another one.
constexpr float kLargestOnUnitScale = 8.0F;

template <typename Function>
void for_each_colour_sample(image_io::Image* image, const Function& function) {
    const auto channels = static_cast<std::size_t>(image->channels);
    const std::size_t colours = channels - (image->has_alpha ? 1 : 0);
    for (std::size_t at = 0; at < image->pixels.size(); at += channels * sizeof(float)) {
        for (std::size_t c = 0; c < colours; ++c) {
            std::uint8_t* place = &image->pixels[at + c * sizeof(float)];
            float value;
            std::memcpy(&value, place, sizeof value);
            value = function(value);
            std::memcpy(place, &value, sizeof value);
        }
    }
}

}  // namespace

void add_white_option(CLI::App* app, double* white, const std::string& without_it) {
    app->add_option("--white", *white, "Float images: the sample that is white (default: " + without_it + ")")
        ->check(number_between(1e-30, 1e30));
}

void check_white(const image_io::Image& image, double white) {
    if (white > 0 && image.type != image_io::SampleType::kFloat32) {
        throw Failure(ExitCode::kUsage, fmt::format("--white is for float images, and this one has {} bits a sample",
                                                    8 * image.sample_bytes()));
    }
}

void scale_to_white(image_io::Image* image, double white) {
    if (image->type != image_io::SampleType::kFloat32) return;
    if (white > 0) {
        for_each_colour_sample(image, [white](float value) { return static_cast<float>(value / white); });
        return;
    }
    known_white(*image, white);
}

double known_white(const image_io::Image& image, double white) {
    if (image.type != image_io::SampleType::kFloat32) return 1;
    if (white > 0) return white;
    const auto channels = static_cast<std::size_t>(image.channels);
    const std::size_t colours = channels - (image.has_alpha ? 1 : 0);
    float largest = 0;
    for (std::size_t at = 0; at < image.pixels.size(); at += sizeof(float)) {
        if (at / sizeof(float) % channels >= colours) continue;
        float value;
        std::memcpy(&value, &image.pixels[at], sizeof value);
        if (std::isfinite(value)) largest = std::max(largest, value);
    }
    if (largest > kLargestOnUnitScale) {
        throw Failure(ExitCode::kUsage,
                      fmt::format("its samples reach {:g}, so 1 is not white; --white says what is", largest));
    }
    return 1;
}

void scale_from_white(image_io::Image* image, double white) {
    if (image->type != image_io::SampleType::kFloat32 || white <= 0) return;
    for_each_colour_sample(image, [white](float value) { return static_cast<float>(value * white); });
}

}  // namespace twofold::apps
