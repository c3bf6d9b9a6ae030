#include "pipelines/common/prior/network_input.h"

#include "pipelines/common/prior/number_input.h"
#include "pipelines/common/prior/recorrupted_input.h"
#include "pipelines/common/prior/thinned_input.h"

namespace twofold::prior {

std::unique_ptr<NetworkInput> make_network_input(const Recipe& recipe, int height, int width, const ImageView& image,
                                                 float white, const NoiseModel& noise, std::uint64_t seed) {
    switch (recipe.input) {
        case InputKind::kRecorrupted:
            return std::make_unique<RecorruptedInput>(recipe, height, width, image, white, noise, seed);
        case InputKind::kThinned:
            return std::make_unique<ThinnedInput>(recipe, height, width, image, white, seed);
        case InputKind::kNoise:
        case InputKind::kMeshGrid:
            break;
    }
    return std::make_unique<NumberInput>(recipe, height, width, seed);
}

}  // namespace twofold::prior
