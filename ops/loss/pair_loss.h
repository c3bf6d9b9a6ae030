// The loss of ZS-N2N (arXiv 2303.11253, section 3) on one patch, with its gradient.
//
// With the half-size pair y1, y2, the predicted noise n1 = f(y1), n2 = f(y2), n = f(y), r1 = y1 - n1, r2 = y2 - n2 and
// d1, d2 the pair of y - n:
//   residual      1/2 (|r1 - y2|^2 + |r2 - y1|^2)
//   consistency   1/2 (|r1 - d1|^2 + |r2 - d2|^2)
// Norms are sums of squares times a scale for each term, so that weights of the terms and a mean over any number of
// patches are a matter of the scales.
#ifndef TWOFOLD_OPS_LOSS_PAIR_LOSS_H
#define TWOFOLD_OPS_LOSS_PAIR_LOSS_H

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

struct PairLossInput {
    int height;  // of the half-size images
    int width;
    int channels;
    ConstMap y1, y2;  // half size
    ConstMap n1, n2;  // predicted noise, half size
    ConstMap d1, d2;  // pair of the denoised full-size patch
    float residual_scale;
    float consistency_scale;  // 0: d1 and d2 are not read
};

struct PairLossGradient {
    Map diff_n1, diff_n2;  // with respect to n1 and n2
    Map diff_d1, diff_d2;  // with respect to d1 and d2
};

// Returns the loss. The gradient maps are overwritten.
double pair_loss_ref(const PairLossInput& in, const PairLossGradient& gradient);

}  // namespace twofold::ops

#endif
