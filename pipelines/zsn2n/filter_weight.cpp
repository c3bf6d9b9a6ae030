#include "pipelines/zsn2n/filter_weight.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ops/feature_map.h"
#include "pipelines/zsn2n/recorrupted_window.h"

namespace twofold::zsn2n {
namespace {

constexpr std::array<float, 4> kWeights{1.0f, 1.6f, 2.5f, 4.0f};
constexpr std::uint64_t kNoise = std::uint64_t{1} << 41;  // streams of random numbers
constexpr int kTile = 64;
constexpr double kClear = 0.3;  // standard deviations of chance

// Corner of the i-th of `count` pieces of `piece` that are spread over `whole` pixels.
std::int64_t place(std::int64_t i, std::int64_t count, std::int64_t piece, std::int64_t whole) {
    return count > 1 ? i * (whole - piece) / (count - 1) : (whole - piece) / 2;
}

// Clearly enough not to depend on how an image was rounded.
bool is_less(std::span<const double> errors, std::span<const double> than) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const double difference = errors[i] - than[i];
        sum += difference;
        squares += difference * difference;
    }
    return sum < -kClear * std::sqrt(squares);
}

}  // namespace

bool FilterWeight::fits(const ImageView& image) { return std::min(image.width, image.height) >= kCell; }

FilterWeight::FilterWeight(Network& network, const TrainingImage& image, int cells, ThreadTeam& team)
    : image_(image),
      team_(team),
      channels_(image.view.colour_channels()),
      columns_(std::min<std::int64_t>(cells, image.view.width / kCell)),
      rows_(std::min<std::int64_t>(cells, image.view.height / kCell)),
      width_(columns_ * kCell),
      height_(rows_ * kCell) {
    for (std::vector<float>* mosaic : {&more_, &target_, &guide_, &refined_})
        mosaic->resize(ops::dense_size(height_, width_, channels_));
    applier_.emplace(network, view(more_), view(guide_), ImageScale(), kTile, team);
    RefinerSettings settings;
    settings.input = view(more_);
    settings.output = view(refined_);
    settings.noise = image.noise;
    settings.stride = ops::kCollaborativePatch;
    refiner_.emplace(settings, team);
}

void FilterWeight::reserve(ArenaPlan& plan) {
    applier_->reserve(plan, false);
    refiner_->reserve(plan);
    cells_ = plan.reserve<float>(ops::dense_size(2 * team_.size() * kCell, kCell, channels_));
    for (ArenaRange<double>* range : {&least_, &found_})
        *range = plan.reserve<double>(static_cast<std::size_t>(height_));
}

std::uint64_t FilterWeight::bytes() const { return 4 * sizeof(float) * more_.size(); }

void FilterWeight::fill_cell(std::int64_t column, std::int64_t row, float* noisy, float* noise) {
    const std::ptrdiff_t line = std::ptrdiff_t{kCell} * channels_;
    image_.scale.load(image_.view, place(column, columns_, kCell, image_.view.width),
                      place(row, rows_, kCell, image_.view.height), kCell, kCell, noisy, line);
    clip(image_.scale.limit(), noisy, static_cast<std::size_t>(kCell * line));
    draw_noise(image_, kNoise + static_cast<std::uint64_t>(row * columns_ + column), noisy, kCell, kCell, noise);
    for (std::ptrdiff_t y = 0; y < kCell; ++y)
        for (std::ptrdiff_t i = 0; i < line; ++i) {
            const auto at = static_cast<std::size_t>(((row * kCell + y) * columns_ + column) * line + i);
            more_[at] = recorrupted(noisy[y * line + i], noise[y * line + i]);
            target_[at] = target(noisy[y * line + i], noise[y * line + i]);
        }
}

void FilterWeight::find_errors(const Arena& arena, float weight, std::span<double> errors) {
    std::ranges::copy(guide_, refined_.begin());
    // The mosaic has more noise than the image.
    refiner_->set_weight(weight * (1 + kRecorruption * kRecorruption));
    RunControl control(nullptr, nullptr, 0);
    refiner_->run(arena, 1, {}, control);
    const auto compared = [](std::int64_t i) { return i % kCell >= kMargin && i % kCell < kCell - kMargin; };
    team_.run(height_, [&](std::int64_t y, int) {
        double sum = 0;
        for (std::int64_t x = 0; compared(y) && x < width_; ++x) {
            if (!compared(x)) continue;
            for (int c = 0; c < channels_; ++c) {
                const auto at = static_cast<std::size_t>((y * width_ + x) * channels_ + c);
                const double difference = double{refined_[at]} - double{target_[at]};
                sum += difference * difference;
            }
        }
        errors[static_cast<std::size_t>(y)] = sum;
    });
}

float FilterWeight::run(const Arena& arena, std::span<const float> parameters) {
    team_.run(columns_ * rows_, [&](std::int64_t cell, int thread) {
        float* noisy = arena[cells_].data() + 2 * thread * std::ptrdiff_t{kCell} * kCell * channels_;
        fill_cell(cell % columns_, cell / columns_, noisy, noisy + std::ptrdiff_t{kCell} * kCell * channels_);
    });
    RunControl control(nullptr, nullptr, 0);
    applier_->run(arena, parameters, 1, nullptr, {}, control);
    const std::span<double> least = arena[least_], found = arena[found_];
    float best = kWeights[0];
    find_errors(arena, best, least);
    for (std::size_t i = 1; i < kWeights.size(); ++i) {
        find_errors(arena, kWeights[i], found);
        if (!is_less(found, least)) break;
        std::ranges::copy(found, least.begin());
        best = kWeights[i];
    }
    return best;
}

}  // namespace twofold::zsn2n
