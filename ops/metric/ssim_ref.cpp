#include <algorithm>
#include <cmath>

#include "ops/metric/metric.h"

namespace twofold::ops {

std::array<double, metric::kTaps> metric::gaussian_window() {
    std::array<double, kTaps> window{};
    double sum = 0;
    for (int i = -kRadius; i <= kRadius; ++i) {
        window[static_cast<std::size_t>(i + kRadius)] = std::exp(-i * i / (2 * 1.5 * 1.5));
        sum += window[static_cast<std::size_t>(i + kRadius)];
    }
    for (double& weight : window) weight /= sum;
    return window;
}

double ssim_ref(const float* a, const float* b, std::int64_t width, std::int64_t height) {
    using metric::kRadius;
    const auto window = metric::gaussian_window();
    double total = 0;
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
            double sum = 0, sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
            for (std::int64_t v = std::max<std::int64_t>(0, y - kRadius); v <= std::min(height - 1, y + kRadius); ++v) {
                for (std::int64_t u = std::max<std::int64_t>(0, x - kRadius); u <= std::min(width - 1, x + kRadius);
                     ++u) {
                    const double weight = window[static_cast<std::size_t>(v - y + kRadius)] *
                                          window[static_cast<std::size_t>(u - x + kRadius)];
                    const double p = a[v * width + u], q = b[v * width + u];
                    sum += weight;
                    sum_a += weight * p;
                    sum_b += weight * q;
                    sum_aa += weight * p * p;
                    sum_bb += weight * q * q;
                    sum_ab += weight * p * q;
                }
            }
            total += metric::similarity(sum_a / sum, sum_b / sum, sum_aa / sum, sum_bb / sum, sum_ab / sum);
        }
    }
    return total / static_cast<double>(width * height);
}

}  // namespace twofold::ops
