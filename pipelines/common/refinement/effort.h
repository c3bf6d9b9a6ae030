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
    // By how much noise that pixels or channels share counts for more than its variance in a patch: it is alike in
    // patches that overlap, so that it stays together where independent noise is spread over all of a group, and the
    // guide still has some of it. On camera files 2.5 gave 0.1 to 0.3 dB more than 1, and 4 another 0.02 to 0.1.
    float weight_of_shared = 4;
};

}  // namespace twofold

#endif
