#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/collaborative/nonlocal_bayes_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

#include "ops/collaborative/nonlocal_bayes.h"
#include "ops/collaborative/patch_group-inl.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kSide = kCollaborativePatch;
constexpr int kGroup = kBayesGroup;
constexpr int kPoints = kCollaborativeCoefficients;

using Wide = hn::CappedTag<float, 16>;
using Row = hn::CappedTag<float, kSide>;  // of a patch, or half of one

// Dense matrices, rows one after another.

// out (rows x columns) = a (rows x inner) * b (inner x columns); rows a multiple of 4, columns of 32. With kLower only
// what lies below the diagonal and on it, and what lies beside it in the same vectors.
template <int kRows, int kInner, int kColumns, bool kLower = false>
HWY_INLINE void multiply(const float* a, const float* b, float* out) {
    const Wide d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int i = 0; i < kRows; i += 4)
        for (int x = 0; x < (kLower ? i + 4 : kColumns); x += 2 * lanes) {
            auto s00 = hn::Zero(d), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
            const float* left = a + i * kInner;
            const float* right = b + x;
            for (int k = 0; k < kInner; ++k, right += kColumns) {
                const auto b0 = hn::Load(d, right), b1 = hn::Load(d, right + lanes);
                const auto a0 = hn::Set(d, left[k]), a1 = hn::Set(d, left[k + kInner]),
                           a2 = hn::Set(d, left[k + 2 * kInner]), a3 = hn::Set(d, left[k + 3 * kInner]);
                s00 = hn::MulAdd(a0, b0, s00);
                s01 = hn::MulAdd(a0, b1, s01);
                s10 = hn::MulAdd(a1, b0, s10);
                s11 = hn::MulAdd(a1, b1, s11);
                s20 = hn::MulAdd(a2, b0, s20);
                s21 = hn::MulAdd(a2, b1, s21);
                s30 = hn::MulAdd(a3, b0, s30);
                s31 = hn::MulAdd(a3, b1, s31);
            }
            float* to = out + i * kColumns + x;
            hn::Store(s00, d, to);
            hn::Store(s01, d, to + lanes);
            hn::Store(s10, d, to + kColumns);
            hn::Store(s11, d, to + kColumns + lanes);
            hn::Store(s20, d, to + 2 * kColumns);
            hn::Store(s21, d, to + 2 * kColumns + lanes);
            hn::Store(s30, d, to + 3 * kColumns);
            hn::Store(s31, d, to + 3 * kColumns + lanes);
        }
}

// out (columns x rows) = a (rows x columns) transposed; both multiples of 4, rows `row` and `out_row` floats apart.
HWY_INLINE void transpose(const float* a, int rows, int columns, int row, float* out, int out_row) {
#if HWY_TARGET == HWY_SCALAR  // has no vectors of four
    for (int i = 0; i < rows; ++i)
        for (int x = 0; x < columns; ++x) out[x * out_row + i] = a[i * row + x];
#else
    const hn::FixedTag<float, 4> d;
    for (int i = 0; i < rows; i += 4)
        for (int x = 0; x < columns; x += 4) {
            const float* from = a + i * row + x;
            const auto r0 = hn::Load(d, from), r1 = hn::Load(d, from + row), r2 = hn::Load(d, from + 2 * row),
                       r3 = hn::Load(d, from + 3 * row);
            const auto even = hn::InterleaveLower(d, r0, r2), odd = hn::InterleaveLower(d, r1, r3),
                       upper_even = hn::InterleaveUpper(d, r0, r2), upper_odd = hn::InterleaveUpper(d, r1, r3);
            float* to = out + x * out_row + i;
            hn::Store(hn::InterleaveLower(d, even, odd), d, to);
            hn::Store(hn::InterleaveUpper(d, even, odd), d, to + out_row);
            hn::Store(hn::InterleaveLower(d, upper_even, upper_odd), d, to + 2 * out_row);
            hn::Store(hn::InterleaveUpper(d, upper_even, upper_odd), d, to + 3 * out_row);
        }
#endif
}

constexpr int kPanel = 4;  // columns that are swept together

// The numbers of a panel, wherever they are in a vector; of a vector of one, which is `place` numbers into it, that.
template <class D>
HWY_INLINE hn::Vec<D> panel_of(D d, const float* numbers, int place) {
    return hn::MaxLanes(d) == 1 ? hn::Load(d, numbers + (place >= 0 && place < kPanel ? place : 0))
                                : hn::LoadDup128(d, numbers);
}

// Sweeps kPanel columns of a symmetric matrix, each of kGroup numbers in a row of `columns`, by their own numbers from
// `first` on. What the rest of the matrix is still to lose is the sum of the products of `before` and `taken`.
HWY_INLINE void sweep_panel(int first, float* columns, float* before, float* taken) {
    const Wide d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int k = 0; k < kPanel; ++k) {
        const int pivot = first + k;
        const float inverse = 1 / columns[k * kGroup + pivot];
        float* own = columns + k * kGroup;
        // No single numbers are written: vectors that are read soon after would have to wait for them.
        for (int x = 0; x < kGroup; x += lanes) {
            const auto here = hn::Eq(hn::Iota(d, static_cast<float>(x)), hn::Set(d, static_cast<float>(pivot)));
            const auto was = hn::IfThenElse(here, hn::Set(d, -1.0f), hn::Load(d, own + x));
            const auto is = hn::Mul(was, hn::Set(d, inverse));
            hn::Store(was, d, before + k * kGroup + x);
            hn::Store(is, d, taken + k * kGroup + x);
            hn::Store(is, d, own + x);
        }
        for (int other = 0; other < kPanel; ++other) {
            if (other == k) continue;
            const auto share = hn::Set(d, taken[k * kGroup + first + other]);
            float* column = columns + other * kGroup;
            for (int x = 0; x < kGroup; x += lanes) {
                const auto here = hn::Eq(hn::Iota(d, static_cast<float>(x)), hn::Set(d, static_cast<float>(pivot)));
                const auto kept = hn::IfThenZeroElse(here, hn::Load(d, column + x));
                hn::Store(hn::NegMulAdd(hn::Load(d, before + k * kGroup + x), share, kept), d, column + x);
            }
        }
    }
}

// A symmetric positive definite matrix of kGroup x kGroup, of which what `multiply` calls lower is there, becomes minus
// its inverse, all of it: by the sweep operator (Goodnight, The American Statistician 1979), which is Gauss and
// Jordan's elimination with signs that keep the matrix symmetric, and needs no pivots here. A panel's columns are swept
// one after another, so that it is as accurate as that, and taken from the others together, so that these are read
// once.
HWY_INLINE void negate_inverse(float* m) {
    const Wide d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_ALIGN float columns[kPanel * kGroup], before[kPanel * kGroup], taken[kPanel * kGroup], rows[kGroup * kPanel];
    for (int first = 0; first < kGroup; first += kPanel) {
        for (int k = 0; k < kPanel; ++k)  // above the diagonal a column is a row
            for (int x = 0; x < first; x += lanes)
                hn::Store(hn::Load(d, m + (first + k) * kGroup + x), d, columns + k * kGroup + x);
        transpose(m + first * kGroup + first, kGroup - first, kPanel, kGroup, columns + first, kGroup);
        sweep_panel(first, columns, before, taken);
        transpose(columns, kPanel, kGroup, kGroup, rows, kPanel);
        for (int x = 0; x < kGroup; x += lanes) {
            const auto t0 = hn::Load(d, taken + x), t1 = hn::Load(d, taken + kGroup + x),
                       t2 = hn::Load(d, taken + 2 * kGroup + x), t3 = hn::Load(d, taken + 3 * kGroup + x);
            const bool has_panel = x / kPanel * kPanel <= first && first < x + lanes;
            const auto place = hn::Iota(d, static_cast<float>(x));
            const auto in_panel = hn::And(hn::Ge(place, hn::Set(d, static_cast<float>(first))),
                                          hn::Lt(place, hn::Set(d, static_cast<float>(first + kPanel))));
            for (int i = x; i < kGroup; ++i) {
                float* at = m + i * kGroup + x;
                auto v = hn::Load(d, at);
                v = hn::NegMulAdd(hn::Set(d, before[i]), t0, v);
                v = hn::NegMulAdd(hn::Set(d, before[kGroup + i]), t1, v);
                v = hn::NegMulAdd(hn::Set(d, before[2 * kGroup + i]), t2, v);
                v = hn::NegMulAdd(hn::Set(d, before[3 * kGroup + i]), t3, v);
                if (has_panel) v = hn::IfThenElse(in_panel, panel_of(d, rows + i * kPanel, x - first), v);
                hn::Store(v, d, at);
            }
        }
        for (int k = 0; k < kPanel; ++k)
            for (int x = 0; x <= first + k; x += lanes)
                hn::Store(hn::Load(d, columns + k * kGroup + x), d, m + (first + k) * kGroup + x);
    }
    if (lanes < 4) {
        for (int i = 0; i < kGroup; ++i)
            for (int j = 0; j < i; ++j) m[j * kGroup + i] = m[i * kGroup + j];
        return;
    }
    for (int x = 0; x < kGroup; x += 4) transpose(m + x * kGroup, 4, x / lanes * lanes, kGroup, m + x, kGroup);
}

HWY_INLINE float sum_of_squares(const float* values, int count) {
    const Wide d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    auto sum = hn::Zero(d);
    for (int i = 0; i < count; i += lanes) {
        const auto v = hn::Load(d, values + i);
        sum = hn::MulAdd(v, v, sum);
    }
    return hn::GetLane(hn::SumOfLanes(d, sum));
}

// The patches of one component.
struct Stacks {
    HWY_ALIGN float noisy[kGroup * kPoints];
    HWY_ALIGN float pilot[kGroup * kPoints];
    HWY_ALIGN float transposed[kPoints * kGroup];
    HWY_ALIGN float gram[kGroup * kGroup], product[kGroup * kGroup], shares[kGroup * kGroup];
    HWY_ALIGN float result[kGroup * kPoints];
    HWY_ALIGN float mean[kPoints];
};

HWY_INLINE void load_patch(const float* from, std::ptrdiff_t row, float* to) {
    for (int j = 0; j < kSide; ++j) std::copy_n(from + j * row, kSide, to + j * kSide);
}

// Takes the mean patch of the pilot away from both stacks; returns the mean square of noisy less pilot.
HWY_INLINE float centre(int count, Stacks& s) {
    const Wide d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const auto share = hn::Set(d, 1 / static_cast<float>(count));
    auto squares = hn::Zero(d);
    for (int i = 0; i < kPoints; i += lanes) {
        auto sum = hn::Zero(d);
        for (int g = 0; g < count; ++g) {
            const auto pilot = hn::Load(d, s.pilot + g * kPoints + i);
            const auto difference = hn::Sub(hn::Load(d, s.noisy + g * kPoints + i), pilot);
            sum = hn::Add(sum, pilot);
            squares = hn::MulAdd(difference, difference, squares);
        }
        const auto mean = hn::Mul(sum, share);
        hn::Store(mean, d, s.mean + i);
        for (int g = 0; g < count; ++g)
            for (float* stack : {s.pilot, s.noisy}) {
                float* at = stack + g * kPoints + i;
                hn::Store(hn::Sub(hn::Load(d, at), mean), d, at);
            }
    }
    return hn::GetLane(hn::SumOfLanes(d, squares)) / static_cast<float>(count * kPoints);
}

// Every patch of s.result: of the noisy one the share that is kept, and what `base` makes of the mean patch and of the
// result so far.
template <class Base>
HWY_INLINE void put_together(int count, float kept, Stacks& s, const Base& base) {
    const Wide d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int i = 0; i < kPoints; i += lanes) {
        const auto mean = hn::Load(d, s.mean + i);
        for (int g = 0; g < count; ++g) {
            float* to = s.result + g * kPoints + i;
            hn::Store(hn::MulAdd(hn::Set(d, kept), hn::Load(d, s.noisy + g * kPoints + i), base(mean, to)), d, to);
        }
    }
}

// s.result from both stacks, which are to be centred; returns the weight, or 0 where the numbers are too large to be
// counted with.
HWY_INLINE float estimate(int count, float variance, Stacks& s) {
    const Wide d;
    const float apart = centre(count, s);
    const float signal = sum_of_squares(s.pilot, count * kPoints) / static_cast<float>(count);
    const float lost = std::max({0.0f, apart - variance, kBayesLeastShare * signal - variance});
    const float level = variance + lost, kept = lost / level, share = variance / level;
    if (!(signal < std::numeric_limits<float>::max() / kGroup && level < std::numeric_limits<float>::max() / kGroup))
        return 0;
    // Where the pilot's patches are alike but for a little, their mean is all that there is to know.
    if (signal < kBayesWeakSignal * level) {
        put_together(count, kept, s, [](auto mean, const float*) HWY_ATTR { return mean; });
        return 1 / (1 + kept * kept * kPoints);
    }
    std::fill(s.pilot + count * kPoints, s.pilot + kGroup * kPoints, 0.0f);
    std::fill(s.noisy + count * kPoints, s.noisy + kGroup * kPoints, 0.0f);
    transpose(s.pilot, kGroup, kPoints, kPoints, s.transposed, kGroup);
    multiply<kGroup, kPoints, kGroup, true>(s.pilot, s.transposed, s.gram);
    multiply<kGroup, kPoints, kGroup>(s.noisy, s.transposed, s.product);
    const float ridge = level * static_cast<float>(count);
    for (int g = 0; g < kGroup; ++g) s.gram[g * kGroup + g] += ridge;
    negate_inverse(s.gram);
    multiply<kGroup, kGroup, kGroup>(s.product, s.gram, s.shares);
    multiply<kGroup, kGroup, kPoints>(s.shares, s.pilot, s.result);
    put_together(count, kept, s, [&](auto mean, const float* filtered) HWY_ATTR {
        return hn::NegMulAdd(hn::Set(d, share), hn::Load(d, filtered), mean);
    });
    // The filter's own matrix has the eigenvalues of 1 - ridge * inverse.
    for (int i = 0; i < kGroup * kGroup; ++i) s.gram[i] *= ridge;
    for (int g = 0; g < kGroup; ++g) s.gram[g * kGroup + g] += 1;
    return 1 / (1 + sum_of_squares(s.gram, kGroup * kGroup) + kept * kept * kPoints);
}

HWY_INLINE void add_patch(const float* patch, float weight, std::ptrdiff_t row, float* sum, float* weights) {
    const Row d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const auto share = hn::Set(d, weight);
    for (int j = 0; j < kSide; ++j)
        for (int i = 0; i < kSide; i += lanes) {
            float *to = sum + j * row + i, *counted = weights + j * row + i;
            hn::StoreU(hn::MulAdd(share, hn::Load(d, patch + j * kSide + i), hn::LoadU(d, to)), d, to);
            hn::StoreU(hn::Add(share, hn::LoadU(d, counted)), d, counted);
        }
}

void estimate_group(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                    const float* variance) {
    PatchGroup<kGroup> group(window);
    find_group(planes, x, y, window, &group);
    std::ptrdiff_t place[kGroup];
    for (int g = 0; g < group.count(); ++g) place[g] = group.offset(g, planes.row);
    Stacks s;
    for (std::size_t c = 0; c < static_cast<std::size_t>(planes.components); ++c) {
        for (int g = 0; g < group.count(); ++g) {
            load_patch(planes.noisy[c] + place[g], planes.row, s.noisy + g * kPoints);
            load_patch(planes.pilot[c] + place[g], planes.row, s.pilot + g * kPoints);
        }
        const float weight = variance[c] > 0 ? estimate(group.count(), variance[c], s) : 0;
        for (int g = 0; g < group.count(); ++g) {
            float *sum = planes.sum[c] + place[g], *weights = planes.weight[c] + place[g];
            if (weight > 0) {
                add_patch(s.result + g * kPoints, weight, planes.row, sum, weights);
            } else {
                load_patch(planes.noisy[c] + place[g], planes.row, s.noisy);
                add_patch(s.noisy, 1, planes.row, sum, weights);
            }
        }
    }
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(estimate_group);

void nonlocal_bayes(const CollaborativePlanes& planes, int x, int y, const CollaborativeWindow& window,
                    const float* variance) {
    HWY_DYNAMIC_DISPATCH(estimate_group)(planes, x, y, window, variance);
}

}  // namespace twofold::ops
#endif
