#include "samples/colour.h"

#include <array>

namespace twofold::samples {
namespace {

// x^0.4 for x in (0, 1.2] as the fifth root of x^2, by Newton's method from above, where it cannot overshoot.
double power_two_fifths(double x) {
    const double square = x * x;
    double root = 1.1;
    for (int i = 0; i < 60; ++i) {
        const double fourth = root * root * root * root;
        root = root - (root - square / fourth) / 5;
    }
    return root;
}

// Entry k is the linear value half way between the codes k and k + 1.
std::array<double, 255> make_thresholds() {
    std::array<double, 255> thresholds{};
    for (int k = 0; k < 255; ++k) thresholds[static_cast<std::size_t>(k)] = srgb_decode((k + 0.5) / 255);
    return thresholds;
}

}  // namespace

double srgb_decode(double encoded) {
    if (encoded <= 0.04045) return encoded / 12.92;
    const double base = (encoded + 0.055) / 1.055;
    return base * base * power_two_fifths(base);
}

std::uint8_t srgb_encode_8bit(double linear) {
    static const std::array<double, 255> thresholds = make_thresholds();
    return static_cast<std::uint8_t>(std::upper_bound(thresholds.begin(), thresholds.end(), linear) -
                                     thresholds.begin());
}

Colour from_srgb(std::uint32_t hex) {
    const auto channel = [hex](int shift) { return srgb_decode(((hex >> shift) & 0xFF) / 255.0); };
    return {channel(16), channel(8), channel(0)};
}

}  // namespace twofold::samples
