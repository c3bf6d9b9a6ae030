#include "pipelines/zsn2n/applier.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "ops/feature_map.h"
#include "pipelines/common/noise_network/patch.h"
#include "pipelines/common/white_level.h"

namespace twofold::zsn2n {
namespace {

// How long the threads work between two looks at the progress callback, and how many passes over tiles at most.
constexpr double kSecondsPerCall = 0.05;
constexpr int kMostPassesPerCall = 8;

// Which flip or rotation is the i-th of an ensemble. That of two is the image and the image upside down and mirrored,
// under which opposite pixels of a 2x2 block change places: a folding network treats them a little differently, which
// would show as a faint grid.
Symmetry member(int i, int ensemble) { return Symmetry::from_index(ensemble == 2 ? 3 * i : i); }

int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

// As many passes, a power of two, as fit between two calls at the speed just seen.
int passes_per_call(double seconds_per_pass) {
    int passes = 1;
    while (passes < kMostPassesPerCall && 2 * passes * seconds_per_pass <= kSecondsPerCall) passes *= 2;
    return passes;
}

}  // namespace

Applier::Applier(Network& network, const ImageView& input, const ImageView& output, const ImageScale& scale, int tile,
                 ThreadTeam& team)
    : network_(network),
      input_(input),
      output_(output),
      scale_(scale),
      tile_(tile),
      team_(team),
      columns_((input.width + tile - 1) / tile),
      bands_((input.height + tile - 1) / tile) {
    // Every size that can occur: the last column and row of tiles may be smaller.
    const auto blocks = [&](std::int64_t pixels) {
        const int fold = network.shape().fold;
        return round_up(static_cast<int>(std::min<std::int64_t>(pixels, tile)), fold) / fold;
    };
    for (const int h : {blocks(input.height), blocks(input.height - (bands_ - 1) * tile)})
        for (const int w : {blocks(input.width), blocks(input.width - (columns_ - 1) * tile)}) {
            network.plan(h, w, false);
            network.plan(w, h, false);
        }
}

void Applier::reserve(ArenaPlan& plan, bool corrected) {
    const NetworkShape& shape = network_.shape();
    const int channels = shape.channels, halo = shape.image_halo(), blocks = tile_ / shape.fold;
    const std::size_t padded = ops::dense_size(tile_ + 2 * halo, tile_ + 2 * halo, channels);
    packed_ = plan.reserve<float>(network_.packed_size());
    band_ = plan.reserve<float>(
        ops::dense_size(std::min<std::int64_t>(tile_, input_.height) + 2 * halo, input_.width, channels));
    if (corrected) {
        const std::size_t rows = ops::dense_size(tile_ + CoarseCorrection::kLag, input_.width, channels);
        result_ = plan.reserve<float>(rows);
        if (std::isfinite(scale_.limit())) excess_ = plan.reserve<float>(rows);
        half_rows_ =
            plan.reserve<float>(ops::dense_size(team_.size(), std::max<std::int64_t>(1, input_.width / 2), channels));
    }
    threads_.clear();
    for (int thread = 0; thread < team_.size(); ++thread) {
        TilePlan p;
        p.pass = network_.reserve(plan, blocks, blocks, false);
        p.staging = plan.reserve<float>(padded);
        p.noise = plan.reserve<float>(ops::dense_size(tile_, tile_, channels));
        if (shape.fold > 1) p.unfolded = plan.reserve<float>(padded);
        threads_.push_back(p);
    }
}

void Applier::load_rows(const Arena& arena, std::int64_t first, std::int64_t end, std::int64_t band_top) {
    const auto row = static_cast<std::ptrdiff_t>(input_.width * network_.shape().channels);
    float* band = arena[band_].data();
    team_.run(std::max<std::int64_t>(0, end - first), [&](std::int64_t i, int) {
        const std::int64_t y = first + i;
        scale_.load(input_, 0, y, input_.width, 1, band + (y - band_top) * row, row);
    });
}

Applier::Tile Applier::tile_at(std::int64_t band, std::int64_t column) const {
    const int halo = network_.shape().image_halo();
    Tile tile;
    tile.x = column * tile_;
    tile.y = band * tile_;
    tile.stored_width = static_cast<int>(std::min<std::int64_t>(tile_, input_.width - tile.x));
    tile.stored_height = static_cast<int>(std::min<std::int64_t>(tile_, input_.height - tile.y));
    tile.width = round_up(tile.stored_width, network_.shape().fold);
    tile.height = round_up(tile.stored_height, network_.shape().fold);
    tile.inside = inside_image(input_.width, input_.height, tile.x - halo, tile.y - halo, tile.width + 2 * halo,
                               tile.height + 2 * halo);
    return tile;
}

void Applier::load_tile(const Arena& arena, const Tile& tile, const TilePlan& memory) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const int padded_width = tile.width + 2 * halo, padded_height = tile.height + 2 * halo;
    const float* band = arena[band_].data();
    const auto band_row = static_cast<std::ptrdiff_t>(input_.width * channels);
    const float* first = band + tile.inside.top * band_row + (tile.x - halo + tile.inside.left) * channels;
    copy_patch(first, band_row, padded_height, padded_width, channels, tile.inside, network_.shape().mirrors_border(),
               arena[memory.staging].data());
    std::fill_n(arena[memory.noise].data(), ops::dense_size(tile.height, tile.width, channels), 0.0f);
}

void Applier::predict(const Arena& arena, std::span<const float> parameters, const Tile& tile, const TilePlan& memory,
                      int first, int end, int ensemble) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const int padded_width = tile.width + 2 * halo, padded_height = tile.height + 2 * halo;
    const int fold = network_.shape().fold;
    const Pass pass = Network::resolve(arena, memory.pass);
    float* input = fold > 1 ? arena[memory.unfolded].data() : pass.activations[0];
    float* output = fold > 1 ? arena[memory.unfolded].data() : pass.output;
    for (int i = first; i < end; ++i) {
        const Symmetry symmetry = member(i, ensemble);
        const int height = symmetry.transpose ? tile.width : tile.height;
        const int width = symmetry.transpose ? tile.height : tile.width;
        apply_symmetry(symmetry, padded_height, padded_width, channels, arena[memory.staging].data(), input);
        clip(scale_.limit(), input, ops::dense_size(padded_height, padded_width, channels));
        if (fold > 1) fold_pixels(height + 2 * halo, width + 2 * halo, channels, fold, input, pass.activations[0]);
        const int blocks_halo = 2 * network_.shape().halo();
        const Rectangle inside = network_.shape().mirrors_border()
                                     ? Rectangle{0, 0, width / fold + blocks_halo, height / fold + blocks_halo}
                                     : apply_symmetry(symmetry, padded_height, padded_width, tile.inside);
        network_.forward(height / fold, width / fold, inside, parameters.data(), arena[packed_].data(), pass);
        if (fold > 1) unfold_pixels(height, width, channels, fold, pass.output, output);
        add_inverse_symmetry(symmetry, tile.height, tile.width, channels, output,
                             strength_ / static_cast<float>(ensemble), arena[memory.noise].data(),
                             std::ptrdiff_t{tile.width} * channels);
    }
}

void Applier::store_tile(const Arena& arena, const Tile& tile, const TilePlan& memory) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const std::ptrdiff_t row = std::ptrdiff_t{tile.width} * channels;
    float* noise = arena[memory.noise].data();
    for (int y = 0; y < tile.stored_height; ++y) {
        const float* noisy = arena[memory.staging].data() + ((y + halo) * (tile.width + 2 * halo) + halo) * channels;
        for (std::ptrdiff_t i = 0; i < row; ++i) noise[y * row + i] = noisy[i] - noise[y * row + i];
    }
    if (corrects_) {
        for (int y = 0; y < tile.stored_height; ++y)
            std::copy_n(noise + y * row, tile.stored_width * channels,
                        arena[result_].data() + ((tile.y + y - waiting_) * input_.width + tile.x) * channels);
        if (excess_.count > 0) split_excess(arena, tile, memory);
        return;
    }
    const float white = output_white(input_, output_, scale_.white());
    scale_.store(output_, white, tile.x, tile.y, tile.stored_width, tile.stored_height, noise, row, strength_);
}

void Applier::split_excess(const Arena& arena, const Tile& tile, const TilePlan& memory) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const float limit = scale_.limit();
    for (int y = 0; y < tile.stored_height; ++y) {
        const float* noisy = arena[memory.staging].data() + ((y + halo) * (tile.width + 2 * halo) + halo) * channels;
        const std::ptrdiff_t place = ((tile.y + y - waiting_) * input_.width + tile.x) * channels;
        float* result = arena[result_].data() + place;
        float* excess = arena[excess_].data() + place;
        for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{tile.stored_width} * channels; ++i) {
            excess[i] = noisy[i] - std::clamp(noisy[i], -limit, limit);
            result[i] -= excess[i];
        }
    }
}

void Applier::store_corrected(const Arena& arena, std::int64_t end, CoarseCorrection& correction) {
    const int channels = network_.shape().channels;
    const auto row = static_cast<std::ptrdiff_t>(input_.width * channels);
    const std::ptrdiff_t half_row = std::max<std::int64_t>(1, input_.width / 2) * channels;
    float* result = arena[result_].data();
    float* excess = arena[excess_].data();
    const float white = output_white(input_, output_, scale_.white());
    correction.compare(result, waiting_, end, input_.width);
    const std::int64_t ready = correction.ready();
    team_.run(ready - waiting_, [&](std::int64_t i, int thread) {
        float* pixels = result + i * row;
        correction.add(waiting_ + i, input_.width, arena[half_rows_].data() + thread * half_row, pixels);
        if (excess_.count > 0)
            for (std::ptrdiff_t k = 0; k < row; ++k) pixels[k] += excess[i * row + k];
        scale_.store(output_, white, 0, waiting_ + i, input_.width, 1, pixels, row, strength_);
    });
    std::copy(result + (ready - waiting_) * row, result + (end - waiting_) * row, result);
    if (excess_.count > 0) std::copy(excess + (ready - waiting_) * row, excess + (end - waiting_) * row, excess);
    waiting_ = ready;
}

bool Applier::run(const Arena& arena, std::span<const float> parameters, int ensemble, CoarseCorrection* correction,
                  const OtherTiles& other, RunControl& control) {
    corrects_ = correction != nullptr;
    waiting_ = 0;
    const int halo = network_.shape().image_halo();
    const auto row = static_cast<std::ptrdiff_t>(input_.width * network_.shape().channels);
    float* band = arena[band_].data();
    network_.pack(parameters.data(), arena[packed_].data());
    const double start = control.elapsed();
    const bool copy_alpha = input_.has_alpha && input_.data != output_.data;
    int per_call = 1;         // passes of each thread between two calls: several tiles, or a part of the ensemble
    std::int64_t loaded = 0;  // rows of the input that are or were in the band
    Progress progress;
    progress.phase = Phase::kApply;
    progress.done = other.before;
    progress.total = other.before + tiles() + other.after;
    for (std::int64_t b = 0; b < bands_; ++b) {
        const std::int64_t y0 = b * tile_, y1 = std::min(y0 + tile_, input_.height), band_top = y0 - halo;
        // Rows that this band shares with the one before: they may have been overwritten in the image by now.
        if (b > 0) std::copy(band + tile_ * row, band + (loaded - (band_top - tile_)) * row, band);
        const std::int64_t end = std::min(y1 + halo, input_.height);
        load_rows(arena, loaded, end, band_top);
        loaded = std::max(loaded, end);
        for (std::int64_t column = 0; column < columns_;) {
            const int passes = std::min(per_call, ensemble);
            const std::int64_t count =
                std::min<std::int64_t>(std::max(1, per_call / ensemble) * team_.size(), columns_ - column);
            for (int first = 0; first < ensemble; first += passes) {
                const int last = std::min(first + passes, ensemble);
                const double before = control.elapsed();
                team_.run(count, [&](std::int64_t i, int thread) {
                    const Tile tile = tile_at(b, column + i);
                    // A tile that is not finished in one go keeps its memory, whichever thread comes next.
                    const TilePlan& memory =
                        threads_[passes < ensemble ? static_cast<std::size_t>(i) : static_cast<std::size_t>(thread)];
                    if (first == 0) load_tile(arena, tile, memory);
                    predict(arena, parameters, tile, memory, first, last, ensemble);
                    if (last == ensemble) store_tile(arena, tile, memory);
                });
                const std::int64_t rounds = (count + team_.size() - 1) / team_.size();
                per_call = passes_per_call((control.elapsed() - before) / double((last - first) * rounds));
                if (last == ensemble) progress.done += count;
                const double done = double(progress.done) + (last == ensemble ? 0 : double(count) * last / ensemble);
                progress.seconds_left =
                    (control.elapsed() - start) * (double(progress.total) - done) / (done - double(other.before));
                if (control.report(progress, progress.done == progress.total) == ProgressAction::kCancel) return false;
            }
            column += count;
        }
        if (correction != nullptr) store_corrected(arena, y1, *correction);
        if (copy_alpha) team_.run(y1 - y0, [&](std::int64_t i, int) { copy_alpha_row(input_, output_, y0 + i); });
    }
    return true;
}

double Applier::measure(const Arena& arena, std::span<const float> parameters) {
    using Clock = std::chrono::steady_clock;
    network_.pack(parameters.data(), arena[packed_].data());
    load_rows(arena, 0, std::min<std::int64_t>(tile_ + network_.shape().image_halo(), input_.height),
              -network_.shape().image_halo());
    const std::int64_t count = std::min<std::int64_t>(columns_, team_.size());
    double seconds = 0;
    // The first time touches the memory.
    for (int time = 0; time < 2; ++time) {
        const auto start = Clock::now();
        team_.run(count, [&](std::int64_t i, int thread) {
            const TilePlan& memory = threads_[static_cast<std::size_t>(thread)];
            load_tile(arena, tile_at(0, i), memory);
            predict(arena, parameters, tile_at(0, i), memory, 0, 1, 1);
        });
        seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    return seconds * double(columns_ * bands_) / double(count);
}

double Applier::flops(int ensemble) const {
    const auto side = static_cast<double>(tile_);
    const int blocks = tile_ / network_.shape().fold;
    return network_.flops(blocks, blocks, false) / (side * side) * double(input_.width) * double(input_.height) *
           ensemble;
}

}  // namespace twofold::zsn2n
