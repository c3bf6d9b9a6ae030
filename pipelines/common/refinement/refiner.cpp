#include "pipelines/common/refinement/refiner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "ops/collaborative/nonlocal_bayes.h"
#include "ops/feature_map.h"

namespace twofold {
namespace {

constexpr int kPatch = ops::kCollaborativePatch;
constexpr int kReach = ops::kCollaborativeReach;
constexpr auto kPoints = static_cast<std::size_t>(ops::kCollaborativeCoefficients);

// Multiples of `stride` from `first` to before `end`, and the last place of all where that is among them.
template <typename Body>
void for_places(std::int64_t first, std::int64_t end, std::int64_t last, int stride, const Body& body) {
    for (std::int64_t i = first; i < std::min(end, last); i += stride) body(i);
    if (first <= last && last < end) body(last);
}

// `small` gets the means of blocks of `times` x `times` pixels.
void reduce(const std::vector<float>& image, int small_side, int times, std::size_t channels,
            std::vector<float>* small) {
    const auto block = static_cast<std::size_t>(times), side = static_cast<std::size_t>(small_side);
    for (std::size_t i = 0; i < small->size(); ++i) {
        const std::size_t c = i % channels, x = i / channels % side, y = i / channels / side;
        float sum = 0;
        for (std::size_t j = 0; j < block; ++j)
            for (std::size_t k = 0; k < block; ++k)
                sum += image[((y * block + j) * side * block + x * block + k) * channels + c];
        (*small)[i] = sum / static_cast<float>(block * block);
    }
}

}  // namespace

Refiner::Refiner(const RefinerSettings& settings, ThreadTeam& team)
    : settings_(settings),
      team_(team),
      bayes_(is_by_bayes(settings)),
      channels_(settings.input.colour_channels()),
      in_place_(settings.input.data == settings.output.data),
      bands_((settings.input.height - kPatch) / kBand + 1),
      tiles_((settings.input.width - kPatch) / kTile + 1),
      row_(static_cast<std::ptrdiff_t>(settings.input.width) + ops::kCollaborativePadding),
      plane_(kRows * row_),
      shape_(static_cast<std::size_t>(channels_) * kPoints, 1.0f),
      even_done_(static_cast<std::size_t>((tiles_ + 1) / 2)) {
    set_components();
    if (settings_.texture != nullptr) set_shape(*settings_.texture);
    settings_.texture = nullptr;
}

void Refiner::set_components() {
    const auto n = static_cast<std::size_t>(channels_);
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t c = 0; c < n; ++c)
            basis_[k][c] = static_cast<float>(std::sqrt((k > 0 ? 2.0 : 1.0) / double(n)) *
                                              std::cos(std::numbers::pi * double((2 * c + 1) * k) / double(2 * n)));
}

void Refiner::split(const float* pixel, float* components) const {
    for (std::size_t k = 0; k < static_cast<std::size_t>(channels_); ++k) {
        components[k] = 0;
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) components[k] += basis_[k][c] * pixel[c];
    }
}

void Refiner::join(const float* components, float* pixel) const {
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
        pixel[c] = 0;
        for (std::size_t k = 0; k < static_cast<std::size_t>(channels_); ++k) pixel[c] += basis_[k][c] * components[k];
    }
}

// The mean square of each coefficient over many patches of such noise.
void Refiner::set_shape(const NoiseTexture& texture) {
    constexpr int kSide = 64, kPieces = 16;
    const auto n = static_cast<std::size_t>(channels_);
    const int whole = kSide * settings_.reduction;
    std::vector<float> drawn(ops::dense_size(whole, whole, channels_)), piece(ops::dense_size(kSide, kSide, channels_));
    std::vector<double> squares(n * kPoints);
    std::array<std::array<float, kPoints>, 4> patch;
    for (int i = 0; i < kPieces; ++i) {
        texture.fill(0, static_cast<std::uint64_t>(i), whole, whole, drawn.data());
        reduce(drawn, kSide, settings_.reduction, n, &piece);
        for (std::size_t p = 0; p < piece.size(); ++p)
            piece[p] *= static_cast<float>(texture.sigma(static_cast<int>(p % n)));
        for (int top = 0; top + kPatch <= kSide; top += kPatch)
            for (int left = 0; left + kPatch <= kSide; left += kPatch) {
                for (std::size_t p = 0; p < kPoints; ++p) {
                    std::array<float, 4> components;
                    const auto y = static_cast<std::size_t>(top) + p / kPatch,
                               x = static_cast<std::size_t>(left) + p % kPatch;
                    split(piece.data() + n * (y * kSide + x), components.data());
                    for (std::size_t k = 0; k < n; ++k) patch[k][p] = components[k];
                }
                for (std::size_t k = 0; k < n; ++k) {
                    std::array<float, kPoints> coefficients;
                    ops::patch_dct(patch[k].data(), false, coefficients.data());
                    for (std::size_t p = 0; p < kPoints; ++p)
                        squares[k * kPoints + p] += double{coefficients[p]} * double{coefficients[p]};
                }
            }
    }
    constexpr double kPatches = kPieces * (kSide / kPatch) * (kSide / kPatch);
    for (std::size_t k = 0; k < n; ++k) {
        double variance = 0;  // of the component at full size, were the channels not correlated
        for (std::size_t c = 0; c < n; ++c)
            variance += std::pow(double{basis_[k][c]} * texture.sigma(static_cast<int>(c)), 2);
        for (std::size_t p = 0; p < kPoints; ++p)
            shape_[k * kPoints + p] =
                variance > 0 ? static_cast<float>(squares[k * kPoints + p] / (kPatches * variance)) : 1;
    }
}

void Refiner::reserve(ArenaPlan& plan) {
    const std::size_t planes = static_cast<std::size_t>(plane_) * static_cast<std::size_t>(channels_);
    for (ArenaRange<float>* range : {&noisy_, &pilot_, &sum_, &weight_}) *range = plan.reserve<float>(planes);
    pixels_ = plan.reserve<float>(ops::dense_size(team_.size(), settings_.input.width, channels_));
    if (in_place_)
        kept_ = plan.reserve<std::byte>(sample_bytes(settings_.input.type) *
                                        ops::dense_size(settings_.input.height, settings_.input.width, channels_));
}

ImageView Refiner::kept(const Arena& arena) const {
    ImageView colour = settings_.input;
    colour.channels = channels_;
    colour.has_alpha = false;
    return packed_view(colour, arena[kept_].data());
}

void Refiner::keep_input(const Arena& arena) const {
    if (!in_place_) return;
    const ImageView to = kept(arena);
    const auto row = static_cast<std::ptrdiff_t>(to.width) * channels_;
    team_.run(to.height, [&](std::int64_t y, int thread) {
        float* samples = arena[pixels_].data() + thread * row;
        load_rectangle(settings_.input, 1, 0, y, to.width, 1, samples, row);
        store_rectangle(to, 1, 0, y, to.width, 1, samples, row);
    });
}

ops::CollaborativePlanes Refiner::planes(const Arena& arena) const {
    ops::CollaborativePlanes p;
    p.components = channels_;
    p.row = row_;
    for (std::size_t k = 0; k < static_cast<std::size_t>(channels_); ++k) {
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(k) * plane_;
        p.noisy[k] = arena[noisy_].data() + at;
        p.pilot[k] = arena[pilot_].data() + at;
        p.sum[k] = arena[sum_].data() + at;
        p.weight[k] = arena[weight_].data() + at;
    }
    return p;
}

void Refiner::load_rows(const Arena& arena, std::int64_t first, std::int64_t end, std::int64_t top) {
    const std::int64_t width = settings_.input.width;
    const auto samples_row = static_cast<std::ptrdiff_t>(width) * channels_;
    const ImageView from = noisy(arena);
    team_.run(std::max<std::int64_t>(0, end - first), [&](std::int64_t i, int thread) {
        float* samples = arena[pixels_].data() + thread * samples_row;
        const auto split_row = [&](float* plane) {
            float* to = plane + (first + i - top) * row_;
            for (std::int64_t x = 0; x < width; ++x) {
                std::array<float, 4> components;
                split(samples + x * channels_, components.data());
                for (int k = 0; k < channels_; ++k) to[k * plane_ + x] = components[static_cast<std::size_t>(k)];
            }
            for (int k = 0; k < channels_; ++k) std::fill_n(to + k * plane_ + width, ops::kCollaborativePadding, 0.0f);
        };
        settings_.input_scale.load(from, 0, first + i, width, 1, samples, samples_row);
        split_row(arena[noisy_].data());
        settings_.output_scale.restore(settings_.output, 0, first + i, width, 1, samples, samples_row);
        split_row(arena[pilot_].data());
    });
}

void Refiner::start_band(const Arena& arena, std::int64_t band) {
    const std::int64_t top = band * kBand - kAbove;
    std::int64_t loaded = 0;
    if (band > 0) {
        // The rows that it shares with the one before.
        for (const ArenaRange<float>& range : {noisy_, pilot_, sum_, weight_})
            for (int k = 0; k < channels_; ++k) {
                float* plane = arena[range].data() + k * plane_;
                std::copy(plane + kBand * row_, plane + plane_, plane);
            }
        loaded = top + kRows - kBand;
    }
    const std::ptrdiff_t old_rows = band > 0 ? kRows - kBand : 0;
    for (const ArenaRange<float>& range : {sum_, weight_})
        for (int k = 0; k < channels_; ++k)
            std::fill_n(arena[range].data() + k * plane_ + old_rows * row_, (kRows - old_rows) * row_, 0.0f);
    load_rows(arena, loaded, std::min<std::int64_t>(top + kRows, settings_.input.height), top);
}

void Refiner::filter_band(const Arena& arena, std::int64_t band) {
    const ops::CollaborativePlanes p = planes(arena);
    for (auto& done : even_done_) done.store(false, std::memory_order_relaxed);
    const auto wait_for = [&](std::int64_t even) {
        if (even < tiles_) even_done_[static_cast<std::size_t>(even / 2)].wait(false, std::memory_order_acquire);
    };
    // Neighbouring tiles write to the same pixels: the even ones first, and each odd one as soon as those beside it are
    // done. Tasks are begun in their order, so that what one waits for has been begun.
    const std::int64_t evens = (tiles_ + 1) / 2;
    team_.run(tiles_, [&](std::int64_t i, int) {
        if (i < evens) {
            filter_tile(p, band, 2 * i);
            auto& done = even_done_[static_cast<std::size_t>(i)];
            done.store(true, std::memory_order_release);
            done.notify_all();
        } else {
            const std::int64_t odd = 2 * (i - evens) + 1;
            wait_for(odd - 1);
            wait_for(odd + 1);
            filter_tile(p, band, odd);
        }
    });
}

void Refiner::filter_tile(const ops::CollaborativePlanes& p, std::int64_t band, std::int64_t tile) const noexcept {
    const std::int64_t top = band * kBand - kAbove;
    const std::int64_t last_x = settings_.input.width - kPatch, last_y = settings_.input.height - kPatch;
    for_places(band * kBand, (band + 1) * kBand, last_y, settings_.stride, [&](std::int64_t y) {
        for_places(tile * kTile, (tile + 1) * kTile, last_x, settings_.stride, [&](std::int64_t x) {
            const auto bound = [&](std::int64_t value, std::int64_t last) {
                return static_cast<int>(std::clamp<std::int64_t>(value, 0, last));
            };
            const int shift = static_cast<int>(top);
            const ops::CollaborativeWindow window{bound(x - kReach, last_x), bound(y - kReach, last_y) - shift,
                                                  bound(x + kReach - 1, last_x), bound(y + kReach - 1, last_y) - shift};
            filter_patch(p, static_cast<int>(x), static_cast<int>(y) - shift, window);
        });
    });
}

void Refiner::filter_patch(const ops::CollaborativePlanes& p, int x, int y,
                           const ops::CollaborativeWindow& window) const {
    const auto n = static_cast<std::size_t>(channels_);
    // The noise at the patch's own brightness.
    std::array<float, 4> mean{}, brightness{};
    for (std::size_t k = 0; k < n; ++k) {
        for (int j = 0; j < kPatch; ++j)
            for (int i = 0; i < kPatch; ++i) mean[k] += p.pilot[k][(y + j) * p.row + x + i];
        mean[k] /= static_cast<float>(kPoints);
    }
    join(mean.data(), brightness.data());
    std::array<float, 4> levels{};
    for (std::size_t k = 0; k < n; ++k) {
        float& level = levels[k];
        for (std::size_t c = 0; c < n; ++c) {
            const float sigma = basis_[k][c] * settings_.noise->at(static_cast<int>(c), brightness[c]);
            level += sigma * sigma;
        }
        level *= weight_of_noise_;
    }
    if (bayes_) return ops::nonlocal_bayes(p, x, y, window, levels.data());
    std::array<float, 4 * kPoints> variance;
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = 0; i < kPoints; ++i) variance[k * kPoints + i] = levels[k] * shape_[k * kPoints + i];
    ops::collaborative_filter(p, x, y, window, variance.data());
}

void Refiner::store_rows(const Arena& arena, float strength, std::int64_t first, std::int64_t end, std::int64_t top) {
    const ops::CollaborativePlanes p = planes(arena);
    const std::int64_t width = settings_.input.width;
    const auto samples_row = static_cast<std::ptrdiff_t>(width) * channels_;
    team_.run(end - first, [&](std::int64_t i, int thread) {
        float* samples = arena[pixels_].data() + thread * samples_row;
        const std::ptrdiff_t at = (first + i - top) * row_;
        for (std::int64_t x = 0; x < width; ++x) {
            std::array<float, 4> components;
            for (std::size_t k = 0; k < static_cast<std::size_t>(channels_); ++k) {
                const float noisy = p.noisy[k][at + x], clean = p.sum[k][at + x] / p.weight[k][at + x];
                components[k] = noisy + strength * (clean - noisy);
            }
            join(components.data(), samples + x * channels_);
        }
        settings_.output_scale.store(settings_.output, settings_.output_scale.white(), 0, first + i, width, 1, samples,
                                     samples_row, strength);
    });
}

bool Refiner::run(const Arena& arena, float strength, const OtherTiles& other, RunControl& control) {
    const double start = control.elapsed();
    Progress progress;
    progress.phase = Phase::kApply;
    progress.total = other.before + bands_ + other.after;
    for (std::int64_t band = 0; band < bands_; ++band) {
        const std::int64_t top = band * kBand - kAbove;
        start_band(arena, band);
        filter_band(arena, band);
        // The next band writes to none of the rows before its window.
        store_rows(arena, strength, std::max<std::int64_t>(0, top),
                   band + 1 < bands_ ? top + kBand : settings_.input.height, top);
        progress.done = other.before + band + 1;
        progress.seconds_left = (control.elapsed() - start) / double(band + 1) * double(bands_ - band - 1);
        if (control.report(progress, progress.done == progress.total) == ProgressAction::kCancel) return false;
    }
    return true;
}

double Refiner::measure(const Arena& arena) {
    using Clock = std::chrono::steady_clock;
    keep_input(arena);
    const auto start = Clock::now();
    start_band(arena, 0);
    filter_band(arena, 0);
    return std::chrono::duration<double>(Clock::now() - start).count() * double(bands_);
}

}  // namespace twofold
