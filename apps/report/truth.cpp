#include "apps/report/truth.h"

#include <fmt/format.h>

#include <utility>

#include "apps/common/failure.h"
#include "apps/common/interrupt.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

// Only the two quarter turns undo each other; all other orientations undo themselves.
int inverse_orientation(int orientation) { return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation; }

std::string shape(const image_io::Image& image, int factor) {
    const int colours = image.channels - (image.has_alpha ? 1 : 0);
    const bool turned = image.metadata.orientation > 4;
    return fmt::format("{}x{} {}", factor * (turned ? image.height : image.width),
                       factor * (turned ? image.width : image.height), colours == 1 ? "grey" : "colour");
}

image_io::Image read(const std::string& path, const image_io::Image& input, int factor, double white,
                     std::uint64_t memory_limit) {
    image_io::ReadOptions options;
    options.memory_limit = memory_limit;
    image_io::Image truth = image_io::read_image(path, options);
    stop_if_interrupted();
    const std::string is = shape(truth, 1), expected = shape(input, factor);
    if (is != expected) {
        throw Failure(ExitCode::kUsage,
                      fmt::format("it is {}, and the {} {}", is, factor == 1 ? "input" : "result", expected));
    }
    scale_to_white(&truth, input.type == image_io::SampleType::kFloat32 ? white : 0);
    if (truth.metadata.orientation != input.metadata.orientation) {
        image_io::make_upright(&truth);
        truth.metadata.orientation = inverse_orientation(input.metadata.orientation);
        image_io::make_upright(&truth);
        truth.metadata.orientation = input.metadata.orientation;
    }
    return truth;
}

}  // namespace

image_io::Image read_truth(const std::string& path, const image_io::Image& input, int factor, double white,
                           std::uint64_t memory_limit) {
    try {
        return read(path, input, factor, white, memory_limit);
    } catch (...) {
        const Failure failure = current_failure(path);
        throw Failure(failure.code(), "the truth " + path + ": " + failure.what());
    }
}

}  // namespace twofold::apps
