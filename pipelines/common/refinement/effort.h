// How much time the refinement takes (refinement.h).
#ifndef TWOFOLD_PIPELINES_COMMON_REFINEMENT_EFFORT_H
#define TWOFOLD_PIPELINES_COMMON_REFINEMENT_EFFORT_H

namespace twofold {

struct FilterEffort {
    int rounds = 1;  // each guided by the one before
    int stride = 5;  // pixels from one reference patch to the next
};

// Of each filter; the noise decides which of them it is.
struct RefinementEffort {
    FilterEffort collaborative, bayes;
};

}  // namespace twofold

#endif
