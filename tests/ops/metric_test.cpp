#include "ops/metric/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "runtime/random.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::ops;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename Sample>
ImageView interleaved(std::vector<Sample>& pixels, std::int64_t width, std::int64_t height, int channels, bool alpha) {
    ImageView view;
    view.data = reinterpret_cast<std::byte*>(pixels.data());
    view.width = width;
    view.height = height;
    view.channels = channels;
    view.has_alpha = alpha;
    view.type = sizeof(Sample) == 1 ? DataType::kUint8 : sizeof(Sample) == 2 ? DataType::kUint16 : DataType::kFloat32;
    view.channel_stride = sizeof(Sample);
    view.pixel_stride = static_cast<std::ptrdiff_t>(sizeof(Sample)) * channels;
    view.row_stride = view.pixel_stride * static_cast<std::ptrdiff_t>(width);
    return view;
}

// Smooth structure plus noise, so that similarity is neither 0 nor 1.
std::vector<float> pattern(std::int64_t width, std::int64_t height, int channels, std::uint64_t seed, double noise) {
    std::vector<float> pixels;
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const auto words = random_block(seed, static_cast<std::uint64_t>(c),
                                                static_cast<std::uint64_t>(y) << 32 | static_cast<std::uint64_t>(x));
                const double smooth = 0.5 + 0.3 * std::sin(0.3 * double(x) + c) * std::cos(0.2 * double(y));
                pixels.push_back(static_cast<float>(smooth + noise * normal_pair(words[0], words[1])[0]));
            }
    return pixels;
}

std::vector<float> plane(const std::vector<float>& pixels, int channels, int c) {
    std::vector<float> result;
    for (std::size_t i = static_cast<std::size_t>(c); i < pixels.size(); i += static_cast<std::size_t>(channels)) {
        result.push_back(std::clamp(pixels[i], 0.0f, 1.0f));
    }
    return result;
}

}  // namespace

TEST_CASE("equal images", "[metric]") {
    auto pixels = pattern(13, 9, 3, 1, 0.2);
    const Comparison result =
        compare_images(interleaved(pixels, 13, 9, 3, false), interleaved(pixels, 13, 9, 3, false));
    CHECK(result.channels == 3);
    CHECK(result.psnr == kInfinity);
    CHECK(result.ssim == Approx(1.0).epsilon(1e-12));
    CHECK(result.largest_error == 0);
    CHECK(result.channel_psnr[2] == kInfinity);
}

TEST_CASE("a constant shift has values that can be computed by hand", "[metric]") {
    // Without variance SSIM is (2ab + C1) / (a^2 + b^2 + C1), at the border as well; PSNR is -20 log10 of the shift.
    std::vector<float> a(20 * 17, 0.5f), b(20 * 17, 0.6f);
    const Comparison result = compare_images(interleaved(a, 20, 17, 1, false), interleaved(b, 20, 17, 1, false));
    CHECK(result.psnr == Approx(20.0).epsilon(1e-6));
    CHECK(result.ssim == Approx((0.6 + 1e-4) / (0.61 + 1e-4)).epsilon(1e-6));
    CHECK(result.largest_error == Approx(0.1).epsilon(1e-6));
}

TEST_CASE("integer types are compared on the scale where white is 1", "[metric]") {
    std::vector<std::uint8_t> small = {0, 255, 51};
    std::vector<std::uint16_t> large = {0, 65535, 13107};
    std::vector<float> real = {-1.0f, 7.0f, 0.2f};  // clamped to [0, 1]
    const ImageView a = interleaved(small, 3, 1, 1, false);
    CHECK(compare_images(a, interleaved(large, 3, 1, 1, false)).largest_error < 1e-7);
    CHECK(compare_images(a, interleaved(real, 3, 1, 1, false)).largest_error < 1e-7);
    small[0] = 255;
    const Comparison result = compare_images(a, interleaved(large, 3, 1, 1, false));
    CHECK(result.largest_error == 1.0);
    CHECK(result.psnr == Approx(10 * std::log10(3.0)));
}

TEST_CASE("channels are told apart and alpha is left out", "[metric]") {
    std::vector<std::uint8_t> a(4 * 6 * 4, 100), b = a;
    for (std::size_t i = 0; i < a.size(); i += 4) {
        b[i + 1] = 110;
        b[i + 3] = 0;  // alpha
    }
    const Comparison result = compare_images(interleaved(a, 6, 4, 4, true), interleaved(b, 6, 4, 4, true));
    CHECK(result.channels == 3);
    CHECK(result.channel_psnr[0] == kInfinity);
    CHECK(result.channel_psnr[1] == Approx(20 * std::log10(25.5)));
    CHECK(result.psnr == Approx(20 * std::log10(25.5) + 10 * std::log10(3.0)));
    CHECK(result.channel_largest_error[1] == Approx(10 / 255.0).epsilon(1e-6));
    CHECK(result.ssim == Approx((result.channel_ssim[0] + result.channel_ssim[1] + result.channel_ssim[2]) / 3));
    CHECK(result.channel_ssim[0] == Approx(1.0));
    CHECK(result.channel_ssim[1] < 0.999);
}

TEST_CASE("the streaming version agrees with the reference", "[metric]") {
    struct Size {
        std::int64_t width, height;
    };
    // Around the window, a strip of 256 columns and its border.
    for (const Size size : {Size{1, 1}, Size{1, 7}, Size{7, 1}, Size{2, 3}, Size{5, 5}, Size{11, 11}, Size{12, 10},
                            Size{31, 23}, Size{255, 6}, Size{256, 6}, Size{257, 6}, Size{262, 7}, Size{600, 12}}) {
        for (int channels = 1; channels <= 4; ++channels) {
            CAPTURE(size.width, size.height, channels);
            auto a = pattern(size.width, size.height, channels, 1, 0.02);
            auto b = pattern(size.width, size.height, channels, 2, 0.2);
            const Comparison result = compare_images(interleaved(a, size.width, size.height, channels, false),
                                                     interleaved(b, size.width, size.height, channels, false));
            double squared = 0;
            for (int c = 0; c < channels; ++c) {
                const auto p = plane(a, channels, c), q = plane(b, channels, c);
                const double expected = ssim_ref(p.data(), q.data(), size.width, size.height);
                REQUIRE(result.channel_ssim[static_cast<std::size_t>(c)] == Approx(expected).epsilon(1e-9));
                for (std::size_t i = 0; i < p.size(); ++i) squared += std::pow(double(p[i]) - double(q[i]), 2);
            }
            REQUIRE(result.psnr == Approx(-10 * std::log10(squared / double(a.size()))).epsilon(1e-9));
        }
    }
}

TEST_CASE("the window adds up to one and is symmetric", "[metric]") {
    const auto window = metric::gaussian_window();
    double sum = 0;
    for (std::size_t i = 0; i < window.size(); ++i) {
        sum += window[i];
        CHECK(window[i] == window[window.size() - 1 - i]);
    }
    CHECK(sum == Approx(1.0).epsilon(1e-14));
    CHECK(window[6] / window[5] == Approx(std::exp(-1 / 4.5)));
}
