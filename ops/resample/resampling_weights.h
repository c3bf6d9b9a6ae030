// One axis of a separable resampling: which source positions, with which weights, make a destination position.
#ifndef TWOFOLD_OPS_RESAMPLE_RESAMPLING_WEIGHTS_H
#define TWOFOLD_OPS_RESAMPLE_RESAMPLING_WEIGHTS_H

namespace twofold::ops {

// sinc(t) * sinc(t / support) for |t| < support, else 0.
double lanczos(double t, int support);
// Keys's cubic convolution with a = -1/2, support 2.
double keys_cubic(double t);

// Weights of consecutive source positions from `first` on, which may lie outside of the source.
struct Taps {
    static constexpr int kMax = 64;
    int first;
    int count;
    float weights[kMax];

    // What source position k of [0, size) contributes, with those beyond an edge counted to the edge.
    float weight_of(int k, int size) const;
    // The range of source positions that contribute.
    int begin(int size) const { return clamp(first, size); }
    int end(int size) const { return clamp(first + count - 1, size) + 1; }

  private:
    static int clamp(int k, int size) { return k < 0 ? 0 : k >= size ? size - 1 : k; }
};

// Taps of destination position 0 at centre `centre` (in source positions) for kernel(distance / scale), |distance| <
// support * scale, normalised to sum 1.
Taps make_taps(double (*kernel)(double t, int support), int support, double centre, double scale);

}  // namespace twofold::ops

#endif
