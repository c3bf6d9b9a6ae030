#include "pipelines/zsn2n/scale_blend.h"

#include <algorithm>

#include "ops/feature_map.h"
#include "pipelines/common/half_size/half_image.h"
#include "pipelines/zsn2n/recorrupted_window.h"
#include "runtime/random.h"

namespace twofold::zsn2n {
namespace {

constexpr std::int64_t kWindows = 32;
constexpr std::uint64_t kPlaces = 3, kNoise = std::uint64_t{1} << 40;  // streams of random numbers

// Means of 2x2 pixels of a square of dense pixels, `side` even.
void halve(const float* whole, int side, int channels, float* half) {
    const std::ptrdiff_t row = std::ptrdiff_t{side} * channels;
    for (int y = 0; y < side / 2; ++y)
        for (int x = 0; x < side / 2; ++x)
            for (int c = 0; c < channels; ++c) {
                const float* p = whole + 2 * y * row + 2 * x * channels + c;
                *half++ = block_mean(p, p + row, channels);
            }
}

}  // namespace

ScaleBlend::ScaleBlend(Network& network, const TrainingImage& image, ThreadTeam& team)
    : network_(network), image_(image), team_(team) {
    network.plan(2 * kInner, 2 * kInner, false);
    network.plan(kInner, kInner, false);
}

bool ScaleBlend::fits(const NetworkShape& shape, const ImageView& image) {
    return std::min(image.width, image.height) >= 2 * padded(shape);
}

void ScaleBlend::reserve(ArenaPlan& plan) {
    const int side = 2 * padded(network_.shape()), channels = network_.shape().channels;
    const std::size_t samples = ops::dense_size(side, side, channels);
    packed_fine_ = plan.reserve<float>(network_.packed_size());
    packed_coarse_ = plan.reserve<float>(network_.packed_size());
    sums_ = plan.reserve<double>(2 * kWindows);
    threads_.clear();
    for (int thread = 0; thread < team_.size(); ++thread)
        threads_.push_back({network_.reserve(plan, 2 * kInner, 2 * kInner, false),
                            network_.reserve(plan, kInner, kInner, false), plan.reserve<float>(samples),
                            plan.reserve<float>(samples), plan.reserve<float>(samples)});
}

ScaleBlend::Sums ScaleBlend::compare(const Arena& arena, const Window& memory, std::int64_t index,
                                     std::span<const float> fine, std::span<const float> coarse) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const int half_side = padded(network_.shape()), side = 2 * half_side;
    float* noisy = arena[memory.noisy].data();
    float* added = arena[memory.noise].data();
    const auto window = static_cast<std::uint64_t>(index);
    const RandomBlock words = random_block(image_.seed, kPlaces, window);
    image_.scale.load(image_.view, uniform_index(words[0], image_.view.width - side + 1),
                      uniform_index(words[1], image_.view.height - side + 1), side, side, noisy,
                      std::ptrdiff_t{side} * channels);
    clip(image_.scale.limit(), noisy, ops::dense_size(side, side, channels));
    draw_noise(image_, kNoise + window, noisy, side, side, added);
    float* more = arena[memory.more].data();
    for (std::size_t i = 0; i < ops::dense_size(side, side, channels); ++i) more[i] = recorrupted(noisy[i], added[i]);

    // The middle of the window, and as much around it as the network sees.
    const Pass pass = Network::resolve(arena, memory.fine);
    const int inner = 2 * kInner, with_halo = inner + 2 * halo;
    const std::ptrdiff_t row = std::ptrdiff_t{side} * channels;
    for (int y = 0; y < with_halo; ++y)
        std::copy_n(more + (y + halo) * row + halo * channels, with_halo * channels,
                    pass.activations[0] + y * with_halo * channels);
    network_.forward(inner, inner, {0, 0, with_halo, with_halo}, fine.data(), arena[packed_fine_].data(), pass);

    const Pass half_pass = Network::resolve(arena, memory.coarse);
    halve(more, side, channels, half_pass.activations[0]);
    Sums sums;
    network_.forward(kInner, kInner, {0, 0, half_side, half_side}, coarse.data(), arena[packed_coarse_].data(),
                     half_pass);
    const auto at = [&](const float* whole, int x, int y, int c) {
        const float* p = whole + (2 * (y + halo)) * row + 2 * (x + halo) * channels + c;
        return block_mean(p, p + row, channels);
    };
    for (int y = 0; y < kInner; ++y)
        for (int x = 0; x < kInner; ++x)
            for (int c = 0; c < channels; ++c) {
                const float* p = pass.output + (2 * y * inner + 2 * x) * channels + c;
                const float fine_noise = block_mean(p, p + inner * channels, channels);
                const float coarse_noise = half_pass.output[(y * kInner + x) * channels + c];
                // Both results are the window with more noise, minus what a network takes for that.
                const float difference = fine_noise - coarse_noise;
                const float error = target(at(noisy, x, y, c), at(added, x, y, c)) - (at(more, x, y, c) - fine_noise);
                sums.product += double{error} * double{difference};
                sums.square += double{difference} * double{difference};
            }
    return sums;
}

float ScaleBlend::run(const Arena& arena, std::span<const float> fine, std::span<const float> coarse) const {
    network_.pack(fine.data(), arena[packed_fine_].data());
    network_.pack(coarse.data(), arena[packed_coarse_].data());
    const std::span<double> sums = arena[sums_];
    team_.run(kWindows, [&](std::int64_t window, int thread) {
        const Sums found = compare(arena, threads_[static_cast<std::size_t>(thread)], window, fine, coarse);
        sums[static_cast<std::size_t>(2 * window)] = found.product;
        sums[static_cast<std::size_t>(2 * window + 1)] = found.square;
    });
    double product = 0, square = 0;
    for (std::size_t i = 0; i < sums.size(); i += 2) product += sums[i], square += sums[i + 1];
    return square > 0 ? static_cast<float>(std::clamp(product / square, 0.0, 1.0)) : 0;
}

}  // namespace twofold::zsn2n
