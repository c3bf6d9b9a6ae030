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
    float *u, *x;  // rows x padded
    float* grams;  // a padded x padded partial sum of U'U for each chunk
    float* work;   // kWorkMatrices of padded x padded
    float* zeros;
    float* norms;  // partial sums of squares of U

    static constexpr int kWorkMatrices = 5;

    Scratch(const Muon& muon, float* memory) {
        const std::ptrdiff_t matrix = std::ptrdiff_t{muon.shape_.rows} * muon.padded_;
        u = memory;
        x = u + matrix;
        grams = x + matrix;
        work = grams + muon.square() * muon.chunks_;
        zeros = work + muon.square() * kWorkMatrices;
        norms = zeros + muon.padded_;
    }
};

Muon::Muon(const MuonShape& shape)
    : shape_(shape),
      padded_((shape.columns + 15) / 16 * 16),  // columns of zeros change nothing
      chunks_(std::clamp(shape.rows / kChunkRows, 1, kMaxChunks)) {}

std::size_t Muon::scratch_size() const {
    const auto p = static_cast<std::size_t>(padded_), rows = static_cast<std::size_t>(shape_.rows);
    const auto squares = static_cast<std::size_t>(chunks_ + Scratch::kWorkMatrices);
    return 2 * rows * p + squares * p * p + p + kMaxChunks;
}

double Muon::flops() const {
    const double columns = shape_.columns, products = 4 * kMuonIterations - 3;  // of small matrices
    return 2 * columns * columns * (2.0 * shape_.rows + products * columns);
}

int Muon::first_row(int chunk) const { return chunk * shape_.rows / chunks_; }

void Muon::run(int phase, int chunk, double learning_rate, double momentum, const MuonTensors& tensors) const {
    const Scratch scratch(*this, tensors.scratch);
    if (phase == 0) return prepare(chunk, static_cast<float>(momentum), tensors, scratch);
    if (phase == 2) {
        const double shape_factor = std::sqrt(std::max(1.0, double(shape_.columns) / shape_.rows));
        return update(chunk, static_cast<float>(learning_rate * shape_factor), tensors, scratch);
    }
    if (chunk == 0) iterate(scratch);
}

void Muon::prepare(int chunk, float momentum, const MuonTensors& tensors, const Scratch& scratch) const {
    const int begin = first_row(chunk), end = first_row(chunk + 1);
    float norm = 0;
    for (int r = begin; r < end; ++r) {
        float* x = scratch.u + std::ptrdiff_t{r} * padded_;
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
    float* gram = scratch.grams + chunk * square();
    std::fill_n(gram, square(), 0.0f);
    const ConstMap rows(scratch.u + std::ptrdiff_t{begin} * padded_, 0);
    simd::backward_weights(1, end - begin, 1, padded_, padded_, rows, rows, gram, nullptr);
}

// The product of the polynomials of all steps, divided by U's norm, to the first of the work matrices.
void Muon::iterate(const Scratch& scratch) const {
    const std::ptrdiff_t size = square();
    float *product = scratch.work, *spare = product + size, *gram = spare + size, *polynomial = gram + size,
          *half = polynomial + size;
    const auto multiply = [&](const float* a, const float* b, float* to) {
        simd::forward(1, padded_, 1, padded_, padded_, {a, 0}, b, scratch.zeros, 1.0f, {to, 0});
    };
    double norm = 0;
    for (int c = 0; c < chunks_; ++c) norm += double{scratch.norms[c]};
    const auto inverse = static_cast<float>(1 / (std::sqrt(norm) + 1e-15));  // its square is finite: U may be 0
    std::copy_n(scratch.grams, size, gram);
    for (int c = 1; c < chunks_; ++c)
        for (std::ptrdiff_t i = 0; i < size; ++i) gram[i] += scratch.grams[c * size + i];
    for (std::ptrdiff_t i = 0; i < size; ++i) gram[i] *= inverse * inverse;
    for (int iteration = 0; iteration < kMuonIterations; ++iteration) {
        multiply(gram, gram, polynomial);
        for (std::ptrdiff_t i = 0; i < size; ++i) polynomial[i] = kB * gram[i] + kC * polynomial[i];
        for (int c = 0; c < padded_; ++c) polynomial[std::ptrdiff_t{c} * padded_ + c] += kA;
        if (iteration == 0) {
            for (std::ptrdiff_t i = 0; i < size; ++i) product[i] = inverse * polynomial[i];
        } else {
            multiply(product, polynomial, spare);
            std::copy_n(spare, size, product);
        }
        if (iteration + 1 == kMuonIterations) return;
        multiply(gram, polynomial, half);
        multiply(half, polynomial, gram);
    }
}

void Muon::update(int chunk, float rate, const MuonTensors& tensors, const Scratch& scratch) const {
    const int begin = first_row(chunk), end = first_row(chunk + 1);
    const std::ptrdiff_t first = std::ptrdiff_t{begin} * padded_;
    simd::forward(1, end - begin, 1, padded_, padded_, {scratch.u + first, 0}, scratch.work, scratch.zeros, 1.0f,
                  {scratch.x + first, 0});
    for (int r = begin; r < end; ++r)
        for (int c = 0; c < shape_.columns; ++c)
            tensors.weights[std::ptrdiff_t{r} * shape_.columns + c] -=
                rate * scratch.x[std::ptrdiff_t{r} * padded_ + c];
}

void muon_step(const MuonShape& shape, double learning_rate, double momentum, const MuonTensors& tensors) {
    const Muon muon(shape);
    for (int phase = 0; phase < Muon::phases(); ++phase)
        for (int chunk = 0; chunk < muon.chunks(); ++chunk) muon.run(phase, chunk, learning_rate, momentum, tensors);
}

}  // namespace twofold::ops
