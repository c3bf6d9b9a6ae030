#include "ops/tv/tv_solver.h"

#include <algorithm>

#include "ops/tv/tv_accelerated_solver.h"
#include "ops/tv/tv_dual_solver.h"

namespace twofold::ops {
namespace {

std::ptrdiff_t parts(std::ptrdiff_t whole, std::ptrdiff_t part) { return (whole + part - 1) / part; }

}  // namespace

std::unique_ptr<TvSolver> TvSolver::make(const TvShape& shape, TvStorage storage, ThreadTeam& team) {
    if (storage == TvStorage::kDual) return std::make_unique<TvDualSolver>(shape, team);
    return std::make_unique<TvAcceleratedSolver>(shape, team);
}

TvSolver::TvSolver(const TvShape& shape, ThreadTeam& team)
    : shape_(shape),
      team_(team),
      columns_(parts((shape.width + 1) / 2, kTvVector) * kTvVector),
      half_(columns_ + kTvVector),
      row_(2 * half_),
      plane_(row_ * shape.height) {
    if (shape.channels == 1) shape_.coupled = true;
}

std::ptrdiff_t TvSolver::tiles_across() const { return parts(columns_, kTvTileColumns); }
std::ptrdiff_t TvSolver::tiles_down() const { return parts(shape_.height, kTvTileRows); }

TvTile TvSolver::tile(std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t group_index) const {
    const std::ptrdiff_t top = row * kTvTileRows, left = column * kTvTileColumns;
    return {static_cast<int>(group_index) * group(),    group(), top,
            std::min(top + kTvTileRows, shape_.height), left,    std::min(left + kTvTileColumns, columns_)};
}

TvCertificate TvSolver::add_up(std::span<const TvCertificate> parts) const {
    TvCertificate total;
    for (const TvCertificate& part : parts) {
        total.gap += part.gap;
        total.total_variation += part.total_variation;
        total.residual += part.residual;
    }
    total.gap = std::max(0.0, total.gap);
    total.primal = total.residual / 2 + double{lambda_} * total.total_variation;
    return total;
}

}  // namespace twofold::ops
