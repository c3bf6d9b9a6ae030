#include "ops/optimizer/muon.h"

#include <algorithm>
#include <cmath>

#include "ops/conv2d/conv2d_simd.h"

namespace twofold::ops {
namespace {

constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;
// Rows that make a chunk worth a thread's while.
constexpr int kChunkRows = 96;
constexpr int kMaxChunks = 8;

}  // namespace

// Where things lie in the scratch memory. Products are those of 1x1 convolutions.
struct Muon::Scratch {
    float* x[2];      // rows x padded, one read and one written in turn
    float* grams[2];  // a padded x padded partial sum of X'X for each chunk, in turn
    float* norms;     // partial sums of squares of U
    float* own;       // of this chunk: the sum of the partial sums, and the polynomial
    float* zeros;

    Scratch(const Muon& muon, int chunk, float* memory) {
        const std::ptrdiff_t matrix = std::ptrdiff_t{muon.shape_.rows} * muon.padded_;
        const std::ptrdiff_t square = std::ptrdiff_t{muon.padded_} * muon.padded_;
        x[0] = memory;
        x[1] = x[0] + matrix;
        grams[0] = x[1] + matrix;
        grams[1] = grams[0] + square * muon.chunks_;
        zeros = grams[1] + square * muon.chunks_;
        norms = zeros + muon.padded_;
        own = norms + kMaxChunks * 2 + chunk * 2 * square;
    }
};

Muon::Muon(const MuonShape& shape)
    : shape_(shape),
      padded_((shape.columns + 15) / 16 * 16),  // columns of zeros change nothing
      chunks_(std::clamp(shape.rows / kChunkRows, 1, kMaxChunks)) {}

std::size_t Muon::scratch_size() const {
    const auto p = static_cast<std::size_t>(padded_), c = static_cast<std::size_t>(chunks_);
    return 2 * static_cast<std::size_t>(shape_.rows) * p + 4 * c * p * p + p + kMaxChunks * 2;
}

double Muon::flops() const {
    const double columns = shape_.columns;
    return kMuonIterations * 2 * columns * columns * (2.0 * shape_.rows + columns);
}

int Muon::first_row(int chunk) const { return chunk * shape_.rows / chunks_; }

void Muon::run(int phase, int chunk, double learning_rate, double momentum, const MuonTensors& tensors) const {
    const Scratch scratch(*this, chunk, tensors.scratch);
    if (phase == 0) {
        prepare(chunk, static_cast<float>(momentum), tensors, scratch);
        return;
    }
    iterate(phase - 1, chunk, scratch);
    if (phase < kMuonIterations) return;
    const double shape_factor = std::sqrt(std::max(1.0, double(shape_.columns) / shape_.rows));
    const auto rate = static_cast<float>(learning_rate * shape_factor);
    const float* x = scratch.x[kMuonIterations % 2];
    for (int r = first_row(chunk); r < first_row(chunk + 1); ++r)
        for (int c = 0; c < shape_.columns; ++c)
            tensors.weights[std::ptrdiff_t{r} * shape_.columns + c] -= rate * x[std::ptrdiff_t{r} * padded_ + c];
}

void Muon::prepare(int chunk, float momentum, const MuonTensors& tensors, const Scratch& scratch) const {
    const int begin = first_row(chunk), end = first_row(chunk + 1);
    float norm = 0;
    for (int r = begin; r < end; ++r) {
        float* x = scratch.x[0] + std::ptrdiff_t{r} * padded_;
        for (int c = 0; c < shape_.columns; ++c) {
            const std::ptrdiff_t i = std::ptrdiff_t{r} * shape_.columns + c;
            tensors.momentum[i] = momentum * tensors.momentum[i] + tensors.gradient[i];
            x[c] = tensors.gradient[i] + momentum * tensors.momentum[i];
            norm += x[c] * x[c];
        }
        std::fill(x + shape_.columns, x + padded_, 0.0f);
    }
    scratch.norms[chunk] = norm;
    if (chunk == 0) std::fill_n(scratch.zeros, padded_, 0.0f);
    const std::ptrdiff_t square = std::ptrdiff_t{padded_} * padded_;
    float* gram = scratch.grams[0] + chunk * square;
    std::fill_n(gram, square, 0.0f);
    const ConstMap rows(scratch.x[0] + std::ptrdiff_t{begin} * padded_, 0);
    simd::backward_weights(1, end - begin, 1, padded_, padded_, rows, rows, gram, nullptr);
}

// X <- X (a I + b G + c G^2) for the chunk's rows, then its share of the next G. Every chunk computes the small
// polynomial for itself: that is cheaper than waiting for one to do it.
void Muon::iterate(int iteration, int chunk, const Scratch& scratch) const {
    const int begin = first_row(chunk), count = first_row(chunk + 1) - begin;
    const std::ptrdiff_t square = std::ptrdiff_t{padded_} * padded_;
    float* gram = scratch.own;
    float* polynomial = gram + square;
    const float* partial = scratch.grams[iteration % 2];
    std::copy_n(partial, square, gram);
    for (int c = 1; c < chunks_; ++c)
        for (std::ptrdiff_t i = 0; i < square; ++i) gram[i] += partial[c * square + i];
    // X is U until here; dividing it by its norm is left to the factors.
    float inverse = 1;
    if (iteration == 0) {
        double norm = 0;
        for (int c = 0; c < chunks_; ++c) norm += double{scratch.norms[c]};
        inverse = static_cast<float>(1 / (std::sqrt(norm) + 1e-15));  // its square is finite: U may be 0
        for (std::ptrdiff_t i = 0; i < square; ++i) gram[i] *= inverse * inverse;
    }
    simd::forward(1, padded_, 1, padded_, padded_, {gram, 0}, gram, scratch.zeros, 1.0f, {polynomial, 0});
    for (std::ptrdiff_t i = 0; i < square; ++i) polynomial[i] = inverse * (kB * gram[i] + kC * polynomial[i]);
    for (int c = 0; c < padded_; ++c) polynomial[std::ptrdiff_t{c} * padded_ + c] += inverse * kA;
    const float* x = scratch.x[iteration % 2] + std::ptrdiff_t{begin} * padded_;
    float* next = scratch.x[(iteration + 1) % 2] + std::ptrdiff_t{begin} * padded_;
    simd::forward(1, count, 1, padded_, padded_, {x, 0}, polynomial, scratch.zeros, 1.0f, {next, 0});
    if (iteration + 1 == kMuonIterations) return;
    float* next_gram = scratch.grams[(iteration + 1) % 2] + chunk * square;
    std::fill_n(next_gram, square, 0.0f);
    simd::backward_weights(1, count, 1, padded_, padded_, {next, 0}, {next, 0}, next_gram, nullptr);
}

void muon_step(const MuonShape& shape, double learning_rate, double momentum, const MuonTensors& tensors) {
    const Muon muon(shape);
    for (int phase = 0; phase < Muon::phases(); ++phase)
        for (int chunk = 0; chunk < muon.chunks(); ++chunk) muon.run(phase, chunk, learning_rate, momentum, tensors);
}

}  // namespace twofold::ops
