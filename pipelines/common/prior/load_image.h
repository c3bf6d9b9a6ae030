// Brings an image into a map.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_LOAD_IMAGE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_LOAD_IMAGE_H

#include "ops/feature_map.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

enum class Range {
    kAll,
    kSigmoid  // held to 0 to 1, which is as far as a network reaches
};

// The image's colour channels, on the scale where white is 1, into the first channels of `map`; mirrored where that is
// larger than the image.
void load_image(ThreadTeam& team, const ImageView& image, float white, ops::FeatureMap map,
                Range range = Range::kSigmoid);

}  // namespace twofold::prior

#endif
