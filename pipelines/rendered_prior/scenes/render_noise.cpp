#include "pipelines/rendered_prior/scenes/render_noise.h"

#include <algorithm>
#include <cmath>

#include "pipelines/rendered_prior/scenes/blur.h"
#include "pipelines/rendered_prior/scenes/jpeg_loss.h"

namespace twofold::rendered {
namespace {

constexpr double kGamma = 2.2;

// A number of photons of the given mean, as good as a Poisson variable for what it is needed for.
double photons(Draws& draws, double mean) {
    if (mean <= 0) return 0;
    if (mean > 30) return std::max(0.0, mean + std::sqrt(mean) * draws.normal());
    const double limit = std::exp(-mean);
    double product = draws.uniform();
    int count = 0;
    for (; product > limit; ++count) product *= draws.uniform();
    return count;
}

double noisy_sample(Draws& draws, const NoiseSettings& settings, std::size_t channel, double value) {
    const double gain = settings.gain[channel];
    const double light = gain > 0 ? gain * photons(draws, value / gain) : value;
    return light + settings.read_noise[channel] * draws.normal();
}

std::size_t bayer_channel(int x, int y) { return static_cast<std::size_t>(x % 2 + y % 2); }

// The mean of the neighbours that have the channel.
std::vector<float> demosaiced(const std::vector<float>& mosaic, int side) {
    std::vector<float> image(3 * mosaic.size());
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            std::array<float, 3> sum{}, weight{};
            for (int dy = -1; dy <= 1; ++dy)
                for (int dx = -1; dx <= 1; ++dx) {
                    // Mirrored so that the pattern goes on.
                    const int u = x + dx < 0 ? 1 : x + dx >= side ? side - 2 : x + dx;
                    const int v = y + dy < 0 ? 1 : y + dy >= side ? side - 2 : y + dy;
                    const std::size_t c = bayer_channel(u, v);
                    const float near = dx == 0 && dy == 0 ? 1000.0f : dx == 0 || dy == 0 ? 2.0f : 1.0f;
                    sum[c] += near * mosaic[static_cast<std::size_t>(v * side + u)];
                    weight[c] += near;
                }
            for (std::size_t c = 0; c < 3; ++c)
                image[3 * static_cast<std::size_t>(y * side + x) + c] = sum[c] / weight[c];
        }
    return image;
}

struct Camera {
    std::array<double, 3> balance;  // by which the channels are multiplied after the sensor
};

// From display values to what the sensor counts, with its noise or without, and back.
std::vector<float> through_camera(Draws& draws, const NoiseSettings& settings, const Camera& camera, bool noisy,
                                  int side, const std::vector<float>& image) {
    std::vector<float> mosaic(static_cast<std::size_t>(side * side));
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const std::size_t c = bayer_channel(x, y), i = static_cast<std::size_t>(y * side + x);
            const double light = std::pow(double{image[3 * i + c]}, kGamma) / camera.balance[c];
            mosaic[i] =
                static_cast<float>(noisy ? std::clamp(noisy_sample(draws, settings, c, light), 0.0, 1.0) : light);
        }
    std::vector<float> result = demosaiced(mosaic, side);
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] =
            static_cast<float>(std::pow(std::clamp(double{result[i]} * camera.balance[i % 3], 0.0, 1.0), 1 / kGamma));
    if (settings.sharpening > 0) {
        std::vector<float> soft = result;
        blur(&soft, side, 3, 1);
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] += static_cast<float>(settings.sharpening) * (result[i] - soft[i]);
    }
    return result;
}

}  // namespace

NoiseSettings draw_noise_settings(Draws& draws, double camera) {
    NoiseSettings settings;
    settings.camera = draws.chance(camera);
    if (settings.camera) {
        const double gain = draws.log_uniform(2e-4, 2e-2);
        settings.gain.fill(gain);
        settings.read_noise.fill(gain * draws.uniform(0.3, 3));
        settings.sharpening = draws.chance(0.4) ? draws.uniform(0, 0.8) : 0;
        settings.jpeg_quality = draws.chance(0.8) ? static_cast<int>(draws.uniform(70, 99)) : 0;
        return settings;
    }
    const double kind = draws.uniform();
    if (kind < 0.6)
        settings.read_noise.fill((draws.chance(0.6) ? draws.uniform(2, 60) : draws.log_uniform(1, 60)) / 255);
    if (kind > 0.6) settings.gain.fill(1 / draws.log_uniform(5, 500));
    if (kind > 0.6 && kind < 0.75) settings.read_noise.fill(draws.log_uniform(0.5, 25) / 255);
    if (draws.chance(0.2)) {
        for (double& sigma : settings.read_noise) sigma *= draws.log_uniform(0.5, 2);
        for (double& gain : settings.gain) gain *= draws.log_uniform(0.6, 1.6);
    }
    if (draws.chance(0.06)) settings.row_noise = draws.log_uniform(0.5, 8) / 255;
    settings.clipped = draws.chance(0.85);
    settings.rounded = settings.clipped && draws.chance(0.8);
    return settings;
}

std::vector<float> render_noise(Draws& draws, const NoiseSettings& settings, int side, std::vector<float>* image) {
    std::vector<float> noisy(image->size());
    if (settings.camera) {
        const Camera camera = {{draws.uniform(1.2, 2.4), 1, draws.uniform(1.2, 2.2)}};
        noisy = through_camera(draws, settings, camera, true, side, *image);
        *image = through_camera(draws, settings, camera, false, side, *image);
        if (settings.jpeg_quality > 0) add_jpeg_loss(settings.jpeg_quality, side, &noisy);
    } else {
        const auto row = static_cast<std::size_t>(3 * side);
        double shift = 0;
        for (std::size_t i = 0; i < noisy.size(); ++i) {
            if (i % row == 0) shift = settings.row_noise * draws.normal();
            if (settings.same_in_channels && i % 3 != 0)
                noisy[i] = noisy[i - 1];
            else
                noisy[i] = static_cast<float>(noisy_sample(draws, settings, i % 3, double{(*image)[i]}) + shift);
        }
    }
    if (settings.clipped)
        for (float& value : noisy) value = std::clamp(value, 0.0f, 1.0f);
    if (settings.rounded)
        for (float& value : noisy) value = std::nearbyint(255 * value) / 255;
    return noisy;
}

}  // namespace twofold::rendered
