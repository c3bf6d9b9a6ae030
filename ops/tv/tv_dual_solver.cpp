#include "ops/tv/tv_dual_solver.h"

#include <algorithm>

#include "ops/tv/tv_pixels.h"

namespace twofold::ops {
namespace {

// A vector on either side of a tile, a row above and one below.
constexpr std::ptrdiff_t kRegionHalf = kTvTileColumns + 2 * kTvVector;
constexpr std::ptrdiff_t kRegionRow = 2 * kRegionHalf;
constexpr std::ptrdiff_t kRegionPlane = kRegionRow * (kTvTileRows + 2);
constexpr int kRegionParts = 4;  // noisy, u, h and v
constexpr float kRelax = 1.6f;   // 1.8 takes as many rounds or more
// More than with momentum, for a region costs as much as two to load. Four and eight take longer.
constexpr int kSweeps = 6;

}  // namespace

TvDualSolver::TvDualSolver(const TvShape& shape, ThreadTeam& team) : TvSolver(shape, team) {}

void TvDualSolver::reserve(ArenaPlan& plan) {
    const auto image = static_cast<std::size_t>(plane_ * shape_.channels);
    const auto threads = static_cast<std::size_t>(team_.size());
    h_ = plan.reserve<float>(image);
    v_ = plan.reserve<float>(image);
    pixels_ = plan.reserve<float>(threads * static_cast<std::size_t>(kRegionRow * shape_.channels));
    region_ = plan.reserve<float>(threads * static_cast<std::size_t>(kRegionParts * kRegionPlane * group()));
    sums_ = plan.reserve<TvCertificate>(static_cast<std::size_t>(tiles_down() * tiles_across() * groups()));
}

float* TvDualSolver::own(const Arena& arena, const ArenaRange<float>& range, int thread) const {
    return arena[range].data() +
           range.count / static_cast<std::size_t>(team_.size()) * static_cast<std::size_t>(thread);
}

void TvDualSolver::load(const Arena& arena, const TvImage& image) {
    image_ = &image;
    team_.run(shape_.height * shape_.channels, [&](std::int64_t task, int) {
        for (const ArenaRange<float>& dual : {h_, v_})
            std::fill_n(arena[dual].data() + static_cast<std::ptrdiff_t>(task) * row_, row_, 0.0f);
    });
    std::fill_n(arena[region_].data(), region_.count, 0.0f);
    lambda_ = 0;
}

void TvDualSolver::get_row(const Arena& arena, std::ptrdiff_t y, float* pixels) const {
    image_->load(0, y, shape_.width, pixels);
    const int channels = shape_.channels;
    for (int c = 0; c < channels; ++c) {
        const std::ptrdiff_t at = c * plane_ + y * row_;
        const float *h = arena[h_].data() + at, *v = arena[v_].data() + at, *above = y > 0 ? v - row_ : nullptr;
        float left = 0;
        for (std::ptrdiff_t x = 0; x < shape_.width; ++x) {
            const std::ptrdiff_t k = (x & 1) * half_ + x / 2;
            pixels[x * channels + c] += h[k] + v[k] - left - (above ? above[k] : 0.0f);
            left = h[k];
        }
    }
}

void TvDualSolver::start(const Arena& arena, float lambda) {
    const float scale = lambda_ > 0 ? lambda / lambda_ : 1;
    lambda_ = lambda;
    if (scale == 1) return;
    team_.run(shape_.height * shape_.channels, [&](std::int64_t task, int) {
        for (const ArenaRange<float>& dual : {h_, v_}) {
            float* row = arena[dual].data() + static_cast<std::ptrdiff_t>(task) * row_;
            for (std::ptrdiff_t k = 0; k < row_; ++k) row[k] *= scale;
        }
    });
}

// The corners above to the left and below to the right of a tile are left as they are: nothing here needs them, and
// other threads may be writing there.
void TvDualSolver::load_dual(const Arena& arena, const TvTile& tile, const Region& region) const {
    const std::ptrdiff_t shift = tile.top - region.tile.top;
    const std::ptrdiff_t end = std::min(tile.bottom + 1, shape_.height);
    for (std::ptrdiff_t y = std::max<std::ptrdiff_t>(0, tile.top - 1); y < end; ++y) {
        const std::ptrdiff_t from = y < tile.top || tile.left == 0 ? tile.left : tile.left - kTvVector;
        const std::ptrdiff_t count = (y < tile.bottom ? tile.right + kTvVector : tile.right) - from;
        const std::ptrdiff_t to = (y - shift) * kRegionRow + from - tile.left + kTvVector;
        for (int c = 0; c < tile.channels; ++c) {
            const std::ptrdiff_t at = (tile.channel + c) * plane_ + y * row_ + from;
            for (const std::ptrdiff_t parity : {0, 1}) {
                const std::ptrdiff_t source = at + parity * half_,
                                     target = c * kRegionPlane + to + parity * kRegionHalf;
                std::copy_n(arena[h_].data() + source, count, region.planes.h + target);
                std::copy_n(arena[v_].data() + source, count, region.planes.v + target);
                if (tile.left > 0) continue;
                std::fill_n(region.planes.h + target - kTvVector, kTvVector, 0.0f);
                std::fill_n(region.planes.v + target - kTvVector, kTvVector, 0.0f);
            }
        }
    }
}

void TvDualSolver::store_dual(const Arena& arena, const TvTile& tile, const Region& region) const {
    for (int c = 0; c < tile.channels; ++c)
        for (std::ptrdiff_t y = tile.top; y < tile.bottom; ++y)
            for (const std::ptrdiff_t parity : {0, 1}) {
                const std::ptrdiff_t from =
                    c * kRegionPlane + (region.tile.top + y - tile.top) * kRegionRow + parity * kRegionHalf + kTvVector;
                const std::ptrdiff_t to = (tile.channel + c) * plane_ + y * row_ + parity * half_ + tile.left;
                std::copy_n(region.planes.h + from, tile.right - tile.left, arena[h_].data() + to);
                std::copy_n(region.planes.v + from, tile.right - tile.left, arena[v_].data() + to);
            }
}

TvDualSolver::Region TvDualSolver::load_region(const Arena& arena, const TvTile& tile, int thread) const {
    const std::ptrdiff_t part = kRegionPlane * tile.channels;
    float* noisy = own(arena, region_, thread);
    float *u = noisy + part, *h = u + part, *v = h + part;
    const std::ptrdiff_t above = tile.top > 0 ? 1 : 0;
    // Pixels and rows that have neighbours are counted from the region's own first ones.
    const std::ptrdiff_t width = shape_.width - 2 * (tile.left - kTvVector), height = shape_.height - tile.top + above;
    const Region region{
        {noisy, u, h, v, h, v, width, height, kRegionHalf, kRegionRow, kRegionPlane},
        {0, tile.channels, above, above + tile.bottom - tile.top, kTvVector, kTvVector + tile.right - tile.left}};
    load_dual(arena, tile, region);
    float* pixels = own(arena, pixels_, thread);
    const std::ptrdiff_t lead = tile.left == 0 ? kTvVector : 0;
    const std::ptrdiff_t first = 2 * (tile.left - kTvVector + lead);
    const std::ptrdiff_t count = std::min(2 * (tile.right + kTvVector), shape_.width) - first;
    const std::ptrdiff_t end = std::min(tile.bottom + 1, shape_.height);
    for (std::ptrdiff_t y = tile.top; y < end; ++y) {
        image_->load(first, y, count, pixels);
        split_pixels(pixels + tile.channel, shape_.channels, count, tile.channels, kRegionHalf, kRegionHalf - lead,
                     kRegionPlane, noisy + (y - tile.top + above) * kRegionRow + lead);
    }
    tv_extrapolate_rows(region.planes, {0, tile.channels, 0, above + end - tile.top, 0, kRegionHalf}, 0);
    return region;
}

void TvDualSolver::round(const Arena& arena) {
    if (lambda_ <= 0) return;
    sweep_tiles([&](const TvTile& tile, int thread) {
        const Region region = load_region(arena, tile, thread);
        tv_sweep_tile(region.planes, region.tile, shape_.kind, lambda_, kRelax, kSweeps);
        store_dual(arena, tile, region);
    });
}

TvCertificate TvDualSolver::measure(const Arena& arena) {
    const std::ptrdiff_t across = tiles_across(), in_group = across * tiles_down();
    const std::span<TvCertificate> sums = arena[sums_];
    team_.run(in_group * groups(), [&](std::int64_t index, int thread) {
        const auto task = static_cast<std::ptrdiff_t>(index);
        const TvTile part = tile(task % in_group / across, task % across, task / in_group);
        const Region region = load_region(arena, part, thread);
        sums[static_cast<std::size_t>(task)] = tv_measure_tile(region.planes, region.tile, shape_.kind, lambda_);
    });
    return add_up(sums);
}

}  // namespace twofold::ops
