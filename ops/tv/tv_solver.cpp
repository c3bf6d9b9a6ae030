#include "ops/tv/tv_solver.h"

#include <algorithm>
#include <cmath>

namespace twofold::ops {
namespace {

// A tile of three channels is 300 KB, within the second cache of any core we know.
constexpr std::ptrdiff_t kTileColumns = 64;  // halves of 128 pixels
constexpr std::ptrdiff_t kTileRows = 64;
constexpr std::ptrdiff_t kBandRows = 32;  // of the passes over whole rows
// Alone, Gauss-Seidel likes 1.5 to 1.7; with momentum on top more than this overshoots.
constexpr float kRelax = 1.3f;
// Tiles that may run together: neighbours to the right, below and to the lower left differ.
constexpr std::ptrdiff_t kColours = 3;

std::ptrdiff_t parts(std::ptrdiff_t whole, std::ptrdiff_t part) { return (whole + part - 1) / part; }

}  // namespace

TvSolver::TvSolver(const TvShape& shape, ThreadTeam& team)
    : shape_(shape),
      team_(team),
      columns_(parts((shape.width + 1) / 2, kTvVector) * kTvVector),
      half_(columns_ + kTvVector),
      bands_(parts(shape.height, kBandRows)) {
    if (shape.channels == 1) shape_.coupled = true;
}

void TvSolver::reserve(ArenaPlan& plan) {
    const auto plane = static_cast<std::size_t>(2 * half_ * shape_.height);
    const std::size_t image = plane * static_cast<std::size_t>(shape_.channels);
    noisy_ = plan.reserve<float>(image);
    u_ = plan.reserve<float>(image);
    for (auto& dual : dual_) dual = plan.reserve<float>(2 * image);
    sums_ = plan.reserve<TvCertificate>(static_cast<std::size_t>(bands_ * shape_.channels));
}

TvPlanes TvSolver::planes(const Arena& arena) const {
    const std::span<float> dual = arena[dual_[current_]], previous = arena[dual_[1 - current_]];
    const std::ptrdiff_t row = 2 * half_;
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
            row,
            row * shape_.height};
}

// Calls body(whole rows of one band and one group of coupled channels, number of the call).
template <typename Body>
void TvSolver::for_each_band(Body&& body) {
    const int group = shape_.coupled ? shape_.channels : 1;
    team_.run(bands_ * (shape_.channels / group), [&](std::int64_t index, int) {
        const auto task = static_cast<std::ptrdiff_t>(index);
        const std::ptrdiff_t top = task % bands_ * kBandRows;
        const int channel = static_cast<int>(task / bands_) * group;
        body(TvTile{channel, group, top, std::min(top + kBandRows, shape_.height), 0, half_}, task);
    });
}

void TvSolver::clear(const Arena& arena) {
    const TvPlanes p = planes(arena);
    for_each_band([&](const TvTile& rows, std::ptrdiff_t) {
        for (int c = rows.channel; c < rows.channel + rows.channels; ++c) {
            const std::ptrdiff_t at = c * p.plane + rows.top * p.row, count = (rows.bottom - rows.top) * p.row;
            std::fill_n(p.h + at, count, 0.0f);
            std::fill_n(p.v + at, count, 0.0f);
        }
    });
    lambda_ = 0;
}

void TvSolver::set_row(const Arena& arena, std::ptrdiff_t y, const float* pixels) {
    const std::ptrdiff_t row = 2 * half_, plane = row * shape_.height;
    for (int c = 0; c < shape_.channels; ++c) {
        float* even = arena[noisy_].data() + c * plane + y * row;
        for (std::ptrdiff_t x = 0; x < shape_.width; ++x)
            even[(x & 1) * half_ + x / 2] = pixels[x * shape_.channels + c];
        std::fill(even + (shape_.width + 1) / 2, even + half_, 0.0f);
        std::fill(even + half_ + shape_.width / 2, even + row, 0.0f);
    }
}

void TvSolver::get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const {
    const std::ptrdiff_t row = 2 * half_, plane = row * shape_.height;
    for (int c = 0; c < shape_.channels; ++c) {
        const float* even = arena[u_].data() + c * plane + y * row;
        for (std::ptrdiff_t x = 0; x < shape_.width; ++x)
            pixels[x * shape_.channels + c] = even[(x & 1) * half_ + x / 2];
    }
}

void TvSolver::start(const Arena& arena, float lambda) {
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

void TvSolver::extrapolate(const Arena& arena, float momentum, bool refresh_only) {
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

void TvSolver::round(const Arena& arena) {
    if (lambda_ <= 0) return;
    if (extrapolate_) {
        const double next = (1 + std::sqrt(1 + 4 * momentum_t_ * momentum_t_)) / 2;
        extrapolate(arena, static_cast<float>((momentum_t_ - 1) / next), false);
        momentum_t_ = next;
    }
    extrapolate_ = true;
    const TvPlanes p = planes(arena);
    const std::ptrdiff_t across = parts(columns_, kTileColumns), down = parts(shape_.height, kTileRows);
    const int group = shape_.coupled ? shape_.channels : 1;
    const std::ptrdiff_t groups = shape_.channels / group;
    for (std::ptrdiff_t colour = 0; colour < kColours; ++colour) {
        // Tile (row, column) has the colour (column + 2 row) mod 3: so many of a row have this one.
        const std::ptrdiff_t in_row = parts(across, kColours);
        team_.run(down * in_row * groups, [&](std::int64_t index, int) {
            const auto task = static_cast<std::ptrdiff_t>(index);
            const std::ptrdiff_t row = task / in_row % down;
            const std::ptrdiff_t column = (colour + row) % kColours + task % in_row * kColours;
            if (column >= across) return;
            const int channel = static_cast<int>(task / in_row / down) * group;
            const std::ptrdiff_t top = row * kTileRows;
            const std::ptrdiff_t left = column * kTileColumns;
            tv_sweep_tile(p,
                          {channel, group, top, std::min(top + kTileRows, shape_.height), left,
                           std::min(left + kTileColumns, columns_)},
                          shape_.kind, lambda_, kRelax, kSweeps);
        });
    }
}

TvCertificate TvSolver::measure(const Arena& arena) {
    const TvPlanes p = planes(arena);
    const std::span<TvCertificate> sums = arena[sums_];
    std::fill(sums.begin(), sums.end(), TvCertificate{});
    for_each_band([&](const TvTile& rows, std::ptrdiff_t task) {
        sums[static_cast<std::size_t>(task)] = tv_measure_rows(p, rows, shape_.kind, lambda_);
    });
    TvCertificate total;
    for (const TvCertificate& part : sums) {
        total.gap += part.gap;
        total.total_variation += part.total_variation;
        total.residual += part.residual;
    }
    total.gap = std::max(0.0, total.gap);
    total.primal = total.residual / 2 + double{lambda_} * total.total_variation;
    // The dual objective is the primal one less the gap.
    const double energy = total.gap - total.primal;
    if (energy > dual_energy_) momentum_t_ = 1;
    dual_energy_ = energy;
    return total;
}

TvCertificate TvSolver::finish(const Arena& arena) {
    extrapolate(arena, 0, true);
    return measure(arena);
}

}  // namespace twofold::ops
