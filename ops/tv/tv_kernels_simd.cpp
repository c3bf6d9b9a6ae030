#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/tv/tv_kernels_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "ops/tv/tv_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using Vector = hn::Vec<D>;

// Newton steps that take the processor's estimate of a reciprocal square root to float precision: NEON's has 8 bits,
// others have 11 or more.
constexpr int kNewtonSteps = HWY_ARCH_ARM ? 2 : 1;

// min(1, lambda / length) from the square of the length, to float precision: a dual that is longer than lambda would
// make the gap a lie, one that is shorter would keep it from closing.
HWY_INLINE Vector shrink(Vector squares, Vector lambda) {
    const D d;
    const auto half = hn::Mul(hn::Set(d, 0.5f), squares);
    auto inverse = hn::ApproximateReciprocalSqrt(squares);
    HWY_UNROLL(2)
    for (int i = 0; i < kNewtonSteps; ++i)
        inverse = hn::Mul(inverse, hn::Sub(hn::Set(d, 1.5f), hn::Mul(half, hn::Mul(inverse, inverse))));
    return hn::IfThenElse(hn::Gt(squares, hn::Mul(lambda, lambda)), hn::Mul(lambda, inverse), hn::Set(d, 1.0f));
}

// Pixels of one parity in a row: their own values, their right and lower neighbours, their dual.
struct Phase {
    float *here, *right, *below, *h, *v;
    std::ptrdiff_t has_right, has_below;  // how many of them have such a neighbour
};

HWY_INLINE Phase phase_of(const TvPlanes& p, std::ptrdiff_t y, int channel, int parity) {
    const std::ptrdiff_t at = channel * p.plane + y * p.row, odd = parity ? p.half : 0;
    float* u = p.u + at;
    const bool last = y + 1 == p.height;
    return {u + odd,        parity ? u + 1 : u + p.half, u + odd + (last ? 0 : p.row),         p.h + at + odd,
            p.v + at + odd, (p.width - parity) / 2,      last ? 0 : (p.width + 1 - parity) / 2};
}

template <bool kMasked>
HWY_INLINE Vector difference(Vector there, Vector here, std::ptrdiff_t valid) {
    const auto result = hn::Sub(there, here);
    if constexpr (!kMasked) return result;
    const D d;
    return hn::IfThenElseZero(hn::FirstN(d, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, valid))), result);
}

// Moves one difference of each channel and keeps u: the gradient of the dual is the difference itself.
template <int kChannels, bool kMasked>
HWY_INLINE void relax_edge(Vector* here, float* const* there_at, float* const* dual_at, std::ptrdiff_t k,
                           std::ptrdiff_t valid, std::ptrdiff_t plane, Vector step, Vector lambda) {
    const D d;
    Vector moved[kChannels], there[kChannels], dual[kChannels];
    auto squares = hn::Zero(d);
    for (int c = 0; c < kChannels; ++c) {
        there[c] = hn::LoadU(d, *there_at + c * plane + k);
        dual[c] = hn::LoadU(d, *dual_at + c * plane + k);
        moved[c] = hn::MulAdd(step, difference<kMasked>(there[c], here[c], valid - k), dual[c]);
        if constexpr (kChannels > 1) squares = hn::MulAdd(moved[c], moved[c], squares);
    }
    if constexpr (kChannels == 1) {
        moved[0] = hn::Min(hn::Max(moved[0], hn::Neg(lambda)), lambda);
    } else {
        const auto factor = shrink(squares, lambda);
        for (int c = 0; c < kChannels; ++c) moved[c] = hn::Mul(moved[c], factor);
    }
    for (int c = 0; c < kChannels; ++c) {
        const auto change = hn::Sub(moved[c], dual[c]);
        here[c] = hn::Add(here[c], change);
        hn::StoreU(hn::Sub(there[c], change), d, *there_at + c * plane + k);
        hn::StoreU(moved[c], d, *dual_at + c * plane + k);
    }
}

template <int kChannels, bool kBelow, bool kMasked>
HWY_INLINE void relax_anisotropic(const Phase& p, std::ptrdiff_t k, std::ptrdiff_t plane, Vector step, Vector lambda) {
    const D d;
    Vector here[kChannels];
    for (int c = 0; c < kChannels; ++c) here[c] = hn::LoadU(d, p.here + c * plane + k);
    relax_edge<kChannels, kMasked>(here, &p.right, &p.h, k, p.has_right, plane, step, lambda);
    if constexpr (kBelow) relax_edge<kChannels, kMasked>(here, &p.below, &p.v, k, p.has_below, plane, step, lambda);
    for (int c = 0; c < kChannels; ++c) hn::StoreU(here[c], d, p.here + c * plane + k);
}

template <int kChannels, bool kBelow, bool kMasked>
HWY_INLINE void relax_isotropic(const Phase& p, std::ptrdiff_t k, std::ptrdiff_t plane, Vector step, Vector lambda) {
    const D d;
    Vector moved_h[kChannels], moved_v[kChannels];
    auto squares = hn::Zero(d);
    for (int c = 0; c < kChannels; ++c) {
        const std::ptrdiff_t at = c * plane + k;
        const auto here = hn::LoadU(d, p.here + at);
        const auto dx = difference<kMasked>(hn::LoadU(d, p.right + at), here, p.has_right - k);
        moved_h[c] = hn::MulAdd(step, dx, hn::LoadU(d, p.h + at));
        squares = hn::MulAdd(moved_h[c], moved_h[c], squares);
        if constexpr (kBelow) {
            const auto dy = difference<kMasked>(hn::LoadU(d, p.below + at), here, p.has_below - k);
            moved_v[c] = hn::MulAdd(step, dy, hn::LoadU(d, p.v + at));
            squares = hn::MulAdd(moved_v[c], moved_v[c], squares);
        }
    }
    const auto factor = shrink(squares, lambda);
    for (int c = 0; c < kChannels; ++c) {
        const std::ptrdiff_t at = c * plane + k;
        moved_h[c] = hn::Mul(moved_h[c], factor);
        auto change = hn::Sub(moved_h[c], hn::LoadU(d, p.h + at));
        hn::StoreU(moved_h[c], d, p.h + at);
        hn::StoreU(hn::Sub(hn::LoadU(d, p.right + at), change), d, p.right + at);
        if constexpr (kBelow) {
            moved_v[c] = hn::Mul(moved_v[c], factor);
            const auto down = hn::Sub(moved_v[c], hn::LoadU(d, p.v + at));
            hn::StoreU(moved_v[c], d, p.v + at);
            hn::StoreU(hn::Sub(hn::LoadU(d, p.below + at), down), d, p.below + at);
            change = hn::Add(change, down);
        }
        hn::StoreU(hn::Add(hn::LoadU(d, p.here + at), change), d, p.here + at);
    }
}

template <int kChannels, TvKind kKind, bool kBelow>
HWY_INLINE void relax_row(const TvPlanes& planes, const TvTile& tile, std::ptrdiff_t y, Vector step, Vector lambda) {
    const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(D()));
    for (int parity = 0; parity < 2; ++parity) {
        const Phase p = phase_of(planes, y, tile.channel, parity);
        const auto relax = [&](auto masked, std::ptrdiff_t k) HWY_ATTR {
            constexpr bool kMasked = decltype(masked)::value;
            if constexpr (kKind == TvKind::kIsotropic)
                relax_isotropic<kChannels, kBelow, kMasked>(p, k, planes.plane, step, lambda);
            else
                relax_anisotropic<kChannels, kBelow, kMasked>(p, k, planes.plane, step, lambda);
        };
        std::ptrdiff_t k = tile.left;
        // The last pixel of a row is the only one without a right neighbour.
        for (; k + lanes <= std::min(tile.right, p.has_right); k += lanes) relax(std::false_type(), k);
        for (; k < tile.right; k += lanes) relax(std::true_type(), k);
    }
}

template <int kChannels, TvKind kKind>
void sweep_tile_of(const TvPlanes& planes, const TvTile& tile, float lambda_value, float relax, int sweeps) {
    const D d;
    const auto lambda = hn::Set(d, lambda_value);
    const auto step = hn::Set(d, relax / (kKind == TvKind::kIsotropic ? 3.0f : 2.0f));
    for (std::ptrdiff_t t = tile.top; t < tile.bottom + 2 * (sweeps - 1); ++t)
        for (int sweep = 0; sweep < sweeps; ++sweep) {
            const std::ptrdiff_t y = t - 2 * sweep;
            if (y < tile.top || y >= tile.bottom) continue;
            if (y + 1 < planes.height)
                relax_row<kChannels, kKind, true>(planes, tile, y, step, lambda);
            else
                relax_row<kChannels, kKind, false>(planes, tile, y, step, lambda);
        }
}

template <TvKind kKind>
void sweep_tile_kind(const TvPlanes& planes, const TvTile& tile, float lambda, float relax, int sweeps) {
    switch (tile.channels) {
        case 1:
            return sweep_tile_of<1, kKind>(planes, tile, lambda, relax, sweeps);
        case 2:
            return sweep_tile_of<2, kKind>(planes, tile, lambda, relax, sweeps);
        case 3:
            return sweep_tile_of<3, kKind>(planes, tile, lambda, relax, sweeps);
        default:
            return sweep_tile_of<4, kKind>(planes, tile, lambda, relax, sweeps);
    }
}

void sweep_tile(const TvPlanes& planes, const TvTile& tile, TvKind kind, float lambda, float relax, int sweeps) {
    if (kind == TvKind::kIsotropic)
        sweep_tile_kind<TvKind::kIsotropic>(planes, tile, lambda, relax, sweeps);
    else
        sweep_tile_kind<TvKind::kAnisotropic>(planes, tile, lambda, relax, sweeps);
}

void extrapolate_rows(const TvPlanes& p, const TvTile& rows, float momentum_value) {
    const D d;
    const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    const auto momentum = hn::Set(d, momentum_value);
    for (int c = rows.channel; c < rows.channel + rows.channels; ++c)
        for (std::ptrdiff_t y = rows.top; y < rows.bottom; ++y) {
            const std::ptrdiff_t at = c * p.plane + y * p.row;
            if (momentum_value != 0) {
                for (std::ptrdiff_t k = at; k < at + p.row; k += lanes) {
                    const auto h = hn::LoadU(d, p.h + k), v = hn::LoadU(d, p.v + k);
                    const auto dh = hn::Sub(h, hn::LoadU(d, p.previous_h + k));
                    const auto dv = hn::Sub(v, hn::LoadU(d, p.previous_v + k));
                    hn::StoreU(hn::MulAdd(momentum, dh, h), d, p.previous_h + k);
                    hn::StoreU(hn::MulAdd(momentum, dv, v), d, p.previous_v + k);
                }
            } else if (p.previous_h != p.h) {
                std::copy_n(p.h + at, p.row, p.previous_h + at);
                std::copy_n(p.v + at, p.row, p.previous_v + at);
            }
            const float *h = p.previous_h + at, *v = p.previous_v + at;
            for (int parity = 0; parity < 2; ++parity) {
                const std::ptrdiff_t odd = parity ? p.half : 0;
                for (std::ptrdiff_t k = 0; k < p.half; k += lanes) {
                    // What precedes the odd part is padding, 0 as beside the first pixel, which has no left neighbour.
                    const auto left = hn::LoadU(d, parity ? h + k : h + p.half + k - 1);
                    auto u = hn::Add(hn::LoadU(d, h + odd + k), hn::LoadU(d, v + odd + k));
                    if (y > rows.top) u = hn::Sub(u, hn::LoadU(d, v - p.row + odd + k));
                    hn::StoreU(hn::Add(hn::LoadU(d, p.noisy + at + odd + k), hn::Sub(u, left)), d, p.u + at + odd + k);
                }
            }
        }
}

template <bool kMasked>
HWY_INLINE void measure_vector(const TvPlanes& p, const TvTile& tile, const Phase& phase, const float* noisy,
                               std::ptrdiff_t k, TvKind kind, Vector lambda, Vector& gap, Vector& length_sum,
                               Vector& residual_sum) {
    const D d;
    auto squares_x = hn::Zero(d), squares_y = hn::Zero(d), product = hn::Zero(d);
    for (int c = 0; c < tile.channels; ++c) {
        const std::ptrdiff_t at = c * p.plane + k;
        const auto here = hn::LoadU(d, phase.here + at);
        const auto dx = difference<kMasked>(hn::LoadU(d, phase.right + at), here, phase.has_right - k);
        const auto dy = difference<kMasked>(hn::LoadU(d, phase.below + at), here, phase.has_below - k);
        const auto residual = hn::Sub(here, hn::LoadU(d, noisy + at));
        squares_x = hn::MulAdd(dx, dx, squares_x);
        squares_y = hn::MulAdd(dy, dy, squares_y);
        product = hn::MulAdd(dx, hn::LoadU(d, phase.h + at), product);
        product = hn::MulAdd(dy, hn::LoadU(d, phase.v + at), product);
        residual_sum = hn::MulAdd(residual, residual, residual_sum);
    }
    const auto length = kind == TvKind::kIsotropic ? hn::Sqrt(hn::Add(squares_x, squares_y))
                                                   : hn::Add(hn::Sqrt(squares_x), hn::Sqrt(squares_y));
    length_sum = hn::Add(length_sum, length);
    gap = hn::Add(gap, hn::Sub(hn::Mul(lambda, length), product));
}

TvCertificate measure_tile(const TvPlanes& p, const TvTile& tile, TvKind kind, float lambda_value) {
    const D d;
    const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
    const auto lambda = hn::Set(d, lambda_value);
    TvCertificate result;
    for (std::ptrdiff_t y = tile.top; y < tile.bottom; ++y) {
        auto gap = hn::Zero(d), length = hn::Zero(d), residual = hn::Zero(d);
        for (int parity = 0; parity < 2; ++parity) {
            const Phase phase = phase_of(p, y, tile.channel, parity);
            const float* noisy = p.noisy + tile.channel * p.plane + y * p.row + (parity ? p.half : 0);
            std::ptrdiff_t k = tile.left;
            if (phase.has_below > 0)
                for (; k + lanes <= std::min(phase.has_right, tile.right); k += lanes)
                    measure_vector<false>(p, tile, phase, noisy, k, kind, lambda, gap, length, residual);
            for (; k < tile.right; k += lanes)
                measure_vector<true>(p, tile, phase, noisy, k, kind, lambda, gap, length, residual);
        }
        result.gap += double{hn::GetLane(hn::SumOfLanes(d, gap))};
        result.total_variation += double{hn::GetLane(hn::SumOfLanes(d, length))};
        result.residual += double{hn::GetLane(hn::SumOfLanes(d, residual))};
    }
    return result;
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(sweep_tile);
HWY_EXPORT(extrapolate_rows);
HWY_EXPORT(measure_tile);

void tv_sweep_tile(const TvPlanes& planes, const TvTile& tile, TvKind kind, float lambda, float relax, int sweeps) {
    HWY_DYNAMIC_DISPATCH(sweep_tile)(planes, tile, kind, lambda, relax, sweeps);
}

void tv_extrapolate_rows(const TvPlanes& planes, const TvTile& rows, float momentum) {
    HWY_DYNAMIC_DISPATCH(extrapolate_rows)(planes, rows, momentum);
}

TvCertificate tv_measure_tile(const TvPlanes& planes, const TvTile& tile, TvKind kind, float lambda) {
    return HWY_DYNAMIC_DISPATCH(measure_tile)(planes, tile, kind, lambda);
}

}  // namespace twofold::ops
#endif
