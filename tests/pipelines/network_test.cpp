// The network's passes.
#include "pipelines/common/noise_network/network.h"

#include <algorithm>
#include <vector>

#include "runtime/arena.h"
#include "tests/support/catch.h"
#include "tests/support/random_values.h"
#include "tests/support/test_map.h"

using namespace twofold;

namespace {

std::vector<float> forward(const NetworkShape& shape, const char* kernels, int height, int width,
                           const Rectangle& inside, bool in_strips) {
    Network network(shape, kernels);
    const std::vector<float> parameters = test::random_values(shape.parameters(), 1, 0.1);
    network.plan(height, width, !in_strips);
    ArenaPlan plan;
    const ArenaRange<float> packed = plan.reserve<float>(network.packed_size());
    // What may go backward keeps every row of every layer.
    const PassPlan pass_plan = network.reserve(plan, height, width, !in_strips);
    const Arena arena(plan);
    const Pass pass = Network::resolve(arena, pass_plan);
    network.pack(parameters.data(), arena[packed].data());
    const auto pixels = static_cast<std::size_t>((height + 2 * shape.halo()) * (width + 2 * shape.halo()));
    std::ranges::copy(test::random_values(pixels * static_cast<std::size_t>(shape.samples()), 2), pass.activations[0]);
    network.forward(height, width, inside, parameters.data(), arena[packed].data(), pass);
    const auto outputs = static_cast<std::size_t>(height * width * shape.samples());
    return {pass.output, pass.output + outputs};
}

}  // namespace

TEST_CASE("a pass in strips gives what a pass over the whole patch does") {
    const NetworkShape near{3, 48, 2, 1}, far{3, 32, 6, 2}, grey{1, 16, 1, 1};
    for (const NetworkShape& shape : {near, far, grey})
        for (const int height : {1, 11, 12, 13, 24, 47}) {
            const int halo = shape.halo(), width = 21;
            // All of the patch, and a corner of the image.
            for (const Rectangle& inside : {Rectangle{0, 0, width + 2 * halo, height + 2 * halo},
                                            Rectangle{halo, halo, halo + 9, halo + height / 2}}) {
                CAPTURE(shape.depth, height, inside.top);
                for (const char* kernels : {"direct", "ref"})
                    CHECK(forward(shape, kernels, height, width, inside, true) ==
                          forward(shape, kernels, height, width, inside, false));
                CHECK(test::largest_difference(forward(shape, "simd", height, width, inside, true),
                                               forward(shape, "simd", height, width, inside, false)) < 1e-4);
            }
        }
}
