// Brings an image into a map.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_LOAD_IMAGE_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_LOAD_IMAGE_H

#include "ops/feature_map.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

// The image's colour channels, on the scale where white is 1 and held to 0 to 1, which is as far as a network's sigmoid
// reaches; into the first channels of `map`, and mirrored where that is larger than the image.
void load_image(ThreadTeam& team, const ImageView& image, float white, ops::FeatureMap map);

}  // namespace twofold::prior

#endif
