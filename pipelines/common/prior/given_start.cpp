#include "pipelines/common/prior/given_start.h"

#include <algorithm>
#include <cmath>

#include "pipelines/common/noise_network/patch.h"
#include "runtime/error.h"

namespace twofold::prior {
namespace {

constexpr int kTile = 64;  // pixels a side
// Results nearer to black or white than this of 1 are moved away from it: their logits would leave nothing to learn.
constexpr float kNearest = 1.0f / 255;

int tiles(int length, int tile) { return (length + tile - 1) / tile; }

}  // namespace

GivenStart::GivenStart(const Weights& weights, int height, int width, int channels, std::string_view implementation,
                       int threads)
    : parameters_(weights.values),
      network_(weights.shape, implementation),
      height_(height),
      width_(width),
      tile_height_(std::min(kTile, height)),
      tile_width_(std::min(kTile, width)),
      threads_(static_cast<std::size_t>(threads)) {
    if (weights.shape.channels != channels || weights.blend > 0 || weights.stabilizes())
        throw Error(ErrorCode::kUnsupported, "the weights to begin with are not of a single network for such an image");
    const int fold = weights.shape.fold;
    network_.plan(tile_height_ / fold, tile_width_ / fold, false);
}

void GivenStart::reserve(ArenaPlan& plan) {
    const NetworkShape& shape = network_.shape();
    const int halo = 2 * shape.image_halo();
    packed_ = plan.reserve<float>(network_.packed_size());
    logits_ = plan.reserve<float>(ops::dense_size(height_, width_, shape.channels));
    for (TilePlan& memory : threads_) {
        memory.pass = network_.reserve(plan, tile_height_ / shape.fold, tile_width_ / shape.fold, false);
        memory.pixels = plan.reserve<float>(ops::dense_size(tile_height_ + halo, tile_width_ + halo, shape.channels));
    }
}

void GivenStart::begin(const Arena& arena) const { network_.pack(parameters_.data(), arena[packed_].data()); }

ops::FeatureMap GivenStart::logits(const Arena& arena) const {
    return ops::dense_map(arena[logits_].data(), height_, width_, network_.shape().channels);
}

ops::ConstFeatureMap GivenStart::apply(ThreadTeam& team, const Arena& arena, ops::ConstFeatureMap input) const {
    const int columns = tiles(width_, tile_width_);
    team.run(std::int64_t{tiles(height_, tile_height_)} * columns, [&](std::int64_t task, int thread) {
        apply_tile(arena, threads_[static_cast<std::size_t>(thread)], static_cast<int>(task) / columns,
                   static_cast<int>(task) % columns, input);
    });
    return logits(arena);
}

// All tiles are of one size: the last ones overlap those before, and write only what these have not.
void GivenStart::apply_tile(const Arena& arena, const TilePlan& memory, int row, int column,
                            ops::ConstFeatureMap input) const {
    const NetworkShape& shape = network_.shape();
    const int channels = shape.channels, halo = shape.image_halo(), fold = shape.fold;
    const int top = std::min(row * tile_height_, height_ - tile_height_);
    const int left = std::min(column * tile_width_, width_ - tile_width_);
    const int high = tile_height_ + 2 * halo, wide = tile_width_ + 2 * halo;
    const Rectangle inside = inside_image(width_, height_, left - halo, top - halo, wide, high);
    const Pass pass = Network::resolve(arena, memory.pass);
    float* pixels = arena[memory.pixels].data();
    copy_patch(input.at(top - halo + inside.top, left - halo + inside.left), input.row, high, wide, channels, inside,
               shape.mirrors_border(), pixels);
    const Rectangle seen =
        shape.mirrors_border() ? Rectangle{0, 0, wide / fold, high / fold} : inside;  // such a network folds nothing
    fold_pixels(high, wide, channels, fold, pixels, pass.activations[0]);
    network_.forward(tile_height_ / fold, tile_width_ / fold, seen, parameters_.data(), arena[packed_].data(), pass);
    unfold_pixels(tile_height_, tile_width_, channels, fold, pass.output, pixels);

    const ops::FeatureMap result = logits(arena);
    for (int y = row * tile_height_ - top; y < tile_height_; ++y)
        for (int x = column * tile_width_ - left; x < tile_width_; ++x)
            for (int c = 0; c < channels; ++c) {
                const float noise = pixels[(y * tile_width_ + x) * channels + c];
                const float value = std::clamp(input.at(top + y, left + x)[c] - noise, kNearest, 1 - kNearest);
                result.at(top + y, left + x)[c] = std::log(value / (1 - value));
            }
}

}  // namespace twofold::prior
