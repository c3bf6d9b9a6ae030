// Speed of the training step, the final pass, the kernels they are made of and the filters of the refinement, beside
// what the machine can do at most.
#ifndef TWOFOLD_PIPELINES_ZSN2N_BENCHMARK_H
#define TWOFOLD_PIPELINES_ZSN2N_BENCHMARK_H

namespace twofold::zsn2n {

// The texts are valid during the call that hands the row over.
struct BenchmarkRow {
    const char* name = "";  // "peak", "conv2d 48->48 forward", "training step", "inference", "nonlocal Bayes" ...
    const char* implementation = "";  // "simd", "direct", "onednn", "ref", or ""
    const char* shape = "";           // what was run, in words
    int threads = 0;
    double seconds = 0;        // per call, median
    double gflops = 0;         // 1e9 floating point operations a second, multiply and add counted as two
    double share_of_peak = 0;  // of the peak measured in the same call with the same threads, 0..1
};

// Spends about `seconds` (> 0) on each row and calls `row` for it as soon as it is measured; threads >= 1.
void benchmark(int threads, double seconds, void (*row)(const BenchmarkRow& row, void* user), void* user);

}  // namespace twofold::zsn2n

#endif
