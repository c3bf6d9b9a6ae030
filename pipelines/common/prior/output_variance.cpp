#include "pipelines/common/prior/output_variance.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "runtime/random.h"

namespace twofold::prior {
namespace {

constexpr std::int64_t kSamples = 1 << 15;
constexpr std::uint64_t kPositionStream = 0x64697002;

}  // namespace

OutputVariance::OutputVariance(std::int64_t values, int window, std::uint64_t seed)
    : values_(values), window_(window), seed_(seed), samples_(static_cast<std::size_t>(std::min(values, kSamples))) {}

void OutputVariance::reserve(ArenaPlan& plan) {
    positions_ = plan.reserve<std::int64_t>(samples_);
    outputs_ = plan.reserve<float>(samples_ * static_cast<std::size_t>(window_));
    sums_ = plan.reserve<double>(samples_);
}

void OutputVariance::reset() { count_ = 0; }

bool OutputVariance::add(const Arena& arena, const float* output, double* variance) {
    const std::span<std::int64_t> positions = arena[positions_];
    const std::span<double> sums = arena[sums_];
    if (count_ == 0) {
        squares_ = 0;
        std::ranges::fill(sums, 0.0);
        std::ranges::fill(arena[outputs_], 0.0f);
        if (static_cast<std::int64_t>(samples_) == values_)
            std::iota(positions.begin(), positions.end(), 0);
        else
            for (std::size_t i = 0; i < samples_; ++i)
                positions[i] = uniform_index(random_block(seed_, kPositionStream, i)[0], values_);
    }
    float* slot = arena[outputs_].data() + static_cast<std::size_t>(count_ % window_) * samples_;
    ++count_;
    double squares_of_sums = 0;
    for (std::size_t i = 0; i < samples_; ++i) {
        const double added = output[positions[i]], removed = slot[i];
        slot[i] = output[positions[i]];
        sums[i] += added - removed;
        squares_ += added * added - removed * removed;
        squares_of_sums += sums[i] * sums[i];
    }
    if (count_ < window_) return false;
    *variance = (squares_ - squares_of_sums / window_) / (static_cast<double>(window_) * static_cast<double>(samples_));
    return true;
}

}  // namespace twofold::prior
