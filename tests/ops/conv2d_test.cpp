#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ops/conv2d/conv2d_table.h"
#include "platform/aligned_memory.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"

using namespace twofold;

namespace {

struct Case {
    int kernel, in, out, height, width;
};

// Channel counts of the networks and sizes that no register tile divides.
const std::vector<Case> kCases = {
    {3, 3, 48, 5, 7},  {3, 1, 48, 1, 1},   {3, 4, 16, 3, 17},  {3, 48, 48, 6, 9}, {3, 48, 48, 1, 34}, {3, 64, 64, 4, 5},
    {3, 16, 32, 8, 8}, {3, 80, 80, 2, 11}, {1, 48, 3, 4, 9},   {1, 48, 1, 3, 5},  {1, 64, 4, 2, 8},   {1, 48, 2, 7, 1},
    {1, 64, 12, 3, 7}, {1, 32, 5, 4, 3},   {3, 48, 48, 30, 33}};  // more tiles than Winograd holds at a time

// Everything that one layer computes for one case, from the same random numbers.
struct Result {
    std::vector<float> dst, diff_src, plain_diff_src, diff_weights, diff_bias;
};

// Scratch memory in which nothing can be relied on.
struct Scratch {
    explicit Scratch(std::size_t count) : memory(platform::allocate_aligned(count * sizeof(float))) {
        std::fill_n(data(), count, std::nanf(""));
    }
    float* data() const { return reinterpret_cast<float*>(memory.get()); }
    platform::AlignedMemory memory;
};

Result run(const Case& c, const std::string& implementation) {
    const ops::Conv2dShape shape{c.kernel, c.in, c.out};
    const auto conv = ops::make_conv2d(shape, implementation);
    if (!conv) return {};
    conv->plan(c.height, c.width);
    const int ring = c.kernel - 1, src_h = c.height + ring, src_w = c.width + ring;
    const int ringed_h = c.height + 2 * ring, ringed_w = c.width + 2 * ring;
    const auto count = [](int h, int w, int channels) { return static_cast<std::size_t>(h * w * channels); };
    const std::vector<float> src = test::random_values(count(src_h, src_w, c.in), 1),
                             weights = test::random_values(shape.weights(), 2),
                             bias = test::random_values(static_cast<std::size_t>(c.out), 3),
                             diff = test::random_values(count(c.height, c.width, c.out), 4);
    std::vector<float> ringed(count(ringed_h, ringed_w, c.out));
    float* first = ringed.data() + (ring * ringed_w + ring) * c.out;
    for (int y = 0; y < c.height; ++y)
        std::copy_n(diff.data() + y * c.width * c.out, c.width * c.out, first + y * ringed_w * c.out);

    const auto packed = platform::allocate_aligned(conv->packed_size() * sizeof(float));
    const Scratch forward_only(conv->scratch_size(false)), scratch(conv->scratch_size(true));
    auto* p = reinterpret_cast<float*>(packed.get());
    float* s = scratch.data();
    conv->pack(weights.data(), p);
    Result result;
    result.dst.resize(count(c.height, c.width, c.out));
    conv->forward(c.height, c.width, {src.data(), src_w * c.in}, p, bias.data(), 0.2f,
                  {result.dst.data(), c.width * c.out}, forward_only.data());
    if (c.in >= 16) {
        result.diff_src.resize(count(src_h, src_w, c.in));
        conv->backward_data(c.height, c.width, {ringed.data(), ringed_w * c.out}, p, {src.data(), src_w * c.in}, 0.2f,
                            {result.diff_src.data(), src_w * c.in}, s);
        result.plain_diff_src.resize(result.diff_src.size());
        conv->backward_data(c.height, c.width, {ringed.data(), ringed_w * c.out}, p, {nullptr, 0}, 0.2f,
                            {result.plain_diff_src.data(), src_w * c.in}, s);
    }
    // Gradients are added to what is there.
    result.diff_weights.assign(shape.weights(), 1.0f);
    result.diff_bias.assign(static_cast<std::size_t>(c.out), 2.0f);
    conv->backward_weights(c.height, c.width, {src.data(), src_w * c.in}, {first, ringed_w * c.out},
                           result.diff_weights.data(), result.diff_bias.data(), s);
    return result;
}

void require_close(const std::vector<float>& a, const std::vector<float>& b, double tolerance) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, double(std::abs(a[i] - b[i])));
    REQUIRE(largest <= tolerance);
}

// Sum of dst * diff: a number whose gradients are what backward computes.
double objective(const Case& c, const std::vector<float>& src, const std::vector<float>& weights,
                 const std::vector<float>& bias, const std::vector<float>& diff, float slope) {
    const auto conv = ops::make_conv2d({c.kernel, c.in, c.out}, "ref");
    std::vector<float> dst(diff.size());
    conv->forward(c.height, c.width, {src.data(), (c.width + c.kernel - 1) * c.in}, weights.data(), bias.data(), slope,
                  {dst.data(), c.width * c.out}, nullptr);
    double sum = 0;
    for (std::size_t i = 0; i < dst.size(); ++i) sum += double{dst[i]} * double{diff[i]};
    return sum;
}

}  // namespace

TEST_CASE("every convolution of the table agrees with the reference") {
    for (const ops::Conv2dImplementation& implementation : ops::conv2d_implementations())
        for (const Case& c : kCases) {
            INFO(implementation.name << " " << c.kernel << "x" << c.kernel << " " << c.in << "->" << c.out << " on "
                                     << c.height << "x" << c.width);
            const Result expected = run(c, "ref"), actual = run(c, implementation.name);
            if (actual.dst.empty()) continue;
            // Sums of up to 720 products of numbers below 1/2.
            require_close(actual.dst, expected.dst, 2e-5);
            require_close(actual.diff_src, expected.diff_src, 2e-5);
            require_close(actual.plain_diff_src, expected.plain_diff_src, 2e-5);
            require_close(actual.diff_weights, expected.diff_weights, 2e-5);
            require_close(actual.diff_bias, expected.diff_bias, 2e-5);
        }
}

TEST_CASE("our own kernels do every layer of the network") {
    for (int channels = 1; channels <= 4; ++channels) {
        REQUIRE(ops::make_conv2d({3, channels, 48}, "simd"));
        REQUIRE(ops::make_conv2d({3, 48, 48}, "simd"));
        REQUIRE(ops::make_conv2d({1, 48, channels}, "simd"));
        REQUIRE(ops::make_conv2d({1, 64, 4 * channels}, "simd"));  // of one that folds
    }
    REQUIRE_FALSE(ops::make_conv2d({3, 5, 7}, "simd"));
}

TEST_CASE("a named implementation is the one that is used") {
    for (const ops::Conv2dImplementation& implementation : ops::conv2d_implementations()) {
        const char* chosen = nullptr;
        if (ops::make_conv2d({3, 48, 48}, implementation.name, &chosen))
            REQUIRE(std::string(chosen) == implementation.name);
        REQUIRE(std::string(ops::implementation_names()).find(implementation.name) != std::string::npos);
    }
    REQUIRE_FALSE(ops::make_conv2d({3, 48, 48}, "no such kernel"));
    REQUIRE(ops::is_implementation("auto"));
    REQUIRE_FALSE(ops::is_implementation("no such kernel"));
}

TEST_CASE("the reference convolution's gradients agree with finite differences") {
    const Case c{3, 2, 3, 3, 4};
    const ops::Conv2dShape shape{c.kernel, c.in, c.out};
    std::vector<float> src = test::random_values(5 * 6 * 2, 11), weights = test::random_values(shape.weights(), 12),
                       bias = test::random_values(3, 13);
    const std::vector<float> diff = test::random_values(3 * 4 * 3, 14);
    std::vector<float> ringed(7 * 8 * 3);
    float* first = ringed.data() + (2 * 8 + 2) * 3;
    for (int y = 0; y < 3; ++y) std::copy_n(diff.data() + y * 12, 12, first + y * 24);
    const auto conv = ops::make_conv2d(shape, "ref");
    std::vector<float> diff_src(src.size()), diff_weights(weights.size()), diff_bias(bias.size());
    conv->backward_data(3, 4, {ringed.data(), 24}, weights.data(), {nullptr, 0}, 1, {diff_src.data(), 12}, nullptr);
    conv->backward_weights(3, 4, {src.data(), 12}, {first, 24}, diff_weights.data(), diff_bias.data(), nullptr);
    const auto check = [&](std::vector<float>& values, const std::vector<float>& gradient) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            constexpr float kStep = 1.0f / 64;  // the objective is linear, so the step may be large
            const float before = values[i];
            values[i] = before + kStep;
            const double above = objective(c, src, weights, bias, diff, 1);
            values[i] = before - kStep;
            const double below = objective(c, src, weights, bias, diff, 1);
            values[i] = before;
            REQUIRE(gradient[i] == Approx((above - below) / (2.0 * kStep)).margin(1e-4));
        }
    };
    check(src, diff_src);
    check(weights, diff_weights);
    check(bias, diff_bias);
}

TEST_CASE("backward_data applies the activation's derivative") {
    const ops::Conv2dShape shape{1, 1, 1};
    const auto conv = ops::make_conv2d(shape, "ref");
    const float weights[] = {3}, diff[] = {2, 2, 2}, activation[] = {1, -1, 0};
    float diff_src[3];
    conv->backward_data(1, 3, {diff, 3}, weights, {activation, 3}, 0.5f, {diff_src, 3}, nullptr);
    REQUIRE(diff_src[0] == 6);
    REQUIRE(diff_src[1] == 3);
    REQUIRE(diff_src[2] == 3);
}

TEST_CASE("a pixel's value hardly depends on where it lies in the map") {
    // What makes tiles seamless: a row whole and in two parts.
    const ops::Conv2dShape shape{3, 48, 48};
    constexpr int kWidth = 21, kSplit = 10, kRow = (kWidth + 2) * 48;
    const std::vector<float> src = test::random_values(3 * kRow, 21),
                             weights = test::random_values(shape.weights(), 22), bias = test::random_values(48, 23);
    for (const std::string name : {"direct", "simd"}) {
        const auto conv = ops::make_conv2d(shape, name);
        const auto packed = platform::allocate_aligned(conv->packed_size() * sizeof(float));
        const Scratch scratch(conv->scratch_size(false));
        auto* p = reinterpret_cast<float*>(packed.get());
        float* s = scratch.data();
        conv->pack(weights.data(), p);
        std::vector<float> whole(kWidth * 48), parts(kWidth * 48);
        conv->forward(1, kWidth, {src.data(), kRow}, p, bias.data(), 0.2f, {whole.data(), kWidth * 48}, s);
        conv->forward(1, kSplit, {src.data(), kRow}, p, bias.data(), 0.2f, {parts.data(), kWidth * 48}, s);
        conv->forward(1, kWidth - kSplit, {src.data() + kSplit * 48, kRow}, p, bias.data(), 0.2f,
                      {parts.data() + kSplit * 48, kWidth * 48}, s);
        if (name == "direct") REQUIRE(whole == parts);
        // Winograd rounds otherwise at other places of a tile.
        require_close(whole, parts, 1e-5);
    }
}
