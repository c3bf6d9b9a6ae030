#include "pipelines/zsn2n/applier.h"

#include <algorithm>

#include "pipelines/zsn2n/patch.h"

namespace twofold::zsn2n {
namespace {

std::size_t floats(std::int64_t height, std::int64_t width, int channels) {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
}

// Passes over tiles between two looks at the progress callback, for each thread: about a tenth of a second.
constexpr std::int64_t kPassesPerCall = 8;

}  // namespace

Applier::Applier(Network& network, const ImageView& input, const ImageView& output, const WhiteLevel& white, int tile,
                 ThreadTeam& team)
    : network_(network),
      input_(input),
      output_(output),
      white_(white),
      tile_(tile),
      team_(team),
      columns_((input.width + tile - 1) / tile),
      bands_((input.height + tile - 1) / tile) {
    const int last_width = static_cast<int>(input.width - (columns_ - 1) * tile);
    const int last_height = static_cast<int>(input.height - (bands_ - 1) * tile);
    for (const int h : {std::min<int>(tile, static_cast<int>(std::min<std::int64_t>(input.height, tile))), last_height})
        for (const int w : {static_cast<int>(std::min<std::int64_t>(input.width, tile)), last_width}) {
            network.plan(h, w);
            network.plan(w, h);
        }
}

void Applier::reserve(ArenaPlan& plan) {
    const int channels = network_.shape().channels, halo = network_.shape().halo();
    packed_ = plan.reserve<float>(network_.packed_size());
    band_ =
        plan.reserve<float>(floats(std::min<std::int64_t>(tile_, input_.height) + 2 * halo, input_.width, channels));
    for (int thread = 0; thread < team_.size(); ++thread) {
        TilePlan p;
        p.pass = network_.reserve(plan, tile_, tile_, false);
        p.staging = plan.reserve<float>(floats(tile_ + 2 * halo, tile_ + 2 * halo, channels));
        p.noise = plan.reserve<float>(floats(tile_, tile_, channels));
        threads_.push_back(p);
    }
}

void Applier::load_rows(const Arena& arena, std::int64_t first, std::int64_t end, std::int64_t band_top) {
    const std::ptrdiff_t row = input_.width * network_.shape().channels;
    float* band = arena[band_].data();
    team_.run(std::max<std::int64_t>(0, end - first), [&](std::int64_t i, int) {
        const std::int64_t y = first + i;
        load_rectangle(input_, white_.white, 0, y, input_.width, 1, band + (y - band_top) * row, row);
    });
}

void Applier::run_tile(const Arena& arena, std::span<const float> parameters, int ensemble, std::int64_t band_top,
                       std::int64_t tile, int thread) {
    const int channels = network_.shape().channels, halo = network_.shape().halo();
    const TilePlan& plan = threads_[static_cast<std::size_t>(thread)];
    const Pass pass = Network::resolve(arena, plan.pass);
    const std::int64_t x0 = tile * tile_, y0 = band_top + halo;
    const int width = static_cast<int>(std::min<std::int64_t>(tile_, input_.width - x0));
    const int height = static_cast<int>(std::min<std::int64_t>(tile_, input_.height - y0));
    const int padded_width = width + 2 * halo, padded_height = height + 2 * halo;
    const Rectangle inside =
        inside_image(input_.width, input_.height, x0 - halo, y0 - halo, padded_width, padded_height);

    const float* band = arena[band_].data();
    const std::ptrdiff_t band_row = input_.width * channels;
    float* staging = arena[plan.staging].data();
    std::fill_n(staging, floats(padded_height, padded_width, channels), 0.0f);
    for (int y = inside.top; y < inside.bottom; ++y)
        std::copy_n(band + y * band_row + (x0 - halo + inside.left) * channels, (inside.right - inside.left) * channels,
                    staging + (y * padded_width + inside.left) * channels);

    float* noise = arena[plan.noise].data();
    const std::ptrdiff_t row = std::ptrdiff_t{width} * channels;
    std::fill_n(noise, floats(height, width, channels), 0.0f);
    for (int i = 0; i < ensemble; ++i) {
        const Symmetry symmetry = Symmetry::from_index(i);
        apply_symmetry(symmetry, padded_height, padded_width, channels, staging, pass.activations[0]);
        clip(white_.limit, pass.activations[0], floats(padded_height, padded_width, channels));
        network_.forward(symmetry.transpose ? width : height, symmetry.transpose ? height : width,
                         apply_symmetry(symmetry, padded_height, padded_width, inside), parameters.data(),
                         arena[packed_].data(), pass);
        add_inverse_symmetry(symmetry, height, width, channels, pass.output, 1.0f / static_cast<float>(ensemble), noise,
                             row);
    }
    for (int y = 0; y < height; ++y) {
        const float* noisy = staging + ((y + halo) * padded_width + halo) * channels;
        for (int i = 0; i < width * channels; ++i) noise[y * row + i] = noisy[i] - noise[y * row + i];
    }
    // White of the output's own type; float output of an integer image is on the scale where white is 1.
    const float white = output_.type != DataType::kFloat32  ? integer_white(output_.type)
                        : input_.type == DataType::kFloat32 ? white_.white
                                                            : 1.0f;
    store_rectangle(output_, white, x0, y0, width, height, noise, row);
}

bool Applier::run(const Arena& arena, std::span<const float> parameters, int ensemble, RunControl& control) {
    const int halo = network_.shape().halo();
    const std::ptrdiff_t row = input_.width * network_.shape().channels;
    float* band = arena[band_].data();
    network_.pack(parameters.data(), arena[packed_].data());
    const double start = control.elapsed();
    const bool copy_alpha = input_.has_alpha && input_.data != output_.data;
    const std::int64_t group = std::max<std::int64_t>(1, kPassesPerCall / ensemble) * team_.size();
    std::int64_t loaded = 0;  // rows of the input that are or were in the band
    for (std::int64_t b = 0; b < bands_; ++b) {
        const std::int64_t y0 = b * tile_, y1 = std::min(y0 + tile_, input_.height), band_top = y0 - halo;
        // Rows that this band shares with the one before: they may have been overwritten in the image by now.
        if (b > 0) std::copy(band + tile_ * row, band + (loaded - (band_top - tile_)) * row, band);
        const std::int64_t end = std::min(y1 + halo, input_.height);
        load_rows(arena, loaded, end, band_top);
        loaded = std::max(loaded, end);
        for (std::int64_t first = 0; first < columns_; first += group) {
            const std::int64_t count = std::min(group, columns_ - first);
            team_.run(count, [&](std::int64_t i, int thread) {
                run_tile(arena, parameters, ensemble, band_top, first + i, thread);
            });
            Progress progress;
            progress.phase = Phase::kApply;
            progress.done = b * columns_ + first + count;
            progress.total = bands_ * columns_;
            progress.seconds_left = (control.elapsed() - start) * static_cast<double>(progress.total - progress.done) /
                                    static_cast<double>(progress.done);
            if (control.report(progress, progress.done == progress.total) == ProgressAction::kCancel) return false;
        }
        if (copy_alpha) team_.run(y1 - y0, [&](std::int64_t i, int) { copy_alpha_row(input_, output_, y0 + i); });
    }
    return true;
}

double Applier::flops(int ensemble) const {
    const auto side = static_cast<double>(tile_);
    return network_.flops(tile_, tile_, false) / (side * side) * double(input_.width) * double(input_.height) *
           ensemble;
}

}  // namespace twofold::zsn2n
