// Image structures that must be refused, and unusual ones that must not.
#include "tests/bindings/support.h"

using namespace test;

namespace {

class ImageChecks {
  public:
    twofold_status input(const twofold_image& image) { return twofold_job_set_input(job_, &image); }
    twofold_status output(const twofold_image& image) { return twofold_job_set_output(job_, &image); }
    twofold_status commit(const twofold_image& in, const twofold_image& out) {
        REQUIRE(input(in) == TWOFOLD_OK);
        REQUIRE(output(out) == TWOFOLD_OK);
        return twofold_job_commit(job_);
    }
    Context context;

  private:
    Job job_{context};
};

template <typename Change>
twofold_image changed(const twofold_image& image, Change change) {
    twofold_image copy = image;
    change(copy);
    return copy;
}

}  // namespace

TEST_CASE("impossible images are refused", "[image]") {
    ImageChecks checks;
    const Picture<std::uint8_t> picture(8, 6, 3);
    const auto refused = [&](auto change) {
        const twofold_image image = changed(picture.view, change);
        return checks.input(image) == TWOFOLD_INVALID_ARGUMENT && checks.output(image) == TWOFOLD_INVALID_ARGUMENT &&
               checks.context.message().find("output image") != std::string::npos;
    };
    CHECK(refused([](twofold_image& i) { i.data = nullptr; }));
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX, std::int64_t{1} << 31}) {
        CHECK(refused([&](twofold_image& i) { i.width = bad; }));
        CHECK(refused([&](twofold_image& i) { i.height = bad; }));
    }
    for (const int bad : {0, -1, 5, INT32_MAX, INT32_MIN}) {
        CHECK(refused([&](twofold_image& i) { i.channels = bad; }));
    }
    CHECK(refused([](twofold_image& i) { i.channels = 1, i.has_alpha = 1; }));
    CHECK(refused([](twofold_image& i) { i.reserved = 1; }));
}

TEST_CASE("strides that leave the address space are refused", "[image]") {
    ImageChecks checks;
    const Picture<std::uint8_t> picture(8, 6, 3);
    for (const std::ptrdiff_t bad : {PTRDIFF_MAX, PTRDIFF_MIN, PTRDIFF_MAX / 2, PTRDIFF_MIN / 2}) {
        CAPTURE(bad);
        CHECK(checks.input(changed(picture.view, [&](auto& i) { i.row_stride = bad; })) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(checks.input(changed(picture.view, [&](auto& i) { i.pixel_stride = bad; })) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(checks.output(changed(picture.view, [&](auto& i) { i.channel_stride = bad; })) ==
              TWOFOLD_INVALID_ARGUMENT);
    }
    CHECK(checks.input(changed(picture.view, [](auto& i) {
        i.width = i.height = INT32_MAX;
        i.pixel_stride = i.row_stride = PTRDIFF_MAX / INT32_MAX;
    })) == TWOFOLD_INVALID_ARGUMENT);
    // The stride of a single row, pixel or channel is never used.
    const Picture<float> dot(1, 1, 1);
    for (const std::ptrdiff_t any : {PTRDIFF_MAX, PTRDIFF_MIN, std::ptrdiff_t{0}}) {
        const twofold_image image =
            changed(dot.view, [&](auto& i) { i.row_stride = i.pixel_stride = i.channel_stride = any; });
        CHECK(checks.input(image) == TWOFOLD_OK);
        CHECK(checks.output(image) == TWOFOLD_OK);
    }
}

TEST_CASE("output samples must not overlap, input samples may", "[image]") {
    ImageChecks checks;
    const Picture<std::uint16_t> picture(8, 6, 3);
    const auto only_input = [&](auto change) {
        const twofold_image image = changed(picture.view, change);
        return checks.input(image) == TWOFOLD_OK && checks.output(image) == TWOFOLD_INVALID_ARGUMENT;
    };
    CHECK(only_input([](auto& i) { i.row_stride = 0; }));
    CHECK(only_input([](auto& i) { i.pixel_stride = 0; }));
    CHECK(only_input([](auto& i) { i.channel_stride = 0; }));
    CHECK(only_input([](auto& i) { i.channel_stride = 1; }));
    CHECK(only_input([](auto& i) { i.pixel_stride = 4; }));
    CHECK(only_input([](auto& i) { i.row_stride -= 2; }));
    CHECK(checks.output(picture.view) == TWOFOLD_OK);
}

TEST_CASE("input and output must have the same shape", "[image]") {
    ImageChecks checks;
    const Picture<std::uint8_t> picture(24, 20, 4, true), wide(25, 20, 4, true), high(24, 21, 4, true),
        three(24, 20, 3), opaque(24, 20, 4);
    for (const auto* other : {&wide, &high, &three, &opaque}) {
        CHECK(checks.commit(picture.view, other->view) == TWOFOLD_INVALID_ARGUMENT);
        CHECK(checks.context.message().find("same") != std::string::npos);
    }
    const Picture<float> other_type(24, 20, 4, true);
    CHECK(checks.commit(picture.view, other_type.view) == TWOFOLD_OK);
}

TEST_CASE("input and output share memory only as the same view", "[image]") {
    ImageChecks checks;
    constexpr std::int64_t kWidth = 20, kHeight = 20;
    Picture<std::uint8_t> canvas(64, 64, 3);
    const auto part = [&](std::int64_t x, std::int64_t y) {
        twofold_image view = canvas.view;
        view.data = canvas.pixels.data() + y * view.row_stride + x * view.pixel_stride;
        view.width = kWidth;
        view.height = kHeight;
        return view;
    };
    const auto status = [&](std::int64_t x, std::int64_t y) { return checks.commit(part(21, 21), part(x, y)); };
    CHECK(status(21, 21) == TWOFOLD_OK);  // in place
    CHECK(status(1, 21) == TWOFOLD_OK);   // side by side
    CHECK(status(41, 21) == TWOFOLD_OK);
    CHECK(status(0, 30) == TWOFOLD_OK);
    CHECK(status(44, 12) == TWOFOLD_OK);
    CHECK(status(21, 1) == TWOFOLD_OK);  // one above the other
    CHECK(status(30, 41) == TWOFOLD_OK);
    CHECK(status(22, 21) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(status(2, 21) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(status(40, 21) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(status(21, 40) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(status(40, 40) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(status(2, 2) == TWOFOLD_INVALID_ARGUMENT);

    twofold_image flipped = part(21, 21);
    flipped.data = static_cast<std::uint8_t*>(flipped.data) + (kHeight - 1) * flipped.row_stride;
    flipped.row_stride = -flipped.row_stride;
    CHECK(checks.commit(part(21, 21), flipped) == TWOFOLD_INVALID_ARGUMENT);
    twofold_image swapped = part(21, 21);
    swapped.data = static_cast<std::uint8_t*>(swapped.data) + 2;
    swapped.channel_stride = -1;
    CHECK(checks.commit(part(21, 21), swapped) == TWOFOLD_INVALID_ARGUMENT);
}

TEST_CASE("non-finite input is refused at commit, non-finite alpha is not", "[image]") {
    ImageChecks checks;
    Picture<float> input(20, 20, 2, true), output(20, 20, 2, true);
    input.pixels[2 * 333 + 1] = std::numeric_limits<float>::quiet_NaN();
    CHECK(checks.commit(input.view, output.view) == TWOFOLD_OK);
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
        input.pixels[2 * 333] = bad;
        CHECK(checks.commit(input.view, output.view) == TWOFOLD_NON_FINITE);
        CHECK(checks.context.message().size() > 10);
    }
}
