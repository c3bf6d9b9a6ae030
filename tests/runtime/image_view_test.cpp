#include "runtime/image_view.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "tests/support/catch.h"

using namespace twofold;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <typename Sample>
constexpr DataType type_of() {
    return sizeof(Sample) == 1 ? DataType::kUint8 : sizeof(Sample) == 2 ? DataType::kUint16 : DataType::kFloat32;
}

template <typename Sample>
ImageView interleaved(std::vector<Sample>& pixels, std::int64_t width, std::int64_t height, int channels, bool alpha) {
    ImageView view;
    view.data = reinterpret_cast<std::byte*>(pixels.data());
    view.width = width;
    view.height = height;
    view.channels = channels;
    view.has_alpha = alpha;
    view.type = type_of<Sample>();
    view.channel_stride = sizeof(Sample);
    view.pixel_stride = static_cast<std::ptrdiff_t>(sizeof(Sample)) * channels;
    view.row_stride = view.pixel_stride * static_cast<std::ptrdiff_t>(width);
    return view;
}

// The definition, sample by sample.
double expected_sample(double value, double largest) {
    if (std::isnan(value) || value <= 0) return 0;
    return std::nearbyint(std::min(value, largest));
}

template <typename Sample>
Sample stored(float value, float white) {
    std::vector<Sample> pixel(1);
    store_rectangle(interleaved(pixel, 1, 1, 1, false), white, 0, 0, 1, 1, &value, 1);
    return pixel[0];
}

}  // namespace

TEST_CASE("every integer sample survives loading and storing", "[image_view]") {
    std::vector<std::uint8_t> small(256), small_copy(256);
    for (std::size_t i = 0; i < small.size(); ++i) small[i] = static_cast<std::uint8_t>(i);
    std::vector<float> samples(65536);
    load_rectangle(interleaved(small, 256, 1, 1, false), 255, 0, 0, 256, 1, samples.data(), 256);
    CHECK(samples[0] == 0.0f);
    CHECK(samples[255] == 1.0f);
    CHECK(samples[51] == 51.0f / 255.0f);
    store_rectangle(interleaved(small_copy, 256, 1, 1, false), 255, 0, 0, 256, 1, samples.data(), 256);
    CHECK(small_copy == small);

    std::vector<std::uint16_t> large(65536), large_copy(65536);
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint16_t>(i);
    load_rectangle(interleaved(large, 65536, 1, 1, false), 65535, 0, 0, 65536, 1, samples.data(), 0);
    store_rectangle(interleaved(large_copy, 65536, 1, 1, false), 65535, 0, 0, 65536, 1, samples.data(), 0);
    CHECK(large_copy == large);
}

TEST_CASE("integers are rounded to nearest and clamped", "[image_view]") {
    const float values[] = {0.0f,     0.5f,     1.5f,  2.5f,   0.49999997f, 0.50000006f, 254.5f, 254.49998f,
                            255.49f,  300.0f,   -0.2f, -1e30f, 1e30f,       -0.0f,       1e-40f, 65534.5f,
                            65535.0f, 65536.0f, kNan,  -kNan,  kInfinity,   -kInfinity,  127.5f, 128.5f};
    for (const float value : values) {
        INFO(value);
        CHECK(stored<std::uint8_t>(value, 1) == expected_sample(value, 255));
        CHECK(stored<std::uint16_t>(value, 1) == expected_sample(value, 65535));
    }
    for (float value = -0.01f; value < 1.01f; value += 0.000173f) {
        REQUIRE(stored<std::uint8_t>(value, 255) == expected_sample(value * 255.0f, 255));
        REQUIRE(stored<std::uint16_t>(value, 65535) == expected_sample(value * 65535.0f, 65535));
    }
}

TEST_CASE("float samples are scaled and not clamped", "[image_view]") {
    CHECK(stored<float>(1.5f, 1000) == 1500.0f);
    CHECK(stored<float>(-0.25f, 8) == -2.0f);
    CHECK(stored<float>(kInfinity, 1) == kInfinity);
    std::vector<float> pixel = {300.0f};
    float loaded = 0;
    load_rectangle(interleaved(pixel, 1, 1, 1, false), 200, 0, 0, 1, 1, &loaded, 1);
    CHECK(loaded == 1.5f);
}

TEMPLATE_TEST_CASE("rectangles of any layout", "[image_view]", std::uint8_t, std::uint16_t, float) {
    using Sample = TestType;
    constexpr std::int64_t kWidth = 7, kHeight = 5;
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(sizeof(Sample));
    const int channels = GENERATE(1, 2, 3, 4);
    const bool alpha = GENERATE(false, true);
    const int layout = GENERATE(0, 1, 2, 3, 4);
    if (alpha && channels == 1) return;
    CAPTURE(channels, alpha, layout);

    std::vector<Sample> pixels(1000, Sample{99});
    ImageView view = interleaved(pixels, kWidth, kHeight, channels, alpha);
    std::vector<std::byte> odd(pixels.size() * sizeof(Sample) + 1);
    if (layout == 1) {  // planar
        view.pixel_stride = kBytes;
        view.row_stride = kBytes * kWidth;
        view.channel_stride = view.row_stride * kHeight;
    } else if (layout == 2) {  // upside down, mirrored, channels reversed
        view.data += (kWidth * kHeight * channels - 1) * kBytes;
        view.pixel_stride = -view.pixel_stride;
        view.row_stride = -view.row_stride;
        view.channel_stride = -view.channel_stride;
    } else if (layout == 3) {  // padded pixels and rows
        view.pixel_stride += 2 * kBytes;
        view.row_stride = view.pixel_stride * (kWidth + 1);
    } else if (layout == 4) {  // not aligned
        view.data = odd.data() + 1;
    }

    const int colours = view.colour_channels();
    const auto value = [](std::int64_t x, std::int64_t y, int c) { return static_cast<Sample>(y * 30 + x * 4 + c); };
    for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x)
            for (int c = 0; c < channels; ++c) {
                const Sample sample = value(x, y, c);
                std::memcpy(view.at(x, y, c), &sample, sizeof sample);
            }

    constexpr std::int64_t kX = 2, kY = 1, kWide = 4, kHigh = 3;
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(kWide) * colours + 5;
    std::vector<float> loaded(static_cast<std::size_t>(row * kHigh), -1.0f);
    load_rectangle(view, 2, kX, kY, kWide, kHigh, loaded.data(), row);
    for (std::int64_t y = 0; y < kHigh; ++y) {
        for (std::int64_t x = 0; x < kWide; ++x)
            for (int c = 0; c < colours; ++c) {
                REQUIRE(loaded[static_cast<std::size_t>(y * row + x * colours + c)] ==
                        static_cast<float>(value(kX + x, kY + y, c)) / 2);
            }
        REQUIRE(loaded[static_cast<std::size_t>(y * row + kWide * colours)] == -1.0f);
    }

    for (float& sample : loaded) sample += 0.5f;  // one step up, since white is 2
    store_rectangle(view, 2, kX, kY, kWide, kHigh, loaded.data(), row);
    for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x)
            for (int c = 0; c < channels; ++c) {
                Sample sample;
                std::memcpy(&sample, view.at(x, y, c), sizeof sample);
                const bool inside = x >= kX && x < kX + kWide && y >= kY && y < kY + kHigh && c < colours;
                CAPTURE(x, y, c);
                REQUIRE(int(sample) == int(value(x, y, c)) + (inside ? 1 : 0));
            }
}

TEST_CASE("alpha of the same type is copied bit by bit", "[image_view]") {
    // A signalling NaN among others: it must not become a quiet one.
    const std::uint32_t bits[] = {0x7f800001u, 0xffc12345u, 0x80000000u, 0x00000001u, 0x3f800000u};
    std::vector<float> source(10), target(10, 7.0f);
    for (std::size_t i = 0; i < 5; ++i) std::memcpy(&source[2 * i + 1], &bits[i], 4);
    copy_alpha_row(interleaved(source, 5, 1, 2, true), interleaved(target, 5, 1, 2, true), 0);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(std::memcmp(&target[2 * i + 1], &bits[i], 4) == 0);
        CHECK(target[2 * i] == 7.0f);
    }
}

TEST_CASE("alpha of another type is converted", "[image_view]") {
    std::vector<std::uint8_t> small = {1, 0, 2, 128, 3, 255};
    std::vector<std::uint16_t> large(6, 9);
    std::vector<float> real(6, 9.0f);
    copy_alpha_row(interleaved(small, 3, 1, 2, true), interleaved(large, 3, 1, 2, true), 0);
    CHECK(large == std::vector<std::uint16_t>{9, 0, 9, 32896, 9, 65535});
    copy_alpha_row(interleaved(small, 3, 1, 2, true), interleaved(real, 3, 1, 2, true), 0);
    CHECK(real[3] == 128.0f / 255.0f);
    CHECK(real[5] == 1.0f);
    real = {0, kNan, 0, 2.0f, 0, 0.5f};
    copy_alpha_row(interleaved(real, 3, 1, 2, true), interleaved(small, 3, 1, 2, true), 0);
    CHECK(small == std::vector<std::uint8_t>{1, 0, 2, 255, 3, 128});

    std::vector<std::uint8_t> without = {1, 2, 3, 4, 5, 6};
    copy_alpha_row(interleaved(large, 3, 1, 2, true), interleaved(without, 3, 1, 2, false), 0);
    CHECK(without == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("scanning finds the largest sample and what is not finite", "[image_view]") {
    std::vector<float> pixels = {0.5f, -3.0f, 1e30f, 1.0f, 2.0f, kNan};
    const ImageView view = interleaved(pixels, 3, 1, 2, true);  // 1e30 is a colour, NaN an alpha
    CHECK(scan_row(view, 0).finite);
    CHECK(scan_row(view, 0).largest_absolute == 1e30f);
    pixels[2] = -4.0f;
    CHECK(scan_row(view, 0).largest_absolute == 4.0f);
    for (const float bad : {kNan, -kNan, kInfinity, -kInfinity}) {
        pixels[4] = bad;
        CHECK_FALSE(scan_row(view, 0).finite);
    }
    std::vector<std::uint16_t> integers = {3, 65535, 7, 0};
    CHECK(scan_row(interleaved(integers, 2, 1, 2, false), 0).finite);
    CHECK(scan_row(interleaved(integers, 2, 1, 2, false), 0).largest_absolute == 65535.0f);
}
