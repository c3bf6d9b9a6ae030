#include "pipelines/common/refinement/refinement.h"

#include <algorithm>

#include "ops/feature_map.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/common/noise/tone_shift.h"
#include "pipelines/common/strength.h"

namespace twofold {
namespace {

// Work at half and at a quarter of the size, over that of a round of the filter.
constexpr double kChromaWork = 0.35;
// By which a run may take longer than its first band lets expect.
constexpr double kReserveMargin = 1.25;

const FilterEffort& effort_of(const RefinementSettings& settings) {
    return Refiner::is_by_bayes(settings) ? settings.effort.bayes : settings.effort.collaborative;
}

RefinementSettings with_stride(const RefinementSettings& settings) {
    RefinementSettings s = settings;
    s.stride = effort_of(settings).stride;
    return s;
}

}  // namespace

bool Refinement::fits(const ImageView& image) { return std::min(image.width, image.height) >= Refiner::kSmallestSide; }

Refinement::Refinement(const RefinementSettings& settings, ThreadTeam& team)
    : settings_(with_stride(settings)),
      shared_(settings.texture != nullptr),
      rounds_(effort_of(settings).rounds),
      team_(team),
      refiner_(settings_, team) {
    if (shared_) refiner_.set_weight(settings.effort.weight_of_shared);
    if (settings.correlated && CoarseChroma::fits(settings.input)) {
        const std::uint64_t needed = CoarseChroma::most_bytes(settings.input),
                            usable = usable_memory(settings.memory_budget);
        if (settings.memory_budget == 0) require_memory(needed, usable);
        if (needed <= usable) chroma_.emplace(settings_, team);
    }
    settings_.texture = nullptr;
}

void Refinement::reserve(ArenaPlan& plan) {
    refiner_.reserve(plan);
    if (chroma_) chroma_->reserve(plan);
    if (settings_.correlated)
        rows_ = plan.reserve<float>(
            ops::dense_size(team_.size(), settings_.input.width, settings_.input.colour_channels()));
}

bool Refinement::drop_largest_part() {
    if (!chroma_) return false;
    chroma_.reset();
    return true;
}

std::int64_t Refinement::tiles() const { return rounds_ * refiner_.tiles() + (chroma_ ? chroma_->tiles() : 0); }

double Refinement::seconds_to_keep(const Arena& arena) {
    return kReserveMargin * (rounds_ + (chroma_ ? kChromaWork : 0)) * refiner_.measure(arena);
}

bool Refinement::run(const Arena& arena, float strength, const OtherTiles& other, RunControl& control) {
    OtherTiles around{other.before, other.after + tiles()};
    const auto pass = [&](std::int64_t tiles) {
        around.after -= tiles;
        const OtherTiles now = around;
        around.before += tiles;
        return now;
    };
    for (int round = 0; round < rounds_; ++round) {
        // What guides what comes after shall have no noise.
        const bool last = round + 1 == rounds_ && !settings_.correlated;
        if (!refiner_.run(arena, last ? strength : 1, pass(refiner_.tiles()), control)) return false;
    }
    if (!settings_.correlated) return true;
    if (chroma_ && !chroma_->run(arena, refiner_.noisy(arena), pass(chroma_->tiles()), control)) return false;
    restore_tones(arena, strength);
    return true;
}

void Refinement::restore_tones(const Arena& arena, float strength) {
    const ImageView noisy = refiner_.noisy(arena), &output = settings_.output;
    const float noisy_white = settings_.input_scale.white(), white = settings_.output_scale.white();
    const ToneShift shift = measure_tone_shift(noisy, noisy_white, output, white);
    if (shift.strength == 0 && strength == 1) return;
    const int channels = output.colour_channels();
    const auto row = static_cast<std::ptrdiff_t>(output.width) * channels;
    team_.run(output.height, [&](std::int64_t y, int thread) {
        float* samples = arena[rows_].data() + thread * row;
        load_rectangle(output, white, 0, y, output.width, 1, samples, row);
        if (shift.strength > 0)
            for (std::ptrdiff_t i = 0; i < row; ++i)
                samples[i] = shift.restored(static_cast<int>(i % channels), samples[i]);
        weaken_row(noisy, noisy_white, strength, y, samples);
        store_rectangle(output, white, 0, y, output.width, 1, samples, row);
    });
}

}  // namespace twofold
