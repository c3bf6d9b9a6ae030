// The noise has the strength that the camera's settings say, and the tone curve is sRGB's.
#include <cmath>

#include "samples/camera.h"
#include "tests/support/catch.h"

using namespace twofold::samples;

namespace {

// Variance of the linear values that come out for a flat grey, per channel. Encoding to 8 bits adds a little.
double linear_variance(double grey, const Camera& camera, std::size_t channel) {
    const auto picture = develop_noisy(std::vector<Colour>(20000, Colour{grey, grey, grey}), camera, 3);
    double sum = 0, sum_of_squares = 0, count = 0;
    for (std::size_t i = channel; i < picture.size(); i += 3) {
        const double value = srgb_decode(picture[i] / 255.0);
        sum += value;
        sum_of_squares += value * value;
        ++count;
    }
    return sum_of_squares / count - (sum / count) * (sum / count);
}

}  // namespace

TEST_CASE("noise follows photons, read noise and white balance", "[samples]") {
    const Camera camera{400, 2, {2, 1, 1.5}};
    const double gains[3] = {2, 1, 1.5};
    for (const double grey : {0.2, 0.5}) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const double scale = gains[channel] / camera.photons_at_white;
            const double expected = grey * scale + camera.read_noise * camera.read_noise * scale * scale;
            const double measured = linear_variance(grey, camera, channel);
            INFO("grey " << grey << ", channel " << channel << ", " << measured << " for " << expected);
            CHECK(std::fabs(measured / expected - 1) < 0.05);
        }
    }
}

TEST_CASE("another seed gives other noise", "[samples]") {
    const std::vector<Colour> grey(1000, Colour{0.4, 0.4, 0.4});
    CHECK(develop_noisy(grey, Camera{}, 1) == develop_noisy(grey, Camera{}, 1));
    CHECK(develop_noisy(grey, Camera{}, 1) != develop_noisy(grey, Camera{}, 2));
}

TEST_CASE("the tone curve is that of sRGB", "[samples]") {
    for (int code = 0; code < 256; ++code) {
        const double encoded = code / 255.0;
        const double expected = encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
        CHECK(std::fabs(srgb_decode(encoded) - expected) < 1e-14);
        CHECK(srgb_encode_8bit(expected) == code);
    }
    CHECK(srgb_encode_8bit(-0.3) == 0);
    CHECK(srgb_encode_8bit(1.7) == 255);
}
