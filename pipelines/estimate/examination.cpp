#include "pipelines/estimate/examination.h"

#include <algorithm>
#include <cmath>

#include "pipelines/estimate/residual_tiles.h"

namespace twofold {
namespace {

// Found on Kodak and camera pictures, see docs/noise.md.
constexpr double kStructure = 0.1;      // correlation of a part that is picture
constexpr double kChance = 4.2;         // standard deviations that chance does not reach: 0.1 for 24x24 colour pixels
constexpr double kVisible = 1.0 / 255;  // structure and noise that are weaker do not matter
constexpr double kMostStructured = 0.03;
constexpr double kMostVariance = 1.25, kLeastVariance = 0.5;
// What is known of the correlation of correlated noise is known less well.
constexpr double kMostCorrelation = 0.15, kMostOfCorrelated = 0.25;
constexpr double kFewestSamples = 3 * 64;  // for a part to be judged

// Correlation of the noise that a lag's product shows beside its energy.
double noise_correlation(const NoiseEstimate& noise, Lag lag) {
    if (!noise.correlated) return 0;
    return noise.autocorrelation[static_cast<std::size_t>(kCorrelationReach + lag.dy)]
                                [static_cast<std::size_t>(kCorrelationReach + lag.dx)];
}

// Picture, unlike noise, goes on in some direction.
double structure(const ResidualSums& sums, const NoiseEstimate& noise) {
    if (sums.samples < kFewestSamples) return 0;
    const double energy = std::min(1.0, sums.energy / sums.samples);
    double largest = 0;
    for (std::size_t k = 0; k < kLags.size(); ++k)
        largest = std::max(largest, sums.products[k] / sums.samples - energy * noise_correlation(noise, kLags[k]));
    return largest;
}

// How many samples with noise of their own one takes that has it in common with its neighbours.
double samples_alike(const NoiseEstimate& noise, int channels) {
    if (!noise.correlated) return 1;
    double sum = 0;
    for (const auto& row : noise.autocorrelation)
        for (const double correlation : row) sum += correlation * correlation;
    return sum * channels;
}

bool is_picture(double structure, const ResidualSums& sums, double alike) {
    return structure > std::max(kStructure, kChance * std::sqrt(alike / sums.samples)) &&
           structure * sums.noise / sums.samples > kVisible * kVisible;
}

double correlation(const ResidualSums& sums, const NoiseEstimate& noise) {
    double largest = 0;
    if (sums.energy <= 0) return 0;
    for (std::size_t k = 0; k < kLags.size(); ++k) {
        const double beyond = sums.products[k] / sums.energy - noise_correlation(noise, kLags[k]);
        if (std::abs(beyond) > std::abs(largest)) largest = beyond;
    }
    return largest;
}

// What the mean of noise may be: a fraction of it that cannot be seen, and what chance does to a small image.
double most_bias(double sigma, double pixels) { return 0.5 / 255 + 0.03 * sigma + 4 * sigma / std::sqrt(pixels); }

double bias(const ResidualTiles& tiles) {
    double sum = 0;
    for (const ChannelResidual& channel : tiles.channel) sum += std::abs(channel.sum);
    return sum;
}

// Noise behind a tone curve is darker in the mean than what it hides, and noise that was cut off at black is brighter.
// A result may have made that good or not.
ResidualTiles likely_residual(const ImageView& noisy, const ImageView& denoised, const NoiseEstimate& noise,
                              double strength) {
    ResidualTiles plain = sum_residual(noisy, denoised, noise, strength);
    ToneShift tone;
    ClippingShift clipping;
    const float white = noise.white.white;
    if (noise.correlated) {
        tone = measure_tone_shift(noisy, white, denoised, output_white(noisy, denoised, white), strength);
        if (tone.strength == 0) return plain;
    } else {
        clipping = find_shift(noisy, noise.white, noise.level);
        if (clipping.is_none()) return plain;
    }
    ResidualTiles without = sum_residual(noisy, denoised, noise, strength, tone, clipping);
    return bias(without) < bias(plain) ? without : plain;
}

}  // namespace

Examination examine(const ImageView& noisy, const ImageView& denoised, float white, double strength) {
    const NoiseEstimate noise = measure_noise_level(noisy, white);
    const ResidualTiles tiles = likely_residual(noisy, denoised, noise, strength);
    const ResidualSums all = tiles.all();

    Examination result;
    const double pixels = double(noisy.width) * double(noisy.height);
    for (std::size_t c = 0; c < static_cast<std::size_t>(noisy.colour_channels()); ++c) {
        const ChannelResidual& channel = tiles.channel[c];
        result.mean[c] = channel.sum / pixels;
        result.sigma[c] = std::sqrt(std::max(0.0, channel.mean_square() - result.mean[c] * result.mean[c]));
        result.noise_sigma[c] = std::sqrt(channel.noise_variance());
        if (std::abs(result.mean[c]) > most_bias(noise.sigma[c], pixels)) result.warnings |= kResidualBiased;
    }

    result.map.columns = tiles.columns;
    result.map.rows = tiles.rows;
    const double alike = samples_alike(noise, noisy.colour_channels());
    std::int64_t judged = 0, pictures = 0;
    for (std::int64_t y = 0; y < tiles.rows; ++y)
        for (std::int64_t x = 0; x < tiles.columns; ++x) {
            const ResidualSums sums = tiles.around(x, y);
            const double value = structure(sums, noise);
            result.map.tiles.push_back(static_cast<float>(value));
            if (sums.samples < kFewestSamples) continue;
            ++judged;
            if (is_picture(value, sums, alike)) ++pictures;
        }
    if (judged > 0) result.structured = double(pictures) / double(judged);
    if (result.structured > kMostStructured) result.warnings |= kResidualStructured;

    if (all.samples >= kFewestSamples) {
        const double variance = all.noise / all.samples;
        result.variance_ratio = all.energy / all.samples;
        result.correlation = correlation(all, noise);
        const auto shows = [&](double share) { return share * variance > kVisible * kVisible; };
        if (result.variance_ratio > kMostVariance && shows(result.variance_ratio - 1))
            result.warnings |= kResidualStrong;
        if (result.variance_ratio < kLeastVariance && shows(1 - result.variance_ratio))
            result.warnings |= kResidualWeak;
        if (std::abs(result.correlation) > (noise.correlated ? kMostOfCorrelated : kMostCorrelation) &&
            shows(std::abs(result.correlation)))
            result.warnings |= kResidualCoarse;
    }
    return result;
}

}  // namespace twofold
