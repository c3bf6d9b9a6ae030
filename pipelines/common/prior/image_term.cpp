#include "pipelines/common/prior/image_term.h"

#include <algorithm>

#include "ops/loss/squared_error.h"

namespace twofold::prior {
namespace {

// A mask's float samples are on the scale where white is 1.
float white_of(const ImageView& image) { return image.type == DataType::kFloat32 ? 1.0f : integer_white(image.type); }

}  // namespace

ImageTerm::ImageTerm(const ImageView& image, float white, std::optional<ImageView> mask)
    : image_(image),
      white_(white),
      mask_image_(mask),
      height_(static_cast<int>(image.height)),
      width_(static_cast<int>(image.width)),
      channels_(image.colour_channels()) {}

void ImageTerm::reserve(ArenaPlan& plan) {
    const std::size_t pixels = static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_);
    target_ = plan.reserve<float>(pixels * static_cast<std::size_t>(channels_));
    mask_ = plan.reserve<float>(mask_image_ ? pixels : 0);
}

ops::FeatureMap ImageTerm::target(const Arena& arena) const {
    return ops::dense_map(arena[target_].data(), height_, width_, channels_);
}

ops::FeatureMap ImageTerm::mask(const Arena& arena) const {
    return ops::dense_map(mask_image_ ? arena[mask_].data() : nullptr, height_, width_, 1);
}

void ImageTerm::begin(ThreadTeam& team, const Arena& arena) {
    const ops::FeatureMap image = target(arena), known = mask(arena);
    team.run(height_, [&](std::int64_t y, int) {
        float* row = image.at(static_cast<int>(y), 0);
        load_rectangle(image_, white_, 0, y, width_, 1, row, image.row);
        // The network's sigmoid reaches no further.
        for (std::ptrdiff_t i = 0; i < image.row; ++i) row[i] = std::clamp(row[i], 0.0f, 1.0f);
        if (!known.data) return;
        float* weights = known.at(static_cast<int>(y), 0);
        load_rectangle(*mask_image_, white_of(*mask_image_), 0, y, width_, 1, weights, known.row);
        for (std::ptrdiff_t i = 0; i < known.row; ++i) weights[i] = weights[i] >= 0.5f ? 1.0f : 0.0f;
    });
}

const float* ImageTerm::kept_row(const Arena& arena, int y) const {
    const ops::FeatureMap known = mask(arena);
    return known.data ? known.at(y, 0) : nullptr;
}

double ImageTerm::evaluate(ThreadTeam& team, const Arena& arena, const FitStep& step, ops::ConstFeatureMap output,
                           ops::FeatureMap diff) {
    return ops::squared_error(team, output, target(arena), mask(arena), diff, step.target_shift);
}

}  // namespace twofold::prior
