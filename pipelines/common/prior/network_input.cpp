#include "pipelines/common/prior/network_input.h"

#include <algorithm>
#include <array>

#include "ops/noise/normal_field.h"
#include "ops/padding/reflect_border.h"
#include "ops/row_bands.h"

namespace twofold::prior {
namespace {

// Streams of random numbers, one a purpose.
constexpr std::uint64_t kBaseInput = 0x64697010, kInputNoise = 0x64697011, kRecorruption = 0x64697013;

}  // namespace

NetworkInput::NetworkInput(const Recipe& recipe, const HourglassShape& shape, const ImageView& image, float white,
                           const NoiseModel& noise, std::uint64_t seed)
    : kind_(recipe.input),
      height_(shape.height),
      width_(shape.width),
      channels_(shape.in),
      strength_(recipe.recorruption),
      input_noise_(static_cast<float>(recipe.input_noise)),
      image_(image),
      white_(white),
      noise_(noise),
      seed_(seed) {}

int NetworkInput::channels(const Recipe& recipe, const ImageView& image) {
    switch (recipe.input) {
        case InputKind::kMeshGrid:
            return 2;
        case InputKind::kRecorrupted:
            return image.colour_channels();
        case InputKind::kNoise:
            break;
    }
    return recipe.in;
}

void NetworkInput::reserve(ArenaPlan& plan) {
    const std::size_t count =
        static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_);
    base_ = plan.reserve<float>(count);
    sigma_ = plan.reserve<float>(recorrupts() ? count : 0);
    fresh_ = plan.reserve<float>(recorrupts() ? count : 0);
}

ops::FeatureMap NetworkInput::map(const Arena& arena, ArenaRange<float> range) const {
    return ops::dense_map(arena[range].data(), height_, width_, channels_);
}

void NetworkInput::begin(ThreadTeam& team, const Arena& arena) {
    const ops::FeatureMap base = map(arena, base_);
    switch (kind_) {
        case InputKind::kNoise:
            ops::fill_uniform(team, {seed_, kBaseInput, 0}, 0, 0.1f, base);
            break;
        case InputKind::kMeshGrid:
            for (int y = 0; y < height_; ++y)
                for (int x = 0; x < width_; ++x) {
                    base.at(y, x)[0] = static_cast<float>(x) / static_cast<float>(std::max(1, width_ - 1));
                    base.at(y, x)[1] = static_cast<float>(y) / static_cast<float>(std::max(1, height_ - 1));
                }
            break;
        case InputKind::kRecorrupted:
            load_image(team, arena);
            measure_noise(team, arena);
            break;
    }
}

// The image, mirrored where the network's maps are larger.
void NetworkInput::load_image(ThreadTeam& team, const Arena& arena) {
    const ops::FeatureMap base = map(arena, base_);
    const int height = static_cast<int>(image_.height), width = static_cast<int>(image_.width);
    team.run(height_, [&](std::int64_t task, int) {
        const int y = static_cast<int>(task);
        load_rectangle(image_, white_, 0, ops::reflected_index(y, height), width, 1, base.at(y, 0), base.row);
        // As far as the network's sigmoid reaches, which is also what the target is held to.
        for (float* value = base.at(y, 0); value != base.at(y, width); ++value) *value = std::clamp(*value, 0.0f, 1.0f);
        for (int x = width; x < width_; ++x)
            std::copy_n(base.at(y, ops::reflected_index(x, width)), channels_, base.at(y, x));
    });
}

// The noise of each sample, by the brightness of the 3x3 pixels around it.
void NetworkInput::measure_noise(ThreadTeam& team, const Arena& arena) {
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

void NetworkInput::write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) {
    const ops::ConstFeatureMap base = map(arena, base_);
    const std::uint64_t counters = ops::random_field_counters(height_, width_, channels_);
    const std::uint64_t first = static_cast<std::uint64_t>(step) * counters;
    if (!recorrupts()) {
        ops::fill_normal(team, normals_, {seed_, kInputNoise, first}, input_noise_, base, input);
        return;
    }
    const ops::FeatureMap fresh = map(arena, fresh_), sigma = map(arena, sigma_);
    std::fill_n(fresh.data, fresh.row * height_, 0.0f);
    ops::fill_normal(team, normals_, {seed_, kRecorruption, first}, 1.0f, fresh, fresh);
    const auto add = static_cast<float>(strength_), subtract = static_cast<float>(-1 / strength_);
    team.run(height_, [&](std::int64_t task, int) {
        const int y = static_cast<int>(task);
        for (int x = 0; x < width_; ++x)
            for (int c = 0; c < channels_; ++c) {
                float& sample = fresh.at(y, x)[c];
                const float noise = sigma.at(y, x)[c] * sample;
                input.at(y, x)[c] = base.at(y, x)[c] + add * noise;
                sample = subtract * noise;
            }
    });
}

ops::ConstFeatureMap NetworkInput::target_shift(const Arena& arena) const {
    if (!recorrupts()) return ops::dense_map(static_cast<const float*>(nullptr), 0, 0, 0);
    ops::FeatureMap shift = map(arena, fresh_);
    shift.height = static_cast<int>(image_.height);
    shift.width = static_cast<int>(image_.width);
    return shift;
}

}  // namespace twofold::prior
