#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/metric/metric.h"

// The window is separable and all sums are linear, so each row is filtered once along x and kept until the eleven rows
// that a window spans are there. Rows hold interleaved channels and are filtered as one flat array in which neighbours
// lie `channels` apart. Outside the image lie zeros, which add nothing; what the cut window lacks is made up by
// dividing by the weight that is inside. The image is worked in vertical strips so that the eleven rows stay in cache.
//
// Measured: 15 M samples/s on one core of a 2.5 GHz Xeon, built with -O3 for SSE2.

namespace twofold::ops {
namespace {

using metric::kRadius;
using metric::kTaps;

constexpr std::int64_t kStripPixels = 256;
constexpr int kQuantities = 5;  // a, b, a*a, b*b, a*b

struct Sums {
    std::array<double, 4> squared_error{};
    std::array<double, 4> similarity{};
    std::array<double, 4> largest_error{};
};

// 1 / (weight of the window around `position` that lies inside [0, length)).
double inverse_inside(const std::array<double, kTaps>& window, std::int64_t position, std::int64_t length) {
    double inside = 0;
    for (int i = -kRadius; i <= kRadius; ++i) {
        if (position + i >= 0 && position + i < length) inside += window[static_cast<std::size_t>(i + kRadius)];
    }
    return 1 / inside;
}

class Strip {
  public:
    Strip(const ImageView& a, const ImageView& b)
        : a_(a),
          b_(b),
          colours_(a.colour_channels()),
          padded_(static_cast<std::size_t>((kStripPixels + 2 * kRadius) * colours_)),
          span_(static_cast<std::size_t>(kStripPixels * colours_)),
          samples_(2 * padded_),
          products_(kQuantities * padded_),
          filtered_(kTaps * kQuantities * span_),
          window_sums_(kQuantities * span_),
          norm_(span_) {}

    void add(std::int64_t x0, std::int64_t width, Sums* sums) {
        x0_ = x0;
        width_ = width;
        const std::int64_t height = a_.height;
        for (std::int64_t x = 0; x < width; ++x) {
            const double norm = inverse_inside(window_, x0 + x, a_.width);
            for (int c = 0; c < colours_; ++c) norm_[static_cast<std::size_t>(x * colours_ + c)] = norm;
        }
        std::int64_t ready = 0;
        for (std::int64_t y = 0; y < height; ++y) {
            for (; ready < std::min(height, y + kRadius + 1); ++ready) {
                load_row(ready);
                add_errors(sums);
                filter_row(ready);
            }
            add_similarity(y, sums);
        }
    }

  private:
    double* filtered(std::int64_t y, int quantity) {
        return filtered_.data() + static_cast<std::size_t>((y % kTaps) * kQuantities + quantity) * span_;
    }

    // Samples of the strip and what the window sees beside it, zero outside the image, and their products.
    void load_row(std::int64_t y) {
        const std::int64_t from = std::max<std::int64_t>(0, x0_ - kRadius);
        const std::int64_t to = std::min(a_.width, x0_ + width_ + kRadius);
        const std::int64_t offset = (from - (x0_ - kRadius)) * colours_;
        std::fill(samples_.begin(), samples_.end(), 0.0f);
        load_rectangle(a_, white(a_), from, y, to - from, 1, samples_.data() + offset, 0);
        load_rectangle(b_, white(b_), from, y, to - from, 1, samples_.data() + padded_ + offset, 0);
        const float* p = samples_.data();
        const float* q = samples_.data() + padded_;
        double* __restrict out = products_.data();
        for (std::size_t i = 0; i < padded_; ++i) {
            const double s = std::clamp(p[i], 0.0f, 1.0f), t = std::clamp(q[i], 0.0f, 1.0f);
            out[i] = s;
            out[padded_ + i] = t;
            out[2 * padded_ + i] = s * s;
            out[3 * padded_ + i] = t * t;
            out[4 * padded_ + i] = s * t;
        }
    }

    void add_errors(Sums* sums) const {
        for (int c = 0; c < colours_; ++c) {
            const double* p = products_.data() + kRadius * colours_ + c;
            const double* q = p + padded_;
            double squared = 0, largest = 0;
            for (std::int64_t x = 0; x < width_; ++x) {
                const double error = p[x * colours_] - q[x * colours_];
                squared += error * error;
                largest = std::max(largest, std::abs(error));
            }
            const auto channel = static_cast<std::size_t>(c);
            sums->squared_error[channel] += squared;
            sums->largest_error[channel] = std::max(sums->largest_error[channel], largest);
        }
    }

    void filter_row(std::int64_t y) {
        const auto count = static_cast<std::size_t>(width_ * colours_);
        const auto step = static_cast<std::size_t>(colours_);
        for (int quantity = 0; quantity < kQuantities; ++quantity) {
            const double* in = products_.data() + static_cast<std::size_t>(quantity) * padded_;
            double* __restrict out = filtered(y, quantity);
            const auto& w = window_;
            for (std::size_t i = 0; i < count; ++i) {
                const double* p = in + i;  // the window is symmetric: pairs share a weight
                out[i] = (w[0] * (p[0] + p[10 * step]) + w[1] * (p[step] + p[9 * step]) +
                          w[2] * (p[2 * step] + p[8 * step]) + w[3] * (p[3 * step] + p[7 * step]) +
                          w[4] * (p[4 * step] + p[6 * step]) + w[5] * p[5 * step]) *
                         norm_[i];
            }
        }
    }

    void add_similarity(std::int64_t y, Sums* sums) {
        const auto count = static_cast<std::size_t>(width_ * colours_);
        const double norm = inverse_inside(window_, y, a_.height);
        // Rows outside the image have weight 0, and some row's memory so that the loop need not know.
        std::array<double, kTaps> w{};
        std::array<std::int64_t, kTaps> row{};
        for (int i = 0; i < kTaps; ++i) {
            const std::int64_t v = y + i - kRadius;
            const bool inside = v >= 0 && v < a_.height;
            w[static_cast<std::size_t>(i)] = inside ? window_[static_cast<std::size_t>(i)] * norm : 0;
            row[static_cast<std::size_t>(i)] = inside ? v : y;
        }
        for (int quantity = 0; quantity < kQuantities; ++quantity) {
            std::array<const double*, kTaps> in{};
            for (std::size_t i = 0; i < kTaps; ++i) in[i] = filtered(row[i], quantity);
            double* __restrict out = window_sums_.data() + static_cast<std::size_t>(quantity) * span_;
            for (std::size_t i = 0; i < count; ++i) {
                out[i] = w[0] * in[0][i] + w[1] * in[1][i] + w[2] * in[2][i] + w[3] * in[3][i] + w[4] * in[4][i] +
                         w[5] * in[5][i] + w[6] * in[6][i] + w[7] * in[7][i] + w[8] * in[8][i] + w[9] * in[9][i] +
                         w[10] * in[10][i];
            }
        }
        const double* s = window_sums_.data();
        for (std::size_t c = 0; c < static_cast<std::size_t>(colours_); ++c) {
            double total = 0;
            for (std::size_t i = c; i < count; i += static_cast<std::size_t>(colours_)) {
                total += metric::similarity(s[i], s[span_ + i], s[2 * span_ + i], s[3 * span_ + i], s[4 * span_ + i]);
            }
            sums->similarity[c] += total;
        }
    }

    static float white(const ImageView& image) {
        return image.type == DataType::kFloat32 ? 1.0f : integer_white(image.type);
    }

    const ImageView a_, b_;
    const int colours_;
    const std::size_t padded_;  // samples of a row with what lies beside the strip
    const std::size_t span_;    // samples of a row
    const std::array<double, kTaps> window_ = metric::gaussian_window();
    std::vector<float> samples_;
    std::vector<double> products_, filtered_, window_sums_, norm_;
    std::int64_t x0_ = 0, width_ = 0;
};

double psnr(double squared_error, double samples) {
    return squared_error > 0 ? -10 * std::log10(squared_error / samples) : std::numeric_limits<double>::infinity();
}

}  // namespace

Comparison compare_images(const ImageView& a, const ImageView& b) {
    Sums sums;
    Strip strip(a, b);
    for (std::int64_t x = 0; x < a.width; x += kStripPixels) strip.add(x, std::min(kStripPixels, a.width - x), &sums);

    Comparison result;
    result.channels = a.colour_channels();
    const double pixels = static_cast<double>(a.width) * static_cast<double>(a.height);
    double squared_error = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(result.channels); ++c) {
        result.channel_psnr[c] = psnr(sums.squared_error[c], pixels);
        result.channel_ssim[c] = sums.similarity[c] / pixels;
        result.channel_largest_error[c] = sums.largest_error[c];
        squared_error += sums.squared_error[c];
        result.ssim += result.channel_ssim[c] / result.channels;
        result.largest_error = std::max(result.largest_error, sums.largest_error[c]);
    }
    result.psnr = psnr(squared_error, pixels * result.channels);
    return result;
}

}  // namespace twofold::ops
