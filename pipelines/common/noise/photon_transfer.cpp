#include "pipelines/common/noise/photon_transfer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/clipped_noise.h"

namespace twofold {
namespace {

constexpr std::size_t kClasses = 8;  // of brightness, with equally many windows
constexpr int kRounds = 6;
constexpr double kFirstGuess = 0.01;                  // standard deviation
constexpr double kBetter = 0.9;                       // how much smaller the error is of a fit that is taken for better
constexpr std::size_t kEnough = 1024, kFewest = 256;  // windows to measure by
constexpr std::array kMostClipped = {5, 10, 20, ChannelWindow::kSamples / 4};  // samples of a window, best first
constexpr double kLeastShare = 0.05;  // of the mean variance, below which a channel's own is not believed
constexpr double kLeast = 1e-12;      // variance of an image without noise
constexpr double kTexturedMisfit = 0.15;
constexpr double kMisfit = 0.08;  // relative error that one source of noise may leave before there are two
// Textured classes lie above the line of the noise: a point that does by so much counts half.
constexpr double kEnvelope = 0.05;
constexpr int kEnvelopeRounds = 12;
constexpr double kMostTextured = 0.3, kMostError = 0.5;  // relative errors that count no more when they grow
constexpr double kSame = 1e-6;                           // difference of squared errors that decides nothing
// Noise behind a tone curve: its standard deviation goes with brightness to the power of -1.2 (electronics) to -0.1
// (photons).
constexpr double kLeastFall = 0.12, kCertainty = 3;  // standard errors
constexpr double kDarkest = 1.0 / 255;               // brightness whose logarithm says something

using Windows = std::vector<ChannelWindow>;
using Class = std::span<const ChannelWindow>;
using Noises = std::vector<ClippedNoise>;  // a channel each

// Windows with few samples at a bound, if there are enough of them: what clipping has taken from the others is known
// less well. At the very least those that show more noise than bounds; and all of these where channels stand alone,
// which need as many smooth windows as there are.
Windows exposed(Windows windows, bool apart) {
    for (const int most : kMostClipped) {
        if (!apart && most < kMostClipped.back()) continue;
        const auto is_clipped = [&](const ChannelWindow& window) { return window.clipped > most; };
        const auto left = windows.size() - static_cast<std::size_t>(std::ranges::count_if(windows, is_clipped));
        if (left < (most < kMostClipped.back() ? kEnough : kFewest)) continue;
        std::erase_if(windows, is_clipped);
        break;
    }
    return windows;
}

// Variance of the noise in a class before it was clipped. `left` and `before` tell what is expected of a window, and
// `energy` what has been measured.
template <typename Left, typename Before, typename Energy>
double class_variance(Class windows, bool textured, const Left& left, const Before& before, const Energy& energy) {
    std::vector<float> ratios;
    ratios.reserve(windows.size());
    double mean = 0;
    for (const ChannelWindow& window : windows) {
        ratios.push_back(static_cast<float>(double{energy(window)} / std::max(kLeast, left(window))));
        mean += before(window) / double(windows.size());
    }
    const double quiet = textured ? double{quantile(ratios, kQuietTwentieth)} / kQuietTwentiethVariance
                                  : double{quantile(ratios, kQuietQuarter)} / kQuietQuarterVariance;
    return std::max(kLeast, mean * quiet);
}

std::array<double, 4> variances_apart(Class windows, const Noises& noises) {
    std::array<double, 3> pair{};
    constexpr std::size_t kFirst[] = {0, 0, 1}, kSecond[] = {1, 2, 2};
    for (std::size_t p = 0; p < 3; ++p) {
        const auto sum = [&](const ChannelWindow& w, auto member) {
            return (noises[kFirst[p]].*member)(double{w.brightness[kFirst[p]]}) +
                   (noises[kSecond[p]].*member)(double{w.brightness[kSecond[p]]});
        };
        pair[p] = class_variance(
            windows, false, [&](const ChannelWindow& w) { return sum(w, &ClippedNoise::variance); },
            [&](const ChannelWindow& w) { return sum(w, &ClippedNoise::variance_before); },
            [&](const ChannelWindow& w) { return w.difference[p]; });
    }
    const double least = kLeastShare * (pair[0] + pair[1] + pair[2]) / 6;
    return {std::max(least, (pair[0] + pair[1] - pair[2]) / 2), std::max(least, (pair[0] + pair[2] - pair[1]) / 2),
            std::max(least, (pair[1] + pair[2] - pair[0]) / 2), 0};
}

std::array<double, 4> variances_alone(Class windows, const Noises& noises) {
    std::array<double, 4> variances{};
    for (std::size_t c = 0; c < noises.size(); ++c)
        variances[c] = class_variance(
            windows, true, [&](const ChannelWindow& w) { return noises[c].variance(double{w.brightness[c]}); },
            [&](const ChannelWindow& w) { return noises[c].variance_before(double{w.brightness[c]}); },
            [&](const ChannelWindow& w) { return w.energy[c]; });
    return variances;
}

double mean_brightness(Class windows, std::size_t channel, const ClippedNoise& noise) {
    double sum = 0;
    for (const ChannelWindow& window : windows) sum += noise.brightness_before(double{window.brightness[channel]});
    return sum / double(windows.size());
}

// Sums of a weighted least-squares line; the weights make errors relative.
struct LineSums {
    double w = 0, x = 0, y = 0, xx = 0, xy = 0;

    LineSums(const LevelCurve& curve, const std::vector<double>& weights) {
        for (std::size_t i = 0; i < curve.size(); ++i) {
            const LevelPoint& point = curve[i];
            const double weight = weights[i] / std::max(kLeast * kLeast, point.variance * point.variance);
            w += weight;
            x += weight * point.brightness;
            y += weight * point.variance;
            xx += weight * point.brightness * point.brightness;
            xy += weight * point.brightness * point.variance;
        }
    }
};

// How far a point lies above a line, relative to the line.
double excess(const LevelPoint& point, const PhotonTransfer& line) {
    return point.variance / std::max(kLeast, line.variance(point.brightness)) - 1;
}

double squared_error(const LevelCurve& curve, const PhotonTransfer& line, bool textured) {
    double sum = 0;
    for (const LevelPoint& point : curve) {
        double error = line.variance(point.brightness) / std::max(kLeast, point.variance) - 1;
        if (textured) error = std::clamp(error, -kMostTextured, kMostError);
        sum += error * error;
    }
    return sum / double(curve.size());
}

// The same at every brightness.
PhotonTransfer electronics(const LineSums& sums) { return {0, std::sqrt(sums.y / sums.w), 0}; }

// In proportion to brightness.
PhotonTransfer photons(const LineSums& sums) { return {sums.xx > 0 ? std::max(0.0, sums.xy / sums.xx) : 0, 0, 0}; }

// Any line that does not fall.
PhotonTransfer both(const LineSums& sums) {
    const double determinant = sums.w * sums.xx - sums.x * sums.x;
    if (determinant <= 1e-9 * sums.w * sums.xx) return electronics(sums);  // one brightness shows no slope
    const double slope = (sums.w * sums.xy - sums.x * sums.y) / determinant;
    if (slope <= 0) return electronics(sums);
    const double at_zero = (sums.y - slope * sums.x) / sums.w;
    return at_zero >= 0 ? PhotonTransfer{slope, std::sqrt(at_zero), 0} : PhotonTransfer{slope, 0, -at_zero / slope};
}

LineFits fit_lines(std::span<const LevelCurve> curves, bool textured, PhotonTransfer (*line)(const LineSums&)) {
    LineFits fits;
    for (const LevelCurve& curve : curves) {
        std::vector<double> weights(curve.size(), 1);
        PhotonTransfer fit = line(LineSums(curve, weights));
        for (int round = 0; textured && round < kEnvelopeRounds; ++round) {
            for (std::size_t i = 0; i < curve.size(); ++i) {
                const double above = std::max(0.0, excess(curve[i], fit)) / kEnvelope;
                weights[i] = 1 / (1 + above * above);
            }
            fit = line(LineSums(curve, weights));
        }
        fits.line.push_back(fit);
        fits.error += squared_error(curve, fit, textured) / double(curves.size());
    }
    return fits;
}

}  // namespace

double PhotonTransfer::variance(double brightness) const {
    return gain * std::max(0.0, brightness - offset) + read_noise * read_noise;
}

LineFits fit_photon_transfer(std::span<const LevelCurve> curves, bool textured) {
    LineFits best = fit_lines(curves, textured, &electronics);
    const LineFits light = fit_lines(curves, textured, &photons);
    if (light.error + kSame < best.error) best = light;
    LineFits sum = fit_lines(curves, textured, &both);
    sum.error += textured ? kTexturedMisfit * kTexturedMisfit : kMisfit * kMisfit;
    return sum.error < best.error ? sum : best;
}

namespace {

// Lines through what is known of the noise, with no bounds or these.
struct ClippedFit {
    Clipping clipping;
    LineFits lines;
    std::vector<LevelCurve> curves;
};

// `windows` by brightness. Inside a class the noise changes with brightness, too, and clipping takes away the more of
// it the stronger it is: both are known better from round to round.
ClippedFit fit_channels(const Windows& windows, int channels, bool apart, Clipping clipping) {
    ClippedFit fit{clipping, {}, {}};
    fit.lines.line.assign(static_cast<std::size_t>(channels), PhotonTransfer{0, kFirstGuess, 0});
    for (int round = 0; round < kRounds; ++round) {
        Noises noises;
        for (const PhotonTransfer& line : fit.lines.line) noises.emplace_back(line, clipping);
        fit.curves.assign(noises.size(), {});
        for (std::size_t k = 0; k < kClasses; ++k) {
            const std::size_t begin = k * windows.size() / kClasses, end = (k + 1) * windows.size() / kClasses;
            const Class members(windows.data() + begin, end - begin);
            const std::array<double, 4> variances =
                apart ? variances_apart(members, noises) : variances_alone(members, noises);
            for (std::size_t c = 0; c < noises.size(); ++c)
                fit.curves[c].push_back({mean_brightness(members, c, noises[c]), variances[c]});
        }
        fit.lines = fit_photon_transfer(fit.curves, !apart);
    }
    return fit;
}

// Of all channels, the exponent by which the noise's standard deviation goes with brightness, and how well it is known.
bool falls(std::span<const LevelCurve> curves) {
    double square = 0, product = 0, energy = 0, points = -1;
    for (const LevelCurve& curve : curves) {
        std::vector<double> x, y;
        for (const LevelPoint& point : curve) {
            x.push_back(std::log(std::max(kDarkest, point.brightness)));
            y.push_back(std::log(std::max(kLeast, point.variance)) / 2);
        }
        const auto count = double(curve.size());
        const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
        const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
        for (std::size_t i = 0; i < x.size(); ++i) {
            square += (x[i] - mean_x) * (x[i] - mean_x);
            product += (x[i] - mean_x) * (y[i] - mean_y);
            energy += (y[i] - mean_y) * (y[i] - mean_y);
        }
        points += count - 1;
    }
    if (square <= 0 || points <= 0) return false;
    const double exponent = product / square;
    const double error = std::sqrt(std::max(0.0, energy - exponent * product) / points / square);
    return exponent < -kLeastFall && exponent < -kCertainty * error;
}

Windows by_brightness(Windows windows) {
    std::ranges::sort(windows, [](const ChannelWindow& a, const ChannelWindow& b) {
        return a.mean_brightness != b.mean_brightness ? a.mean_brightness < b.mean_brightness
                                                      : a.mean_energy < b.mean_energy;
    });
    return windows;
}

// `all`: of the image.
ChannelTransfers transfers_of(const ClippedFit& fit, const Windows& all) {
    ChannelTransfers result;
    result.clipping = fit.clipping;
    for (std::size_t c = 0; c < fit.lines.line.size(); ++c) {
        result.channel[c] = fit.lines.line[c];
        for (const ChannelWindow& window : all)
            result.variance[c] += result.channel[c].variance(double{window.brightness[c]}) / double(all.size());
    }
    result.falls = falls(fit.curves);
    return result;
}

}  // namespace

ChannelTransfers measure_photon_transfer(const ImageView& image, const WhiteLevel& white, bool apart) {
    const Windows all = sample_channel_windows(image, white), windows = by_brightness(exposed(all, apart));
    // Noise that was added to a picture is cut off at both ends, photons only at the bright one, and float samples may
    // not be cut off at all. What fits best tells.
    ClippedFit best = fit_channels(windows, image.colour_channels(), apart, {});
    for (const Clipping clipping : {Clipping{false, true}, Clipping{true, true}}) {
        ClippedFit fit = fit_channels(windows, image.colour_channels(), apart, clipping);
        if (fit.lines.error < kBetter * best.lines.error) best = std::move(fit);
    }
    return transfers_of(best, all);
}

ChannelTransfers measure_photon_transfer(const Windows& windows, int channels, bool apart, Clipping piled_up) {
    const Windows sorted = by_brightness(exposed(windows, apart));
    ClippedFit best = fit_channels(sorted, channels, apart, {false, piled_up.at_white});
    if (piled_up.at_black) {
        // Photons are few where it is dark, and black samples no sign of a bound.
        ClippedFit fit = fit_channels(sorted, channels, apart, piled_up);
        const bool photons =
            std::ranges::all_of(best.lines.line, [](const auto& line) { return line.read_noise == 0; });
        if (!photons || fit.lines.error < kBetter * best.lines.error) best = std::move(fit);
    }
    return transfers_of(best, windows);
}

}  // namespace twofold
