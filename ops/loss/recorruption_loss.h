// Recorrupted-to-recorrupted (Pang et al., CVPR 2021): a supervised loss from one noisy image and its noise level.
//
// With fresh z ~ N(0, 1), y1 = y + a s z and y2 = y - s z / a have independent noise if that of y has variance s^2. A
// network that predicts the noise n = f(y1) is trained with |y1 - n - y2|^2 = |(a + 1/a) s z - n|^2.
#ifndef TWOFOLD_OPS_LOSS_RECORRUPTION_LOSS_H
#define TWOFOLD_OPS_LOSS_RECORRUPTION_LOSS_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

// Returns scale * sum of (factor * noise - predicted)^2 over height x width x channels samples and overwrites the
// gradient with respect to `predicted`. `noise` is s z, `factor` is a + 1/a.
double recorruption_loss_ref(int height, int width, int channels, ConstMap noise, ConstMap predicted, float factor,
                             float scale, Map diff_predicted);

}  // namespace twofold::ops

#endif
