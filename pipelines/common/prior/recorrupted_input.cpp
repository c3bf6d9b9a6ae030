#include "pipelines/common/prior/recorrupted_input.h"

#include <algorithm>
#include <array>

#include "ops/noise/normal_field.h"
#include "ops/padding/reflect_border.h"
#include "ops/row_bands.h"
#include "pipelines/common/prior/load_image.h"

namespace twofold::prior {
namespace {

constexpr std::uint64_t kStream = 0x64697013;  // random numbers of this purpose

}  // namespace

RecorruptedInput::RecorruptedInput(const Recipe& recipe, int height, int width, const ImageView& image, float white,
                                   const NoiseModel& noise, std::uint64_t seed)
    : height_(height),
      width_(width),
      channels_(image.colour_channels()),
      strength_(recipe.recorruption),
      image_(image),
      white_(white),
      noise_(noise),
      seed_(seed) {}

void RecorruptedInput::reserve(ArenaPlan& plan) {
    const std::size_t count = ops::dense_size(height_, width_, channels_);
    base_ = plan.reserve<float>(count);
    sigma_ = plan.reserve<float>(count);
    fresh_ = plan.reserve<float>(ops::dense_size(image_height(), image_width(), channels_));
}

ops::FeatureMap RecorruptedInput::map(const Arena& arena, ArenaRange<float> range) const {
    return ops::dense_map(arena[range].data(), height_, width_, channels_);
}

void RecorruptedInput::begin(ThreadTeam& team, const Arena& arena, const DataTerm&) {
    load_image(team, image_, white_, map(arena, base_));
    measure_noise(team, arena);
}

// The noise of each sample, by the brightness of the 3x3 pixels around it.
void RecorruptedInput::measure_noise(ThreadTeam& team, const Arena& arena) {
    const ops::FeatureMap base = map(arena, base_), sigma = map(arena, sigma_);
    std::array<double, ops::RowBands::kMaxBands> sums{};
    ops::for_each_band(team, height_, [&](int band, int first, int last) {
        double sum = 0;
        for (int y = first; y < last; ++y)
            for (int x = 0; x < width_; ++x)
                for (int c = 0; c < channels_; ++c) {
                    float brightness = 0;
                    for (int dy = -1; dy <= 1; ++dy)
                        for (int dx = -1; dx <= 1; ++dx)
                            brightness +=
                                base.at(std::clamp(y + dy, 0, height_ - 1), std::clamp(x + dx, 0, width_ - 1))[c];
                    const float s = noise_.at(c, brightness / 9);
                    sigma.at(y, x)[c] = s;
                    if (y < image_.height && x < image_.width) sum += double{s} * double{s};
                }
        sums[static_cast<std::size_t>(band)] = sum;
    });
    double sum = 0;
    for (const double s : sums) sum += s;
    const double count = double(image_.height) * double(image_.width) * channels_;
    shift_variance_ = sum / (count * strength_ * strength_);
}

void RecorruptedInput::write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) {
    const int height = image_height(), width = image_width();
    const std::uint64_t first = static_cast<std::uint64_t>(step) * ops::random_field_counters(height, width, channels_);
    const ops::ConstFeatureMap base = map(arena, base_), sigma = map(arena, sigma_);
    const ops::FeatureMap fresh = ops::dense_map(arena[fresh_].data(), height, width, channels_);
    std::ranges::fill(arena[fresh_], 0.0f);
    ops::fill_normal(team, normals_, {seed_, kStream, first}, 1.0f, fresh, fresh);
    const auto add = static_cast<float>(strength_), subtract = static_cast<float>(-1 / strength_);
    // What is mirrored beyond the edges takes its noise along: with noise of its own it would show the pixel once more,
    // and the network could learn the image's noise from the two.
    team.run(height_, [&](std::int64_t task, int) {
        const int y = static_cast<int>(task), from_y = ops::reflected_index(y, height);
        for (int x = 0; x < width_; ++x) {
            const float* noise = fresh.at(from_y, ops::reflected_index(x, width));
            for (int c = 0; c < channels_; ++c)
                input.at(y, x)[c] = base.at(y, x)[c] + add * (sigma.at(y, x)[c] * noise[c]);
        }
    });
    team.run(height, [&](std::int64_t task, int) {
        const int y = static_cast<int>(task);
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels_; ++c) fresh.at(y, x)[c] = subtract * (sigma.at(y, x)[c] * fresh.at(y, x)[c]);
    });
}

ops::ConstFeatureMap RecorruptedInput::target_shift(const Arena& arena) const {
    return ops::dense_map(arena[fresh_].data(), image_height(), image_width(), channels_);
}

}  // namespace twofold::prior
