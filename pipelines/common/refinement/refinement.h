// All that follows a denoised image: the filter that it guides (refiner.h), and against noise that neighbouring
// pixels share, as cameras write it, stains of colour and the shift of a tone curve (noise/tone_shift.h).
#ifndef TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINEMENT_H
#define TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINEMENT_H

#include <cstdint>
#include <optional>

#include "pipelines/common/refinement/coarse_chroma.h"
#include "pipelines/common/refinement/effort.h"
#include "pipelines/common/refinement/refiner.h"

namespace twofold {

struct RefinementSettings : RefinerSettings {
    bool correlated = false;  // noise and texture are of noise that neighbouring pixels share
    RefinementEffort effort;  // instead of `stride`
    // Bytes; stains of colour stay where it is too small. 0: what the machine has free.
    std::uint64_t memory_budget = 0;
};

class Refinement {
  public:
    static bool fits(const ImageView& image);

    // What the scales and `noise` point to must outlive it; `texture` is read here only. Throws Error kOverBudget where
    // the machine has too little memory free.
    Refinement(const RefinementSettings& settings, ThreadTeam& team);
    void reserve(ArenaPlan& plan);
    // Beside the arena.
    std::uint64_t bytes() const { return chroma_ ? chroma_->bytes() : 0; }
    // False if there is nothing more to do without.
    bool drop_largest_part();

    // How much noise counts for in the collaborative filter that nothing shares; 1 at first. Other noise has a weight
    // that measurements gave, and nonlocal Bayes needs none.
    void set_weight(float weight) {
        if (!shared_ && !is_by_bayes()) refiner_.set_weight(weight);
    }
    // To be called before the output takes the place of the input.
    void keep_input(const Arena& arena) const { refiner_.keep_input(arena); }
    // Takes away the share `strength` of the noise. False if the callback cancelled.
    bool run(const Arena& arena, float strength, const OtherTiles& other, RunControl& control);
    // Of the progress that is reported.
    std::int64_t tiles() const;
    bool is_by_bayes() const { return refiner_.is_by_bayes(); }
    int rounds() const { return rounds_; }
    // Seconds to keep for a run, with a margin, judged by the first band. Writes no output.
    double seconds_to_keep(const Arena& arena);
    // Not where it would take more than a third of the time.
    static bool is_worth(double seconds_to_keep, double deadline_seconds) {
        return 3 * seconds_to_keep <= deadline_seconds;
    }

  private:
    void restore_tones(const Arena& arena, float strength);

    RefinementSettings settings_;
    bool shared_;  // the noise, by pixels or channels
    int rounds_;
    ThreadTeam& team_;
    Refiner refiner_;
    std::optional<CoarseChroma> chroma_;
    ArenaRange<float> rows_;  // one for each thread
};

}  // namespace twofold

#endif
