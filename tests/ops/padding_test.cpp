#include "ops/padding/reflect_border.h"

#include <array>

#include "tests/support/catch.h"
#include "tests/support/test_map.h"

using namespace twofold;
using namespace twofold::ops;
using namespace twofold::test;

namespace {

FeatureMap with_border(const FeatureMap& inside, int pad) {
    return {inside.at(-pad, -pad),  inside.row,     inside.pixel, inside.height + 2 * pad,
            inside.width + 2 * pad, inside.channels};
}

std::vector<float> values_of(const FeatureMap& map) {
    std::vector<float> values;
    for (int y = 0; y < map.height; ++y)
        for (int x = 0; x < map.width; ++x) values.insert(values.end(), map.at(y, x), map.at(y, x) + map.channels);
    return values;
}

}  // namespace

TEST_CASE("positions beyond an edge are mirrored without repeating it", "[padding]") {
    const std::array<int, 13> expected = {2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2};
    for (std::size_t i = 0; i < expected.size(); ++i)
        REQUIRE(reflected_index(static_cast<int>(i) - 4, 4) == expected[i]);
    for (int i = -3; i < 4; ++i) REQUIRE(reflected_index(i, 1) == 0);
}

TEST_CASE("the border is PyTorch's", "[padding]") {
    TestMap map(3, 4, 1, 0, 2);
    set_pattern(map, kSrcPattern);
    ThreadTeam team(2);
    reflect_border_forward(team, map, 2);
    // torch.nn.functional.pad(mode="reflect"), the first four of seven rows
    const std::vector<float> expected = {-0.75f, 0.75f, -0.5f,  0.75f, -0.75f, 0.5f,   -0.75f, 0.75f,
                                         0.25f,  -1.0f, 0.5f,   -1.0f, 0.25f,  -1.25f, 0.25f,  -1.0f,
                                         1.25f,  0.0f,  -1.25f, 0.0f,  1.25f,  -0.25f, 1.25f,  0.0f,
                                         0.25f,  -1.0f, 0.5f,   -1.0f, 0.25f,  -1.25f, 0.25f,  -1.0f};
    const std::vector<float> all = values_of(with_border(map, 2));
    REQUIRE(std::vector<float>(all.begin(), all.begin() + 32) == expected);
}

TEST_CASE("a repeated border holds the nearest edge pixel", "[padding]") {
    TestMap map(2, 3, 1, 0, 2);
    map.set({1, 2, 3, 4, 5, 6});
    ThreadTeam team(2);
    repeat_border_forward(team, map, 2);
    const std::vector<float> expected = {1, 1, 1, 2, 3, 3, 3, 1, 1, 1, 2, 3, 3, 3, 1, 1, 1, 2, 3, 3, 3,
                                         4, 4, 4, 5, 6, 6, 6, 4, 4, 4, 5, 6, 6, 6, 4, 4, 4, 5, 6, 6, 6};
    REQUIRE(values_of(with_border(map, 2)) == expected);
}

TEST_CASE("the border's gradient is the transpose, whatever the threads", "[padding]") {
    const bool repeated = GENERATE(false, true);
    const auto forward_border = repeated ? repeat_border_forward : reflect_border_forward;
    const auto backward_border = repeated ? repeat_border_backward : reflect_border_backward;
    for (const int pad : {0, 1, 2, 4})
        for (const auto& [height, width] : std::vector<std::array<int, 2>>{{1, 1}, {1, 5}, {2, 3}, {5, 4}, {70, 9}})
            for (const int channels : {1, 3, 5}) {
                INFO(pad << ": " << height << " x " << width << " x " << channels);
                std::vector<std::vector<float>> results;
                for (const int threads : {1, 2, 4}) {
                    ThreadTeam team(threads);
                    TestMap map(height, width, channels, 2, pad), diff(height, width, channels, 2, pad);
                    map.randomise(1);
                    forward_border(team, map, pad);
                    const FeatureMap whole = with_border(diff, pad);
                    REQUIRE(map.marks() == map.memory() - values_of(whole).size());
                    const std::vector<float> random = random_values(values_of(whole).size(), 2, 2);
                    for (int y = 0, i = 0; y < whole.height; ++y)
                        for (int x = 0; x < whole.width; ++x)
                            for (int c = 0; c < channels; ++c)
                                whole.at(y, x)[c] = random[static_cast<std::size_t>(i++)];
                    const double forward = dot(values_of(with_border(map, pad)), random);
                    backward_border(team, diff, pad);
                    REQUIRE(forward == Approx(dot(map.values(), diff.values())).epsilon(1e-5).margin(1e-4));
                    results.push_back(diff.values());
                }
                REQUIRE(results[0] == results[1]);
                REQUIRE(results[0] == results[2]);
            }
}
