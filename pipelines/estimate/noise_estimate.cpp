#include "pipelines/estimate/noise_estimate.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pipelines/common/noise/chroma_noise.h"
#include "pipelines/common/noise/line_noise.h"
#include "pipelines/common/noise/noise_bands.h"
#include "runtime/error.h"

namespace twofold {
namespace {

constexpr double kLeastVariance = 1e-10;  // of noise; -100 dB below white
constexpr int kLineWindows = 1024;

// The noise of images whose neighbours share it: the level as measured, and a line through it.
void take_texture(const NoiseTexture& texture, int channels, NoiseEstimate* estimate) {
    estimate->level = texture.model();
    const std::vector<PhotonTransfer> lines = fit_photon_transfer(texture.curves()).line;
    std::ranges::copy(lines, estimate->line.begin());
    for (int c = 0; c < channels; ++c) estimate->sigma[static_cast<std::size_t>(c)] = texture.sigma(c);
}

// Noise of single pixels: lines, and the level that follows from them.
void take_lines(const ImageView& image, bool apart, NoiseEstimate* estimate) {
    const ChannelTransfers transfers = measure_photon_transfer(image, estimate->white, apart);
    estimate->line = transfers.channel;
    estimate->level.measured = true;
    estimate->level.apart = apart;
    for (std::size_t c = 0; c < static_cast<std::size_t>(image.colour_channels()); ++c) {
        estimate->sigma[c] = std::sqrt(transfers.variance[c]);
        for (std::size_t k = 0; k <= NoiseModel::kIntervals; ++k)
            estimate->level.sigma[c][k] =
                static_cast<float>(std::sqrt(transfers.channel[c].variance(double(k) / NoiseModel::kIntervals)));
    }
}

// Mean square of each channel, where white is 1.
std::array<double, 4> mean_squares(const ImageView& image, const WhiteLevel& white) {
    const auto channels = static_cast<std::size_t>(image.colour_channels());
    std::vector<float> row(static_cast<std::size_t>(image.width) * channels);
    std::array<double, 4> sums{};
    for (std::int64_t y = 0; y < image.height; ++y) {
        load_rectangle(image, white.white, 0, y, image.width, 1, row.data(), static_cast<std::ptrdiff_t>(row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) sums[i % channels] += double{row[i]} * double{row[i]};
    }
    for (double& sum : sums) sum /= double(image.width) * double(image.height);
    return sums;
}

double decibels(double signal, double noise) {
    return 10 * std::log10(std::max(kLeastVariance, signal) / std::max(kLeastVariance, noise));
}

}  // namespace

NoiseEstimate measure_noise_level(const ImageView& image, float white) {
    if (image.width < NoiseTexture::kSmallestSide || image.height < NoiseTexture::kSmallestSide)
        throw Error(ErrorCode::kUnsupported, "an image of " + std::to_string(image.width) + "x" +
                                                 std::to_string(image.height) +
                                                 " pixels is too small to measure its noise, which takes 24x24");
    NoiseEstimate estimate;
    estimate.white = find_white_level(image, white);
    estimate.correlated = measure_noise_bands(image, estimate.white).correlated();
    const bool apart = !estimate.correlated && !measure_chroma_noise(image, estimate.white).shared;
    const int channels = image.colour_channels();
    if (estimate.correlated)
        take_texture(NoiseTexture(image, estimate.white), channels, &estimate);
    else
        take_lines(image, apart, &estimate);
    double variance = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
        variance += estimate.sigma[c] * estimate.sigma[c] / channels;
    estimate.mean_sigma = std::sqrt(variance);
    estimate.level.mean_sigma = estimate.mean_sigma;
    estimate.autocorrelation = measure_autocorrelation(image, estimate.white, apart);
    static_cast<SampleBounds&>(estimate.census) = find_bounds(image);
    return estimate;
}

NoiseEstimate measure_noise(const ImageView& image, float white) {
    NoiseEstimate estimate = measure_noise_level(image, white);
    estimate.row_noise = measure_row_noise(image, estimate.white, kLineWindows);
    estimate.column_noise = measure_column_noise(image, estimate.white, kLineWindows);
    const std::array<double, 4> squares = mean_squares(image, estimate.white);
    const int channels = image.colour_channels();
    const double variance = estimate.mean_sigma * estimate.mean_sigma;
    double signal = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        const double noise = estimate.sigma[c] * estimate.sigma[c];
        estimate.snr[c] = decibels(squares[c] - noise, noise);
        signal += (squares[c] - noise) / channels;
    }
    estimate.mean_snr = decibels(signal, variance);
    estimate.census = count_samples(image, estimate.white, estimate.level, estimate.census);
    return estimate;
}

}  // namespace twofold
