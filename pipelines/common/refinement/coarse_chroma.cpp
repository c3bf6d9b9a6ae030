#include "pipelines/common/refinement/coarse_chroma.h"

#include <algorithm>

#include "ops/feature_map.h"

namespace twofold {
namespace {

constexpr int kLevels = 2;
constexpr std::int64_t kMostPixels = 32 << 20;
// By how much the noise counts for more than what is known of it: its measure misses the coarsest part. Twice as much
// takes away more stains, and colour of the picture with them.
constexpr float kWeight = 8;
// Noise, of 255, whose stains at a quarter of the size are worth looking for.
constexpr double kStrong = 8;

// Leaves of a row what the channels do not have in common.
void remove_common(std::int64_t width, int channels, float* row) {
    for (std::int64_t x = 0; x < width; ++x, row += channels) {
        float sum = 0;
        for (int c = 0; c < channels; ++c) sum += row[c];
        for (int c = 0; c < channels; ++c) row[c] -= sum / static_cast<float>(channels);
    }
}

}  // namespace

bool CoarseChroma::fits(const ImageView& image) {
    return image.colour_channels() == 3 && std::min(image.width, image.height) >= Refiner::kSmallestSide << kLevels &&
           image.width <= kMostPixels / image.height;
}

std::uint64_t CoarseChroma::most_bytes(const ImageView& image) {
    // A quarter of the pixels and a quarter of those, noisy and denoised.
    const std::size_t samples = HalfImage::size(image.width, image.height, 3);
    return 2 * sizeof(float) * (samples + samples / 4);
}

RefinerSettings CoarseChroma::settings_at(const RefinerSettings& whole, int reduction, HalfImage* noisy,
                                          HalfImage* result) {
    RefinerSettings settings = whole;
    settings.input = noisy->view();
    settings.output = result->view();
    settings.input_scale = settings.output_scale = ImageScale();
    settings.reduction = reduction;
    return settings;
}

CoarseChroma::Level::Level(const RefinerSettings& whole, int reduction, ThreadTeam& team)
    : noisy(2 * whole.input.width / reduction, 2 * whole.input.height / reduction, whole.input.colour_channels()),
      result(2 * whole.input.width / reduction, 2 * whole.input.height / reduction, whole.input.colour_channels()),
      refiner(settings_at(whole, reduction, &noisy, &result), team),
      correction(result, 2 * whole.input.height / reduction) {
    refiner.set_weight(kWeight);
}

CoarseChroma::CoarseChroma(const RefinerSettings& settings, ThreadTeam& team) : settings_(settings), team_(team) {
    const int levels = 255 * settings.noise->mean_sigma >= kStrong ? kLevels : 1;
    for (int i = 0; i < levels; ++i) levels_.push_back(std::make_unique<Level>(settings, 2 << i, team));
    settings_.texture = nullptr;
}

void CoarseChroma::reserve(ArenaPlan& plan) {
    for (const auto& level : levels_) level->refiner.reserve(plan);
    rows_ = plan.reserve<float>(ops::dense_size(2 * team_.size(), settings_.input.width, 3));
    scratch_ = plan.reserve<float>(ops::dense_size(team_.size(), settings_.input.width / 2, 3));
}

std::uint64_t CoarseChroma::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& level : levels_) sum += level->noisy.bytes() + level->result.bytes();
    return sum;
}

std::int64_t CoarseChroma::tiles() const {
    std::int64_t sum = 0;
    for (const auto& level : levels_) sum += level->refiner.tiles();
    return sum;
}

void CoarseChroma::correct(const Arena& arena, Level& level, const ImageView& image, const ImageScale& scale) {
    const std::int64_t width = image.width;
    const auto row = static_cast<std::ptrdiff_t>(width) * 3;
    level.correction.start(1);
    team_.run(level.result.height(), [&](std::int64_t y, int thread) {
        float* rows = arena[rows_].data() + 2 * thread * row;
        scale.load(image, 0, 2 * y, width, 2, rows, row);
        level.correction.compare_row(y, rows, rows + row);
        remove_common(level.result.width(), 3, level.result.row(y));
    });
    team_.run(image.height, [&](std::int64_t y, int thread) {
        float* samples = arena[rows_].data() + 2 * thread * row;
        scale.load(image, 0, y, width, 1, samples, row);
        level.correction.add(y, width, arena[scratch_].data() + thread * (width / 2) * 3, samples);
        scale.store(image, scale.white(), 0, y, width, 1, samples, row);
    });
}

bool CoarseChroma::run(const Arena& arena, const ImageView& noisy, const OtherTiles& other, RunControl& control) {
    OtherTiles around{other.before, other.after + tiles()};
    ImageView noisy_above = noisy, result_above = settings_.output;
    ImageScale noisy_scale = settings_.input_scale, result_scale = settings_.output_scale;
    for (const auto& level : levels_) {
        level->noisy.load(noisy_above, noisy_scale, team_);
        level->result.load(result_above, result_scale, team_);
        around.after -= level->refiner.tiles();
        if (!level->refiner.run(arena, 1, around, control)) return false;
        around.before += level->refiner.tiles();
        noisy_above = level->noisy.view();
        result_above = level->result.view();
        noisy_scale = result_scale = ImageScale();
    }
    for (std::size_t i = levels_.size(); i-- > 0;) {
        if (i > 0)
            correct(arena, *levels_[i], levels_[i - 1]->result.view(), ImageScale());
        else
            correct(arena, *levels_[i], settings_.output, settings_.output_scale);
    }
    return true;
}

}  // namespace twofold
