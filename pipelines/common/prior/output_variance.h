// When to stop: the variance of the last outputs falls while the network learns the image, and rises when it begins to
// learn the noise (Wang et al., "Early Stopping for Deep Image Prior", TMLR 2023, arXiv 2112.06074).
//
// The variance is the mean squared distance of the last outputs to their mean. It is measured on a fixed random sample
// of values, so that a window of a hundred outputs costs as much memory for a large image as for a small one.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_OUTPUT_VARIANCE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_OUTPUT_VARIANCE_H

#include <cstdint>

#include "runtime/arena.h"

namespace twofold::prior {

class OutputVariance {
  public:
    // `values` in an output; `window` outputs are kept.
    OutputVariance(std::int64_t values, int window, std::uint64_t seed);

    void reserve(ArenaPlan& plan);
    void reset();
    // Takes the output of the next step in. False until the window is full; then `variance` is that of the window.
    bool add(const Arena& arena, const float* output, double* variance);

  private:
    std::int64_t values_;
    int window_;
    std::uint64_t seed_;
    std::size_t samples_;
    std::int64_t count_ = 0;
    double squares_ = 0;  // sum over the window of the squared samples
    ArenaRange<std::int64_t> positions_;
    ArenaRange<float> outputs_;  // window x samples
    ArenaRange<double> sums_;    // of each sample over the window
};

// Watches a number that falls and then rises.
class Patience {
  public:
    explicit Patience(std::int64_t patience) : patience_(patience) {}
    // True if this is the lowest value so far.
    bool lowest(std::int64_t step, double value) {
        if (step_ >= 0 && value >= value_) return false;
        step_ = step;
        value_ = value;
        return true;
    }
    bool exhausted(std::int64_t step) const { return step_ >= 0 && step - step_ >= patience_; }
    std::int64_t step() const { return step_; }

  private:
    std::int64_t patience_;
    std::int64_t step_ = -1;  // of the lowest value
    double value_ = 0;
};

}  // namespace twofold::prior

#endif
