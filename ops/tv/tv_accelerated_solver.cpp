#include "ops/tv/tv_accelerated_solver.h"

#include <algorithm>
#include <cmath>

#include "ops/tv/tv_pixels.h"

namespace twofold::ops {
namespace {

constexpr std::ptrdiff_t kBandRows = 32;  // of the passes over whole rows
// Alone, Gauss-Seidel likes 1.5 to 1.7; with momentum on top more than this overshoots.
constexpr float kRelax = 1.3f;
constexpr int kSweeps = 4;  // in a round

}  // namespace

TvAcceleratedSolver::TvAcceleratedSolver(const TvShape& shape, ThreadTeam& team)
    : TvSolver(shape, team), bands_((shape.height + kBandRows - 1) / kBandRows) {}

void TvAcceleratedSolver::reserve(ArenaPlan& plan) {
    pixels_ = plan.reserve<float>(static_cast<std::size_t>(team_.size() * shape_.width * shape_.channels));
    const auto image = static_cast<std::size_t>(plane_ * shape_.channels);
    noisy_ = plan.reserve<float>(image);
    u_ = plan.reserve<float>(image);
    for (auto& dual : dual_) dual = plan.reserve<float>(2 * image);
    sums_ = plan.reserve<TvCertificate>(static_cast<std::size_t>(bands_ * shape_.channels));
}

TvPlanes TvAcceleratedSolver::planes(const Arena& arena) const {
    const std::span<float> dual = arena[dual_[current_]], previous = arena[dual_[1 - current_]];
    float *h = dual.data(), *previous_h = previous.data();
    return {arena[noisy_].data(),
            arena[u_].data(),
            h,
            h + dual.size() / 2,
            previous_h,
            previous_h + previous.size() / 2,
            shape_.width,
            shape_.height,
            half_,
            row_,
            plane_};
}

// Calls body(whole rows of one band and one group of coupled channels, number of the call).
template <typename Body>
void TvAcceleratedSolver::for_each_band(Body&& body) {
    team_.run(bands_ * groups(), [&](std::int64_t index, int) {
        const auto task = static_cast<std::ptrdiff_t>(index);
        const std::ptrdiff_t top = task % bands_ * kBandRows;
        const int channel = static_cast<int>(task / bands_) * group();
        body(TvTile{channel, group(), top, std::min(top + kBandRows, shape_.height), 0, half_}, task);
    });
}

void TvAcceleratedSolver::load(const Arena& arena, const TvImage& image) {
    team_.run(shape_.height, [&](std::int64_t row, int thread) {
        const auto y = static_cast<std::ptrdiff_t>(row);
        float* pixels = arena[pixels_].data() + thread * shape_.width * shape_.channels;
        image.load(0, y, shape_.width, pixels);
        split_pixels(pixels, shape_.channels, shape_.width, shape_.channels, half_, half_, plane_,
                     arena[noisy_].data() + y * row_);
        for (const int part : {0, 1}) {
            float* at = arena[dual_[current_]].data() + part * plane_ * shape_.channels + y * row_;
            for (int c = 0; c < shape_.channels; ++c) std::fill_n(at + c * plane_, row_, 0.0f);
        }
    });
    lambda_ = 0;
}

void TvAcceleratedSolver::get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const {
    join_pixels(arena[u_].data() + y * row_, half_, plane_, shape_.width, shape_.channels, pixels);
}

void TvAcceleratedSolver::start(const Arena& arena, float lambda) {
    const float scale = lambda_ > 0 ? lambda / lambda_ : 1;
    const TvPlanes p = planes(arena);
    for_each_band([&](const TvTile& rows, std::ptrdiff_t) {
        if (scale == 1) return;
        for (int c = rows.channel; c < rows.channel + rows.channels; ++c)
            for (std::ptrdiff_t k = c * p.plane + rows.top * p.row; k < c * p.plane + rows.bottom * p.row; ++k) {
                p.h[k] *= scale;
                p.v[k] *= scale;
            }
    });
    lambda_ = lambda;
    extrapolate(arena, 0, true);
    momentum_t_ = 1;
    extrapolate_ = false;
    dual_energy_ = 1e300;
}

void TvAcceleratedSolver::extrapolate(const Arena& arena, float momentum, bool refresh_only) {
    TvPlanes p = planes(arena);
    if (refresh_only) {
        p.previous_h = p.h;
        p.previous_v = p.v;
    }
    for_each_band([&](const TvTile& rows, std::ptrdiff_t) { tv_extrapolate_rows(p, rows, momentum); });
    // What a band's first row lacks: the flow from the band above.
    for_each_band([&](const TvTile& rows, std::ptrdiff_t) {
        if (rows.top == 0) return;
        for (int c = rows.channel; c < rows.channel + rows.channels; ++c) {
            const std::ptrdiff_t at = c * p.plane + rows.top * p.row;
            for (std::ptrdiff_t k = 0; k < p.row; ++k) p.u[at + k] -= p.previous_v[at - p.row + k];
        }
    });
    if (!refresh_only) current_ = 1 - current_;
}

void TvAcceleratedSolver::round(const Arena& arena) {
    if (lambda_ <= 0) return;
    if (extrapolate_) {
        const double next = (1 + std::sqrt(1 + 4 * momentum_t_ * momentum_t_)) / 2;
        extrapolate(arena, static_cast<float>((momentum_t_ - 1) / next), false);
        momentum_t_ = next;
    }
    extrapolate_ = true;
    const TvPlanes p = planes(arena);
    sweep_tiles([&](const TvTile& tile, int) { tv_sweep_tile(p, tile, shape_.kind, lambda_, kRelax, kSweeps); });
}

TvCertificate TvAcceleratedSolver::measure(const Arena& arena) {
    const TvPlanes p = planes(arena);
    const std::span<TvCertificate> sums = arena[sums_];
    std::fill(sums.begin(), sums.end(), TvCertificate{});
    for_each_band([&](const TvTile& rows, std::ptrdiff_t task) {
        sums[static_cast<std::size_t>(task)] = tv_measure_tile(p, rows, shape_.kind, lambda_);
    });
    const TvCertificate total = add_up(sums);
    // The dual objective is the primal one less the gap.
    const double energy = total.gap - total.primal;
    if (energy > dual_energy_) momentum_t_ = 1;
    dual_energy_ = energy;
    return total;
}

TvCertificate TvAcceleratedSolver::finish(const Arena& arena) {
    extrapolate(arena, 0, true);
    return measure(arena);
}

}  // namespace twofold::ops
