// A border that mirrors a map at its edge pixels without repeating them (3 2 | 1 2 3 4 | 3 2), as PyTorch's
// ReflectionPad2d.
//
// `inside` is the map without the border: the border lies around it, `pad` pixels wide, in the same memory. Maps need
// not be wider or higher than the border: mirrors beyond the other edge go on mirroring, and a single row or column is
// repeated. Only the channels of the map are touched, so that a slice of a wider map can be given its own border.
#ifndef TWOFOLD_OPS_PADDING_REFLECT_BORDER_H
#define TWOFOLD_OPS_PADDING_REFLECT_BORDER_H

#include "ops/feature_map.h"
#include "runtime/thread_team.h"

namespace twofold::ops {

// Where in [0, size) the position i, any integer, is mirrored from.
int reflected_index(int i, int size);

// Fills the border from the inside.
void reflect_border_forward(ThreadTeam& team, FeatureMap inside, int pad);

// The transpose: adds the border's gradients to those of the inside pixels that it mirrors. The border's content is
// undefined afterwards.
void reflect_border_backward(ThreadTeam& team, FeatureMap diff_inside, int pad);

// A border that repeats the edge pixels (1 1 | 1 2 3 4 | 4 4) instead, and its transpose.
void repeat_border_forward(ThreadTeam& team, FeatureMap inside, int pad);
void repeat_border_backward(ThreadTeam& team, FeatureMap diff_inside, int pad);

}  // namespace twofold::ops

#endif
