// The convolution of an enlarged map against enlarging, mirroring and convolving, one after another.
#include "ops/conv2d/upsampled_conv.h"

#include <string>
#include <vector>

#include "ops/padding/reflect_border.h"
#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

namespace {

struct Problem {
    int in, out, height, width;
    Upsampling kind;
    std::vector<float> weights, start;  // what dst holds before

    Problem(int in_, int out_, int height_, int width_, Upsampling kind_)
        : in(in_),
          out(out_),
          height(height_),
          width(width_),
          kind(kind_),
          weights(random_values(static_cast<std::size_t>(9 * in_ * out_), 1)),
          start(random_values(static_cast<std::size_t>(4 * height_ * width_ * out_), 2)) {}
};

struct Result {
    std::vector<float> dst, diff_src, diff_weights;
};

constexpr std::uint64_t kSrcStream = 3, kDiffStream = 4;

Result run_steps(const Problem& p) {
    ThreadTeam team(1);
    const Conv2dLayer layer({3, 1, p.in, p.out, 2 * p.height, 2 * p.width}, "ref", 1);
    std::vector<float> packed(layer.packed_size()), scratch(layer.scratch_size());
    TestMap src(p.height, p.width, p.in), large(2 * p.height, 2 * p.width, p.in, 0, 1),
        dst(2 * p.height, 2 * p.width, p.out), diff(2 * p.height, 2 * p.width, p.out),
        diff_large(2 * p.height, 2 * p.width, p.in, 0, 1), diff_src(p.height, p.width, p.in);
    src.randomise(kSrcStream);
    diff.randomise(kDiffStream);
    const std::vector<float> bias(static_cast<std::size_t>(p.out), 0.0f);
    std::vector<float> diff_bias(bias.size());
    Result r;
    r.diff_weights.resize(p.weights.size());
    ref::upsample_forward(p.kind, src, large);
    reflect_border_forward(team, large, 1);
    const Map padded{large.map().at(-1, -1), large.map().row};
    layer.pack(team, p.weights.data(), packed.data());
    layer.forward(team, padded, packed.data(), bias.data(), {dst.map().data, dst.map().row}, scratch.data());
    r.dst = dst.values();
    for (std::size_t i = 0; i < r.dst.size(); ++i) r.dst[i] += p.start[i];
    layer.backward_weights(team, padded, {diff.map().data, diff.map().row}, r.diff_weights.data(), diff_bias.data(),
                           scratch.data());
    layer.backward_data(team, {diff.map().data, diff.map().row}, packed.data(),
                        {diff_large.map().at(-1, -1), diff_large.map().row}, scratch.data());
    reflect_border_backward(team, diff_large, 1);
    ref::upsample_backward(p.kind, diff_large, diff_src);
    r.diff_src = diff_src.values();
    return r;
}

Result run(const Problem& p, const std::string& implementation, int threads = 2, bool in_place = false) {
    ThreadTeam team(threads);
    const UpsampledConv conv(p.in, p.out, p.height, p.width, p.kind, implementation, threads);
    // Taps apart from one another, and memory that holds what is no number.
    const std::ptrdiff_t size = p.in * p.out, tap = size + 7;
    const float nan = std::nanf("");
    std::vector<float> weights(static_cast<std::size_t>(9 * tap), kMark), diff_weights(weights);
    for (std::ptrdiff_t t = 0; t < 9; ++t) std::copy_n(p.weights.data() + t * size, size, weights.data() + t * tap);
    std::vector<float> packed(conv.packed_size()), scratch(conv.scratch_size(), nan), spread(conv.spread_size(), nan);
    TestMap src(p.height, p.width, p.in, 0, 1), dst(2 * p.height, 2 * p.width, p.out, 4),
        diff(2 * p.height, 2 * p.width, p.out, 4), diff_src(p.height, p.width, p.in, 0, 1);
    src.randomise(kSrcStream);
    diff.randomise(kDiffStream);
    dst.set(p.start);
    conv.pack(team, weights.data(), tap, packed.data(), scratch.data());
    conv.forward(team, src, packed.data(), dst, spread.data(), scratch.data());
    spread.assign(spread.size(), nan);
    const FeatureMap& to = in_place ? src.map() : diff_src.map();
    conv.backward(team, src, diff, packed.data(), diff_weights.data(), tap, to, spread.data(), scratch.data());
    Result r;
    r.dst = dst.values();
    r.diff_src = in_place ? src.values() : diff_src.values();
    for (std::ptrdiff_t t = 0; t < 9; ++t) {
        r.diff_weights.insert(r.diff_weights.end(), diff_weights.data() + t * tap,
                              diff_weights.data() + t * tap + size);
        for (std::ptrdiff_t i = size; i < tap; ++i)
            REQUIRE(diff_weights[static_cast<std::size_t>(t * tap + i)] == kMark);
    }
    REQUIRE(dst.marks() == dst.memory() - dst.size());
    return r;
}

double largest(const std::vector<float>& values) {
    return largest_difference(values, std::vector<float>(values.size(), 0.0f));
}

void require_close(const Result& actual, const Result& expected, double tolerance) {
    const auto close = [&](const std::vector<float>& a, const std::vector<float>& b) {
        REQUIRE(largest_difference(a, b) <= tolerance * largest(b));
    };
    close(actual.dst, expected.dst);
    close(actual.diff_src, expected.diff_src);
    close(actual.diff_weights, expected.diff_weights);
}

}  // namespace

TEST_CASE("a convolution before enlarging agrees with one after it", "[upsampled_conv]") {
    const Upsampling kind = GENERATE(Upsampling::kBilinear, Upsampling::kNearest);
    for (const auto& p : {Problem(1, 1, 1, 1, kind), Problem(2, 3, 1, 4, kind), Problem(3, 2, 3, 1, kind),
                          Problem(20, 33, 5, 6, kind), Problem(48, 32, 9, 4, kind), Problem(5, 16, 2, 2, kind)})
        for (const std::string implementation : {"ref", "direct", "auto"}) {
            INFO(p.in << "->" << p.out << " on " << p.height << "x" << p.width << ", " << implementation);
            require_close(run(p, implementation), run_steps(p), 5e-6);
        }
}

TEST_CASE("a convolution before enlarging agrees with one after it, by Winograd", "[upsampled_conv]") {
    const Upsampling kind = GENERATE(Upsampling::kBilinear, Upsampling::kNearest);
    const Problem p(32, 48, 33, 35, kind);
    REQUIRE(Conv2dLayer({3, 2, 48, 32, 35, 37}, "auto", 1).algorithm() == std::string("winograd"));
    require_close(run(p, "auto"), run_steps(p), 5e-6);
}

TEST_CASE("a convolution before enlarging gives the same bits for any number of threads", "[upsampled_conv]") {
    const Problem p(32, 32, 34, 33, Upsampling::kBilinear);
    const Result one = run(p, "auto", 1);
    for (const auto& [threads, in_place] : {std::pair{2, false}, {4, false}, {2, true}}) {
        const Result other = run(p, "auto", threads, in_place);
        REQUIRE(other.dst == one.dst);
        REQUIRE(other.diff_src == one.diff_src);
        REQUIRE(other.diff_weights == one.diff_weights);
    }
}
