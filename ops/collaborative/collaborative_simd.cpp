#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/collaborative/collaborative_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>

#include "ops/collaborative/collaborative_filter.h"
#include "ops/collaborative/patch_group-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kSide = kCollaborativePatch;
constexpr int kGroup = kCollaborativeGroup;
constexpr int kPoints = kCollaborativeCoefficients;

// A row of a patch is one vector of 8 or two of 4.
using Row = hn::CappedTag<float, kSide>;

struct Tables {
    float forward[kSide][kSide], back[kSide][kSide];  // the basis functions as rows, and as columns
    float kaiser[kPoints];

    Tables() {
        for (int k = 0; k < kSide; ++k)
            for (int i = 0; i < kSide; ++i)
                forward[k][i] = back[i][k] = dct8()[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)];
        std::copy_n(kaiser8().begin(), kPoints, kaiser);
    }
};

template <class V>
HWY_INLINE V weighted(const float* weights, V a, V b, V c, V e) {
    const Row d;
    auto sum = hn::Mul(hn::Set(d, weights[0]), a);
    sum = hn::MulAdd(hn::Set(d, weights[1]), b, sum);
    sum = hn::MulAdd(hn::Set(d, weights[2]), c, sum);
    return hn::MulAdd(hn::Set(d, weights[3]), e, sum);
}

// out = in * matrix, row by row.
HWY_INLINE void multiply(const float* in, const float (&matrix)[kSide][kSide], float* out) {
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int x = 0; x < kSide; x += lanes) {
        const auto m0 = hn::LoadU(d, matrix[0] + x), m1 = hn::LoadU(d, matrix[1] + x), m2 = hn::LoadU(d, matrix[2] + x),
                   m3 = hn::LoadU(d, matrix[3] + x), m4 = hn::LoadU(d, matrix[4] + x), m5 = hn::LoadU(d, matrix[5] + x),
                   m6 = hn::LoadU(d, matrix[6] + x), m7 = hn::LoadU(d, matrix[7] + x);
        for (int k = 0; k < kSide; ++k) {
            const float* row = in + kSide * k;
            const auto low = weighted(row, m0, m1, m2, m3), high = weighted(row + 4, m4, m5, m6, m7);
            hn::Store(hn::Add(low, high), d, out + kSide * k + x);
        }
    }
}

// The DCT along the columns, then along the rows. A basis function is the same forwards and backwards, or that with the
// other sign, so that along the columns the sums and the differences of opposite rows do.
HWY_INLINE void transform(const Tables& tables, const float* in, std::ptrdiff_t in_row, float* out) {
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_ALIGN float half[kPoints];
    for (int x = 0; x < kSide; x += lanes) {
        const auto row = [&](int y) HWY_ATTR { return hn::LoadU(d, in + y * in_row + x); };
        const auto s0 = hn::Add(row(0), row(7)), s1 = hn::Add(row(1), row(6)), s2 = hn::Add(row(2), row(5)),
                   s3 = hn::Add(row(3), row(4));
        const auto d0 = hn::Sub(row(0), row(7)), d1 = hn::Sub(row(1), row(6)), d2 = hn::Sub(row(2), row(5)),
                   d3 = hn::Sub(row(3), row(4));
        for (int k = 0; k < kSide; k += 2) {
            const float *even = tables.forward[k], *odd = tables.forward[k + 1];
            hn::Store(weighted(even, s0, s1, s2, s3), d, half + kSide * k + x);
            hn::Store(weighted(odd, d0, d1, d2, d3), d, half + kSide * (k + 1) + x);
        }
    }
    multiply(half, tables.back, out);
}

// The way back: even basis functions add to the sums of opposite rows, odd ones to the differences.
HWY_INLINE void transform_back(const Tables& tables, const float* in, float* out) {
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_ALIGN float half[kPoints];
    for (int x = 0; x < kSide; x += lanes) {
        const auto row = [&](int y) HWY_ATTR { return hn::Load(d, in + kSide * y + x); };
        const auto r0 = row(0), r1 = row(1), r2 = row(2), r3 = row(3), r4 = row(4), r5 = row(5), r6 = row(6),
                   r7 = row(7);
        for (int i = 0; i < kSide / 2; ++i) {
            const float* basis = tables.back[i];
            const float even[] = {basis[0], basis[2], basis[4], basis[6]},
                        odd[] = {basis[1], basis[3], basis[5], basis[7]};
            const auto sum = weighted(even, r0, r2, r4, r6), difference = weighted(odd, r1, r3, r5, r7);
            hn::Store(hn::Add(sum, difference), d, half + kSide * i + x);
            hn::Store(hn::Sub(sum, difference), d, half + kSide * (kSide - 1 - i) + x);
        }
    }
    multiply(half, tables.forward, out);
}

// Across `count` patches, not normalised: the square of the factor is 1 / count.
HWY_INLINE void walsh_hadamard(int count, float* stack) {
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int step = 1; step < count; step *= 2)
        for (int g = 0; g < count; ++g) {
            if ((g & step) != 0) continue;
            float *low = stack + g * kPoints, *high = low + step * kPoints;
            for (int i = 0; i < kPoints; i += lanes) {
                const auto a = hn::Load(d, low + i), b = hn::Load(d, high + i);
                hn::Store(hn::Add(a, b), d, low + i);
                hn::Store(hn::Sub(a, b), d, high + i);
            }
        }
}

// Multiplies the noisy coefficients by their weights and by 1 / count; the sum of the squares of the weights.
HWY_INLINE float shrink(int count, const float* variance, const float* pilot, float* noisy) {
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const float mean = noisy[0];
    const auto one = hn::Set(d, 1.0f), scale = hn::Set(d, 1 / static_cast<float>(count));
    auto squares = hn::Zero(d);
    for (int i = 0; i < kPoints; i += lanes) {
        // The pilot's coefficients are not normalised either.
        const auto noise = hn::Mul(hn::LoadU(d, variance + i), hn::Set(d, static_cast<float>(count)));
        const auto silent = hn::Le(noise, hn::Zero(d));
        for (int g = 0; g < count; ++g) {
            const auto p = hn::Load(d, pilot + g * kPoints + i);
            const auto energy = hn::Mul(p, p);
            const auto w = hn::IfThenElse(silent, one, hn::Div(energy, hn::Add(energy, noise)));
            squares = hn::MulAdd(w, w, squares);
            float* coefficient = noisy + g * kPoints + i;
            hn::Store(hn::Mul(hn::Mul(hn::Load(d, coefficient), w), scale), d, coefficient);
        }
    }
    const float energy = pilot[0] * pilot[0], noise = variance[0] * static_cast<float>(count);
    const float w = noise > 0 ? energy / (energy + noise) : 1;
    noisy[0] = mean / static_cast<float>(count);
    return hn::GetLane(hn::SumOfLanes(d, squares)) + 1 - w * w;
}

void filter_patch(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                  const float* variance) {
    static const Tables tables;
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    PatchGroup<kGroup> group(window);
    find_group(planes, x, y, window, &group);
    int count = 1;
    while (2 * count <= group.count()) count *= 2;
    std::ptrdiff_t place[kGroup];
    for (int g = 0; g < count; ++g) place[g] = group.offset(g, planes.row);
    HWY_ALIGN float noisy[kGroup * kPoints], pilot[kGroup * kPoints], result[kPoints];
    for (std::size_t c = 0; c < static_cast<std::size_t>(planes.components); ++c) {
        for (int g = 0; g < count; ++g) {
            transform(tables, planes.noisy[c] + place[g], planes.row, noisy + g * kPoints);
            transform(tables, planes.pilot[c] + place[g], planes.row, pilot + g * kPoints);
        }
        walsh_hadamard(count, noisy);
        walsh_hadamard(count, pilot);
        const float squares = shrink(count, variance + c * kPoints, pilot, noisy);
        walsh_hadamard(count, noisy);
        const auto share = hn::Set(d, 1 / squares);
        for (int g = 0; g < count; ++g) {
            transform_back(tables, noisy + g * kPoints, result);
            for (int j = 0; j < kSide; ++j)
                for (int i = 0; i < kSide; i += lanes) {
                    const auto weight = hn::Mul(hn::LoadU(d, tables.kaiser + kSide * j + i), share);
                    float *sum = planes.sum[c] + place[g] + j * planes.row + i,
                          *weights = planes.weight[c] + place[g] + j * planes.row + i;
                    hn::StoreU(hn::MulAdd(weight, hn::Load(d, result + kSide * j + i), hn::LoadU(d, sum)), d, sum);
                    hn::StoreU(hn::Add(weight, hn::LoadU(d, weights)), d, weights);
                }
        }
    }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(filter_patch);

void collaborative_filter(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                          const float* variance) {
    HWY_DYNAMIC_DISPATCH(filter_patch)(planes, x, y, window, variance);
}

}  // namespace twofold::ops
#endif
