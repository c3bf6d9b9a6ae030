#include "ops/resample/resampling_weights.h"

#include <cmath>
#include <numbers>

namespace twofold::ops {

double lanczos(double t, int support) {
    if (t == 0) return 1;
    if (std::abs(t) >= support) return 0;
    const double a = std::numbers::pi * t;
    return support * std::sin(a) * std::sin(a / support) / (a * a);
}

double keys_cubic(double t) {
    const double x = std::abs(t);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return 0;
}

float Taps::weight_of(int k, int size) const {
    int from = k - first, to = from;
    if (k == 0) from = 0;
    if (k == size - 1) to = count - 1;
    float sum = 0;
    for (int t = from < 0 ? 0 : from; t <= to && t < count; ++t) sum += weights[t];
    return sum;
}

Taps make_taps(double (*kernel)(double t, int support), int support, double centre, double scale) {
    Taps taps{};
    // Strictly inside of the support: its ends have weight 0.
    taps.first = static_cast<int>(std::floor(centre - support * scale)) + 1;
    const int last = static_cast<int>(std::ceil(centre + support * scale)) - 1;
    taps.count = last - taps.first + 1;
    double sum = 0;
    for (int t = 0; t < taps.count; ++t) sum += kernel((taps.first + t - centre) / scale, support);
    for (int t = 0; t < taps.count; ++t)
        taps.weights[t] = static_cast<float>(kernel((taps.first + t - centre) / scale, support) / sum);
    return taps;
}

}  // namespace twofold::ops
