#include "pipelines/upscale/interpolator.h"

#include <algorithm>

#include "pipelines/common/white_level.h"

namespace twofold::upscale {
namespace {

// Channels [first, first + count) of an image as colour.
ImageView channels_of(ImageView image, int first, int count) {
    image.data += first * image.channel_stride;
    image.channels = count;
    image.has_alpha = false;
    return image;
}

}  // namespace

Interpolator Interpolator::of_colour(const ImageView& input, const ImageView& output, float white, int factor,
                                     ops::Interpolation kind) {
    const int count = input.colour_channels();
    return {channels_of(input, 0, count), channels_of(output, 0, count), white, factor, kind, false};
}

Interpolator Interpolator::of_alpha(const ImageView& input, const ImageView& output, int factor) {
    const int alpha = input.channels - 1;
    const float white = input.type == DataType::kFloat32 ? 1.0f : integer_white(input.type);
    return {
        channels_of(input, alpha, 1), channels_of(output, alpha, 1), white, factor, ops::Interpolation::kBicubic, true};
}

void Interpolator::reserve(ArenaPlan& plan) {
    const auto values = static_cast<std::size_t>(input_.width * input_.height * input_.channels);
    small_ = plan.reserve<float>(values);
    large_ = plan.reserve<float>(values * static_cast<std::size_t>(factor_ * factor_));
    scratch_ = plan.reserve<float>(ops::enlarge_scratch(factor_, static_cast<int>(input_.height),
                                                        static_cast<int>(input_.width), input_.channels));
}

void Interpolator::run(ThreadTeam& team, const Arena& arena) const {
    const auto height = static_cast<int>(input_.height), width = static_cast<int>(input_.width);
    const ops::FeatureMap small = ops::dense_map(arena[small_].data(), height, width, input_.channels);
    const ops::FeatureMap large =
        ops::dense_map(arena[large_].data(), factor_ * height, factor_ * width, input_.channels);
    team.run(height, [&](std::int64_t y, int) {
        load_rectangle(input_, white_, 0, y, width, 1, small.at(static_cast<int>(y), 0), small.row);
    });
    ops::enlarge(team, kind_, factor_, small, large, arena[scratch_].data());
    const float target_white = output_white(input_, output_, white_);
    team.run(large.height, [&](std::int64_t y, int) {
        float* row = large.at(static_cast<int>(y), 0);
        if (clamped_)
            for (std::ptrdiff_t i = 0; i < large.row; ++i) row[i] = std::clamp(row[i], 0.0f, 1.0f);
        store_rectangle(output_, target_white, 0, y, large.width, 1, row, large.row);
    });
}

}  // namespace twofold::upscale
