#include "pipelines/inpaint/inpaint.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

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
    const float half = 0.5f * (mask.type == DataType::kFloat32 ? 1.0f : integer_white(mask.type));
    std::vector<float> row(static_cast<std::size_t>(mask.width));
    bool known = false, unknown = false;
    for (std::int64_t y = 0; y < mask.height && !(known && unknown); ++y) {
        load_rectangle(colour_of(mask), 1, 0, y, mask.width, 1, row.data(), mask.width);
        for (const float value : row) (value >= half ? known : unknown) = true;
    }
    if (!unknown) throw Error(ErrorCode::kInvalidArgument, "the mask is white everywhere: there is nothing to fill in");
    if (!known)
        throw Error(ErrorCode::kInvalidArgument, "the mask is black everywhere: there is nothing to learn from");
}

// A fit whose known pixels are put back as they were.
class Inpainter final : public Pipeline {
  public:
    Inpainter(const Settings& settings, float white)
        : settings_(settings),
          white_(white),
          fit_(settings, make_recipe(settings.recipe, settings.missing),
               prior::make_stop_rule(settings.stop, settings.recipe, {}), white, 0,
               std::make_unique<prior::ImageTerm>(settings.input, white, colour_of(settings.mask))),
          row_(static_cast<std::size_t>(settings.input.width)) {}

    void run(ProgressCallback callback, void* user) override {
        fit_.run(callback, user);
        const ImageView& image = settings_.input;
        const ImageView mask = colour_of(settings_.mask);
        const float half = 0.5f * (mask.type == DataType::kFloat32 ? 1.0f : integer_white(mask.type));
        const float white = output_white(image, settings_.output, white_);
        std::array<float, 4> pixel;
        for (std::int64_t y = 0; y < image.height; ++y) {
            load_rectangle(mask, 1, 0, y, image.width, 1, row_.data(), image.width);
            for (std::int64_t x = 0; x < image.width; ++x) {
                if (row_[static_cast<std::size_t>(x)] < half) continue;
                load_rectangle(image, white_, x, y, 1, 1, pixel.data(), image.colour_channels());
                store_rectangle(settings_.output, white, x, y, 1, 1, pixel.data(), image.colour_channels());
            }
        }
    }
    const Report& report() const override { return fit_.report(); }

  private:
    Settings settings_;
    float white_;
    prior::Fit fit_;
    std::vector<float> row_;
};

}  // namespace

std::unique_ptr<Pipeline> make_inpainter(const Settings& settings) {
    check_mask(settings);
    find_white_level(colour_of(settings.mask), 1);  // refuses NaN
    return std::make_unique<Inpainter>(settings, find_white_level(settings.input, settings.white).white);
}

}  // namespace twofold::inpaint
