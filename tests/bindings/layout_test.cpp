// The same pixels in any memory layout and sample type give the same result, alpha stays as it is and nothing else is
// touched.
#include "tests/bindings/support.h"

using namespace test;

namespace {

constexpr std::int64_t kWidth = 26, kHeight = 21;

enum class Layout { kInterleaved, kPlanar, kUpsideDown, kMirrored, kCropped, kMisaligned };

// A picture in a block of memory that is larger than needed and filled with a mark.
template <typename Sample>
class Placed {
  public:
    static constexpr auto kBytes = static_cast<std::ptrdiff_t>(sizeof(Sample));

    Placed(Layout layout, int channels, bool alpha) : memory_(64 * 64 * 4 * sizeof(Sample) + 1, std::byte{0xA5}) {
        const Picture<Sample> shape(kWidth, kHeight, channels, alpha);
        view = shape.view;
        view.data = memory_.data();
        switch (layout) {
            case Layout::kInterleaved:
                break;
            case Layout::kPlanar:
                view.pixel_stride = kBytes;
                view.row_stride = kBytes * kWidth;
                view.channel_stride = view.row_stride * kHeight;
                break;
            case Layout::kUpsideDown:
                view.data = memory_.data() + (kHeight - 1) * view.row_stride;
                view.row_stride = -view.row_stride;
                break;
            case Layout::kMirrored:  // and channels last to first
                view.data = memory_.data() + (kWidth * channels - 1) * kBytes;
                view.pixel_stride = -view.pixel_stride;
                view.channel_stride = -view.channel_stride;
                break;
            case Layout::kCropped:
                view.row_stride = 50 * view.pixel_stride;
                view.data = memory_.data() + 3 * view.row_stride + 5 * view.pixel_stride;
                break;
            case Layout::kMisaligned:
                view.data = memory_.data() + 1;
                break;
        }
    }
    Placed(const Placed&) = delete;
    Placed& operator=(const Placed&) = delete;

    std::byte* at(std::int64_t x, std::int64_t y, int c) const {
        return static_cast<std::byte*>(view.data) + y * view.row_stride + x * view.pixel_stride +
               c * view.channel_stride;
    }
    template <typename Body>
    void for_each(Body&& body) const {
        for (std::int64_t y = 0; y < kHeight; ++y)
            for (std::int64_t x = 0; x < kWidth; ++x)
                for (int c = 0; c < view.channels; ++c) body(x, y, c);
    }
    void fill() {
        for_each([&](std::int64_t x, std::int64_t y, int c) {
            const Sample sample = scaled<Sample>(pattern(x, y, c, 1));
            std::memcpy(at(x, y, c), &sample, sizeof sample);
        });
    }
    // All samples in the order of an interleaved image, as bytes.
    std::vector<std::byte> samples(bool only_alpha = false) const {
        std::vector<std::byte> bytes;
        for_each([&](std::int64_t x, std::int64_t y, int c) {
            if (!only_alpha || (view.has_alpha && c == view.channels - 1)) {
                bytes.insert(bytes.end(), at(x, y, c), at(x, y, c) + kBytes);
            }
        });
        return bytes;
    }
    // What lies around the samples.
    bool surroundings_are_untouched() const {
        auto copy = memory_;
        for_each([&](std::int64_t x, std::int64_t y, int c) {
            std::fill_n(copy.data() + (at(x, y, c) - memory_.data()), kBytes, std::byte{0xA5});
        });
        return std::count(copy.begin(), copy.end(), std::byte{0xA5}) == static_cast<std::ptrdiff_t>(copy.size());
    }

    twofold_image view;

  private:
    mutable std::vector<std::byte> memory_;
};

void denoise(const twofold_image& input, const twofold_image& output,
             twofold_refinement refinement = TWOFOLD_REFINEMENT_AUTO) {
    const Context context;
    Job job(context, input, output);
    REQUIRE(twofold_job_set_refinement(job, refinement) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, 1) == TWOFOLD_OK);
    job.commit_and_run();
}

}  // namespace

TEMPLATE_TEST_CASE("every layout gives the same result", "[layout][slow]", std::uint8_t, std::uint16_t, float) {
    const int channels = GENERATE(1, 2, 3, 4);
    const bool alpha = GENERATE(false, true);
    if (alpha && channels == 1) return;
    CAPTURE(channels, alpha);

    Placed<TestType> input(Layout::kInterleaved, channels, alpha), output(Layout::kInterleaved, channels, alpha);
    input.fill();
    const auto before = input.samples();
    denoise(input.view, output.view);
    const auto expected = output.samples();
    CHECK(input.samples() == before);
    CHECK(expected != before);
    CHECK(output.samples(true) == input.samples(true));

    Layout previous = Layout::kMisaligned;
    for (const Layout layout :
         {Layout::kPlanar, Layout::kUpsideDown, Layout::kMirrored, Layout::kCropped, Layout::kMisaligned}) {
        CAPTURE(static_cast<int>(layout));
        Placed<TestType> source(layout, channels, alpha), target(previous, channels, alpha);
        source.fill();
        denoise(source.view, target.view);
        CHECK(target.samples() == expected);
        CHECK(target.surroundings_are_untouched());
        CHECK(source.surroundings_are_untouched());
        denoise(source.view, source.view);  // in place
        CHECK(source.samples() == expected);
        CHECK(source.surroundings_are_untouched());
        previous = layout;
    }
}

TEST_CASE("every input type gives the same result where the values are the same", "[layout]") {
    const int channels = GENERATE(1, 3);
    Placed<std::uint8_t> small(Layout::kInterleaved, channels, false);
    Placed<std::uint16_t> large(Layout::kInterleaved, channels, false);
    Placed<float> real(Layout::kInterleaved, channels, false);
    small.fill();
    large.fill();
    real.fill();
    Placed<float> from_small(Layout::kInterleaved, channels, false), from_large(Layout::kInterleaved, channels, false),
        from_real(Layout::kInterleaved, channels, false);
    denoise(small.view, from_small.view);
    denoise(large.view, from_large.view);
    denoise(real.view, from_real.view);
    CHECK(from_small.samples() == from_real.samples());
    CHECK(from_large.samples() == from_real.samples());
    // Float output of integer input is on the scale where white is 1.
    from_small.for_each([&](std::int64_t x, std::int64_t y, int c) {
        float value;
        std::memcpy(&value, from_small.at(x, y, c), sizeof value);
        REQUIRE(std::abs(value) < 2);
    });
}

TEST_CASE("every output type holds the same result", "[layout]") {
    Placed<std::uint16_t> input(Layout::kInterleaved, 3, false);
    input.fill();
    Placed<std::uint8_t> small(Layout::kInterleaved, 3, false);
    Placed<std::uint16_t> large(Layout::kInterleaved, 3, false);
    Placed<float> real(Layout::kInterleaved, 3, false);
    // The refinement is guided by what has been written to the output, which small types round.
    for (const twofold_image* output : {&small.view, &large.view, &real.view})
        denoise(input.view, *output, TWOFOLD_REFINEMENT_OFF);
    real.for_each([&](std::int64_t x, std::int64_t y, int c) {
        float value;
        std::uint8_t as_small;
        std::uint16_t as_large;
        std::memcpy(&value, real.at(x, y, c), sizeof value);
        std::memcpy(&as_small, small.at(x, y, c), sizeof as_small);
        std::memcpy(&as_large, large.at(x, y, c), sizeof as_large);
        value = std::clamp(value, 0.0f, 1.0f);
        REQUIRE(std::nearbyint(value * 255.0f) == as_small);
        REQUIRE(std::nearbyint(value * 65535.0f) == as_large);
    });
}

TEST_CASE("float alpha keeps its bits, whatever they are", "[layout]") {
    Picture<float> input(24, 20, 4, true), output(24, 20, 4, true);
    std::uint32_t bits = 1;
    for (std::size_t i = 3; i < input.pixels.size(); i += 4) {
        std::memcpy(&input.pixels[i], &bits, sizeof bits);
        bits = bits * 1664525u + 1013904223u;
    }
    const std::uint32_t signalling = 0x7f800001u;
    std::memcpy(&input.pixels[3], &signalling, sizeof signalling);
    denoise(input.view, output.view);
    for (std::size_t i = 3; i < input.pixels.size(); i += 4) {
        REQUIRE(std::memcmp(&input.pixels[i], &output.pixels[i], sizeof(float)) == 0);
    }
}

TEST_CASE("the white level scales the result", "[layout]") {
    Picture<float> unit(24, 20, 1), large(24, 20, 1), unit_output(24, 20, 1), large_output(24, 20, 1);
    for (float& value : large.pixels) value *= 1024;
    const Context context;
    Job unit_job(context, unit.view, unit_output.view), large_job(context, large.view, large_output.view);
    REQUIRE(twofold_job_set_white_level(unit_job, 1) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_white_level(large_job, 1024) == TWOFOLD_OK);
    unit_job.commit_and_run();
    large_job.commit_and_run();
    for (float& value : unit_output.pixels) value *= 1024;
    CHECK(same_bits(unit_output.pixels, large_output.pixels));
}
