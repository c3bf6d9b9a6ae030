#include "pipelines/zsn2n/applier.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pipelines/common/noise_network/patch.h"
#include "tests/support/catch.h"
#include "tests/support/float_image.h"

using namespace twofold;
using namespace twofold::zsn2n;

namespace {

// How the results of two sizes of tiles may differ, white being 1: Winograd's algorithm rounds otherwise at other
// places of its own tiles. The direct kernels do not.
constexpr float kRounding = 2e-6f;

std::vector<float> apply(const test::FloatImage& image, int tile, int ensemble, int threads, int depth, int fold = 1,
                         test::FloatImage* in_place = nullptr, const char* kernels = "auto") {
    const ImageView input = in_place ? in_place->view() : image.view();
    test::FloatImage output(input.width, input.height, input.channels);
    ThreadTeam team(threads);
    Network network({input.channels, 16, depth, fold}, kernels);
    const std::vector<float> parameters = test::random_values(network.shape().parameters(), 5, 0.2);
    Applier applier(network, input, in_place ? input : output.view(), {}, tile, team);
    ArenaPlan plan;
    applier.reserve(plan, false);
    const Arena arena(plan);
    RunControl control(nullptr, nullptr, 0);
    REQUIRE(applier.run(arena, parameters, ensemble, nullptr, {}, control));
    return in_place ? in_place->pixels() : output.pixels();
}

void require_near(const std::vector<float>& a, const std::vector<float>& b) {
    REQUIRE(a.size() == b.size());
    float largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    REQUIRE(largest <= kRounding);
}

}  // namespace

TEST_CASE("tiled equals untiled, to the last bit by direct kernels") {
    struct Size {
        int width, height, channels;
    };
    for (const Size size : {Size{53, 41, 3}, {16, 64, 1}, {1, 40, 3}, {40, 1, 4}, {1, 1, 2}, {2, 3, 3}, {33, 17, 4}})
        for (const int ensemble : {1, 8})
            for (const int depth : {2, 3}) {
                INFO(size.width << "x" << size.height << "x" << size.channels << " ensemble " << ensemble);
                const test::FloatImage image = test::noisy_scene(size.width, size.height, size.channels, 0.1);
                const std::vector<float> whole = apply(image, 64, ensemble, 1, depth);
                const std::vector<float> direct = apply(image, 64, ensemble, 1, depth, 1, nullptr, "direct");
                require_near(whole, direct);
                for (const int tile : {16, 7, 1})
                    if (tile > 1 || size.width * size.height < 200) {
                        require_near(apply(image, tile, ensemble, 3, depth), whole);
                        REQUIRE(apply(image, tile, ensemble, 3, depth, 1, nullptr, "direct") == direct);
                    }
            }
}

TEST_CASE("tiled equals untiled where the network sees blocks of pixels") {
    struct Size {
        int width, height, channels;
    };
    for (const Size size : {Size{53, 41, 3}, {16, 64, 1}, {1, 40, 3}, {1, 1, 2}, {33, 18, 4}})
        for (const int ensemble : {1, 2, 8}) {
            INFO(size.width << "x" << size.height << "x" << size.channels << " ensemble " << ensemble);
            const test::FloatImage image = test::noisy_scene(size.width, size.height, size.channels, 0.1);
            const std::vector<float> whole = apply(image, 64, ensemble, 1, 3, 2);
            const std::vector<float> direct = apply(image, 64, ensemble, 1, 3, 2, nullptr, "direct");
            for (const int tile : {16, 6, 2}) {
                require_near(apply(image, tile, ensemble, 3, 3, 2), whole);
                REQUIRE(apply(image, tile, ensemble, 3, 3, 2, nullptr, "direct") == direct);
            }
        }
}

TEST_CASE("beyond the border there is a mirror image") {
    // 2x2 pixels of one channel inside 5x6.
    std::vector<float> patch(30, 9.0f);
    patch[1 * 6 + 2] = 1;
    patch[1 * 6 + 3] = 2;
    patch[2 * 6 + 2] = 3;
    patch[2 * 6 + 3] = 4;
    mirror_outside(5, 6, 1, {2, 1, 4, 3}, patch.data());
    CHECK(patch == std::vector<float>{2, 1, 1, 2, 2, 1,  //
                                      2, 1, 1, 2, 2, 1,  //
                                      4, 3, 3, 4, 4, 3,  //
                                      4, 3, 3, 4, 4, 3,  //
                                      2, 1, 1, 2, 2, 1});
}

TEST_CASE("folding puts the pixels of a block side by side, and unfolding undoes it") {
    // 2x4 pixels of two channels, numbered.
    std::vector<float> pixels(16), blocks(16), back(16);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i);
    fold_pixels(2, 4, 2, 2, pixels.data(), blocks.data());
    CHECK(blocks == std::vector<float>{0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15});
    unfold_pixels(2, 4, 2, 2, blocks.data(), back.data());
    CHECK(back == pixels);
}

TEST_CASE("the output may replace the input") {
    const test::FloatImage image = test::noisy_scene(45, 70, 3, 0.1);
    test::FloatImage replaced = image;
    REQUIRE(apply(image, 16, 1, 2, 3, 1, &replaced) == apply(image, 16, 1, 1, 3));
    replaced = image;
    REQUIRE(apply(image, 16, 1, 2, 2, 2, &replaced) == apply(image, 16, 1, 1, 2, 2));
    for (const int fold : {1, 2}) {
        replaced = image;
        REQUIRE(apply(image, 16, 1, 2, 3, fold, &replaced, "direct") ==
                apply(image, 64, 1, 1, 3, fold, nullptr, "direct"));
    }
}

TEST_CASE("a network that predicts nothing changes nothing") {
    const test::FloatImage image = test::noisy_scene(20, 20, 3, 0.1);
    test::FloatImage output(20, 20, 3);
    ThreadTeam team(1);
    Network network({3, 16, 2}, "auto");
    const std::vector<float> zeros(network.shape().parameters());
    Applier applier(network, image.view(), output.view(), {}, 16, team);
    ArenaPlan plan;
    applier.reserve(plan, false);
    const Arena arena(plan);
    RunControl control(nullptr, nullptr, 0);
    REQUIRE(applier.run(arena, zeros, 8, nullptr, {}, control));
    test::FloatImage copy = image;
    REQUIRE(output.pixels() == copy.pixels());
}

TEST_CASE("symmetries are undone exactly") {
    const std::vector<float> src = test::random_values(3 * 5 * 2, 3);
    for (int i = 0; i < 8; ++i) {
        std::vector<float> turned(src.size()), back(src.size());
        apply_symmetry(Symmetry::from_index(i), 3, 5, 2, src.data(), turned.data());
        add_inverse_symmetry(Symmetry::from_index(i), 3, 5, 2, turned.data(), 1, back.data(), 10);
        REQUIRE(back == src);
    }
}
