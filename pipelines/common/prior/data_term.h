// What the output of the network is compared with: the part of the objective that differs from task to task.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_DATA_TERM_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_DATA_TERM_H

#include <cstdint>

#include "ops/feature_map.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

// Where a run stands.
struct FitStep {
    std::int64_t index;  // from 0
    std::int64_t steps;
    const float* average;  // of the outputs before this step, dense; null before the first step
    // What the target of this step has more than the image, of the image's size; data is null where that is nothing.
    ops::ConstFeatureMap target_shift = ops::no_map();
    double shift_variance = 0;  // its mean square: by so much the squared error exceeds that to the image
};

class DataTerm {
  public:
    virtual ~DataTerm() = default;
    virtual void reserve(ArenaPlan& plan) = 0;
    // At the start of a run: brings the image into the arena.
    virtual void begin(ThreadTeam& team, const Arena& arena) = 0;
    // Returns the loss of the output and writes its gradient to diff; both maps have the result's size.
    virtual double evaluate(ThreadTeam& team, const Arena& arena, const FitStep& step, ops::ConstFeatureMap output,
                            ops::FeatureMap diff) = 0;
    // Weight of the total variation in use; 0 for a term without one.
    virtual double lambda() const { return 0; }
    // Row `y` of a map of the result's size: not 0 where the output keeps the input's pixel. Null where none is kept.
    virtual const float* kept_row(const Arena&, int) const { return nullptr; }
    // After the result has been written: what it says nothing about, such as alpha of another size.
    virtual void finish(ThreadTeam&, const Arena&) const {}
};

}  // namespace twofold::prior

#endif
