#include "pipelines/common/prior/image_term.h"

#include "ops/loss/squared_error.h"
#include "pipelines/common/prior/load_image.h"

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
    target_ = plan.reserve<float>(ops::dense_size(height_, width_, channels_));
    mask_ = plan.reserve<float>(mask_image_ ? ops::dense_size(height_, width_, 1) : 0);
}

ops::FeatureMap ImageTerm::target(const Arena& arena) const {
    return ops::dense_map(arena[target_].data(), height_, width_, channels_);
}

ops::FeatureMap ImageTerm::mask(const Arena& arena) const {
    return ops::dense_map(mask_image_ ? arena[mask_].data() : nullptr, height_, width_, 1);
}

void ImageTerm::begin(ThreadTeam& team, const Arena& arena) {
    load_image(team, image_, white_, target(arena));
    if (!mask_image_) return;
    const ops::FeatureMap known = mask(arena);
    load_image(team, *mask_image_, white_of(*mask_image_), known);
    for (float& weight : arena[mask_]) weight = weight >= 0.5f ? 1.0f : 0.0f;
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
