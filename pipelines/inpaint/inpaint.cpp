#include "pipelines/inpaint/inpaint.h"

#include <algorithm>
#include <array>
#include <string>

#include "pipelines/common/prior/fit.h"
#include "pipelines/common/prior/image_term.h"
#include "pipelines/common/white_level.h"
#include "pipelines/inpaint/recipe.h"
#include "runtime/error.h"

namespace twofold::inpaint {
namespace {

std::string size_of(const ImageView& image) { return std::to_string(image.width) + "x" + std::to_string(image.height); }

// The mask, without the alpha that it may have.
ImageView colour_of(ImageView mask) {
    mask.channels = mask.colour_channels();
    mask.has_alpha = false;
    return mask;
}

void check_mask(const Settings& settings) {
    const ImageView& mask = settings.mask;
    if (mask.colour_channels() != 1)
        throw Error(ErrorCode::kInvalidArgument, "the mask must have one channel, white where pixels are known");
    if (mask.width != settings.input.width || mask.height != settings.input.height)
        throw Error(ErrorCode::kInvalidArgument,
                    "the mask has " + size_of(mask) + " pixels and the image " + size_of(settings.input));
    find_white_level(colour_of(mask), 1);  // refuses NaN
    const float half = 0.5f * (mask.type == DataType::kFloat32 ? 1.0f : integer_white(mask.type));
    bool known = false, unknown = false;
    std::array<float, 1024> piece;
    for (std::int64_t y = 0; y < mask.height; ++y)
        for (std::int64_t x = 0; x < mask.width && !(known && unknown); x += piece.size()) {
            const auto count = static_cast<std::ptrdiff_t>(std::min<std::int64_t>(piece.size(), mask.width - x));
            load_rectangle(colour_of(mask), 1, x, y, count, 1, piece.data(), count);
            for (std::ptrdiff_t i = 0; i < count; ++i)
                (piece[static_cast<std::size_t>(i)] >= half ? known : unknown) = true;
        }
    if (!unknown) throw Error(ErrorCode::kInvalidArgument, "the mask is white everywhere: there is nothing to fill in");
    if (!known)
        throw Error(ErrorCode::kInvalidArgument, "the mask is black everywhere: there is nothing to learn from");
}

}  // namespace

std::unique_ptr<Pipeline> make_inpainter(const Settings& settings) {
    check_mask(settings);
    const float white = find_white_level(settings.input, settings.white).white;
    return std::make_unique<prior::Fit>(
        settings, make_recipe(settings.recipe, settings.missing), prior::make_stop_rule(settings.stop, settings.recipe),
        white, NoiseModel{}, std::make_unique<prior::ImageTerm>(settings.input, white, colour_of(settings.mask)));
}

}  // namespace twofold::inpaint
