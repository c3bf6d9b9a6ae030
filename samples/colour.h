// Colours of the sample scene, and the sRGB curve.
//
// The sample's pixels must come out the same on every machine, so everything here uses only operations that IEEE 754
// defines to the last bit (+ - * / and floor); functions of the C library such as pow and sin are not among them.
#ifndef TWOFOLD_SAMPLES_COLOUR_H
#define TWOFOLD_SAMPLES_COLOUR_H

#include <algorithm>
#include <cstdint>

namespace twofold::samples {

// Linear light, 1 = white.
struct Colour {
    double r = 0, g = 0, b = 0;
};

inline Colour operator+(Colour a, Colour b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Colour operator*(Colour a, double s) { return {a.r * s, a.g * s, a.b * s}; }
inline Colour mix(Colour a, Colour b, double t) { return a * (1 - t) + b * t; }

// sRGB's decoding curve, [0, 1] to linear light.
double srgb_decode(double encoded);
// sRGB's encoding curve with rounding to 8 bits; values outside [0, 1] are clipped as a camera clips them.
std::uint8_t srgb_encode_8bit(double linear);
// 0xRRGGBB in sRGB to linear light.
Colour from_srgb(std::uint32_t hex);

}  // namespace twofold::samples

#endif
