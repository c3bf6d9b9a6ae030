// Line noise: found where it is, and only there; taken away, and nothing else.
#include "pipelines/common/noise/levelled_image.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/noise/noise.h"
#include "pipelines/common/noise/line_offsets.h"
#include "tests/pipelines/prior_support.h"

using namespace twofold;

namespace {

constexpr std::int64_t kWidth = 200, kHeight = 150;
constexpr double kSigma = 8 / 255.0;  // of the offsets

constexpr double kUniform = 3.4641016151;  // width of a uniform distribution over its standard deviation

std::vector<float> offsets_of(std::int64_t lines, std::uint64_t seed) {
    return test::random_values(static_cast<std::size_t>(lines), seed, kSigma * kUniform);
}

// A disc on a gradient, with noise.
test::FloatImage scene() {
    test::FloatImage image(kWidth, kHeight, 3);
    const std::vector<float> noise = test::random_values(image.pixels().size(), 7, 0.04 * kUniform);
    for (std::size_t i = 0; i < noise.size(); ++i) {
        const auto x = static_cast<double>(i / 3 % kWidth), y = static_cast<double>(i / 3 / kWidth);
        const bool disc = std::hypot(x - 90, y - 70) < 50;
        image.pixels()[i] = static_cast<float>((disc ? 0.6 : 0.3) + 0.001 * (x - y)) + noise[i];
    }
    return image;
}

struct Case {
    std::vector<float> rows = offsets_of(kHeight, 5), columns = offsets_of(kWidth, 6);
    test::FloatImage clean = scene(), lined = clean;

    Case(bool with_rows, bool with_columns) {
        if (!with_rows) std::ranges::fill(rows, 0.0f);
        if (!with_columns) std::ranges::fill(columns, 0.0f);
        for (std::int64_t y = 0; y < kHeight; ++y)
            for (std::int64_t x = 0; x < kWidth; ++x)
                for (int c = 0; c < 3; ++c)
                    lined.at(x, y, c) += rows[static_cast<std::size_t>(y)] + columns[static_cast<std::size_t>(x)];
    }
    WhiteLevel white() const { return find_white_level(lined.view(), 1); }
    LineNoise noise() const { return find_line_noise(lined.view(), white()); }
};

double deviation(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = double{a[i]} - double{b[i]};
        sum += d;
        squares += d * d;
    }
    const auto n = static_cast<double>(a.size());
    return std::sqrt(squares / n - sum * sum / (n * n));
}

}  // namespace

TEST_CASE("line noise is found in the direction that it has", "[lines]") {
    for (const bool rows : {false, true})
        for (const bool columns : {false, true}) {
            const LineNoise found = Case(rows, columns).noise();
            CHECK(found.rows == Approx(rows ? kSigma : 0).epsilon(0.25));
            CHECK(found.columns == Approx(columns ? kSigma : 0).epsilon(0.25));
            CHECK(found.stands_out() == (rows || columns));
        }
}

TEST_CASE("edges along a row, and images too small to tell, are not line noise", "[lines]") {
    test::FloatImage steps(kWidth, kHeight, 1), small(4, 3, 1);
    for (std::int64_t y = 0; y < kHeight; ++y)
        for (std::int64_t x = 0; x < kWidth; ++x) steps.at(x, y, 0) = y < 40 ? 0.2f : y < 100 ? 0.7f : 0.4f;
    for (const test::FloatImage* image : {&steps, &small})
        CHECK_FALSE(find_line_noise(image->view(), find_white_level(image->view(), 1)).stands_out());
}

TEST_CASE("offsets are measured, and taken away without the picture", "[lines]") {
    const Case both(true, true);
    const std::vector<float> rows = measure_row_offsets(both.lined.view(), both.white(), kSigma),
                             columns = measure_column_offsets(both.lined.view(), both.white(), kSigma);
    const std::vector<float> none_of_rows(rows.size()), none_of_columns(columns.size());
    CHECK(deviation(rows, both.rows) < 0.5 * deviation(both.rows, none_of_rows));
    CHECK(deviation(columns, both.columns) < 0.5 * deviation(both.columns, none_of_columns));

    const Case lines(true, false);
    const LevelledImage levelled(lines.lined.view(), lines.white(), lines.noise(), 1);
    const auto* pixels = reinterpret_cast<const float*>(levelled.view().data);
    const std::vector<float> result(pixels, pixels + lines.lined.pixels().size());
    CHECK(deviation(result, lines.clean.pixels()) < 0.5 * deviation(lines.lined.pixels(), lines.clean.pixels()));
    // The same in every pixel of a row.
    for (std::int64_t y = 0; y < kHeight; ++y) {
        const auto at = [&](std::int64_t x) { return static_cast<std::size_t>((y * kWidth + x) * 3); };
        const float first = lines.lined.pixels()[at(0)] - result[at(0)];
        for (std::int64_t x = 1; x < kWidth; ++x)
            REQUIRE(lines.lined.pixels()[at(x)] - result[at(x)] == Approx(first).margin(1e-5));
    }
}

TEST_CASE("a levelled image keeps its type, its alpha and its range", "[lines]") {
    constexpr int kChannels = 4;
    const Case lines(true, false);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(kWidth * kHeight * kChannels));
    ImageView view{reinterpret_cast<std::byte*>(bytes.data()),
                   kWidth,
                   kHeight,
                   kChannels,
                   true,
                   DataType::kUint8,
                   kChannels,
                   kWidth * kChannels,
                   1};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t pixel = i / kChannels, c = i % kChannels;
        const float value = c < 3 ? 2 * lines.lined.pixels()[3 * pixel + c] - 0.5f : float(pixel % 251) / 255;
        bytes[i] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0f, 1.0f)));
    }
    const std::vector<std::uint8_t> before = bytes;
    const LevelledImage levelled(view, find_white_level(view, 0), {kSigma, 0}, 0.5f);
    CHECK(bytes == before);
    REQUIRE(LevelledImage::bytes(view) == bytes.size());
    const ImageView& result = levelled.view();
    CHECK(result.type == DataType::kUint8);
    CHECK(result.channels == kChannels);
    const auto* samples = reinterpret_cast<const std::uint8_t*>(result.data);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % kChannels == 3) REQUIRE(samples[i] == bytes[i]);
        changed += samples[i] != bytes[i];
    }
    CHECK(changed > bytes.size() / 4);
}
