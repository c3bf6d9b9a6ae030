#include "ops/loss/pair_loss.h"

namespace twofold::ops {

double pair_loss_ref(const PairLossInput& in, const PairLossGradient& gradient) {
    const bool consistent = in.consistency_scale > 0;
    double residual = 0, consistency = 0;
    for (int y = 0; y < in.height; ++y) {
        const float* y1 = in.y1.data + y * in.y1.row;
        const float* y2 = in.y2.data + y * in.y2.row;
        const float* n1 = in.n1.data + y * in.n1.row;
        const float* n2 = in.n2.data + y * in.n2.row;
        float* diff_n1 = gradient.diff_n1.data + y * gradient.diff_n1.row;
        float* diff_n2 = gradient.diff_n2.data + y * gradient.diff_n2.row;
        float row_sum = 0;
        for (int i = 0; i < in.width * in.channels; ++i) {
            const float e1 = y1[i] - n1[i] - y2[i], e2 = y2[i] - n2[i] - y1[i];
            row_sum += e1 * e1 + e2 * e2;
            diff_n1[i] = -in.residual_scale * e1;
            diff_n2[i] = -in.residual_scale * e2;
        }
        residual += double{row_sum};
        if (!consistent) continue;
        const float* d1 = in.d1.data + y * in.d1.row;
        const float* d2 = in.d2.data + y * in.d2.row;
        float* diff_d1 = gradient.diff_d1.data + y * gradient.diff_d1.row;
        float* diff_d2 = gradient.diff_d2.data + y * gradient.diff_d2.row;
        row_sum = 0;
        for (int i = 0; i < in.width * in.channels; ++i) {
            const float c1 = y1[i] - n1[i] - d1[i], c2 = y2[i] - n2[i] - d2[i];
            row_sum += c1 * c1 + c2 * c2;
            diff_n1[i] -= in.consistency_scale * c1;
            diff_n2[i] -= in.consistency_scale * c2;
            diff_d1[i] = -in.consistency_scale * c1;
            diff_d2[i] = -in.consistency_scale * c2;
        }
        consistency += double{row_sum};
    }
    return 0.5 * (double{in.residual_scale} * residual + double{in.consistency_scale} * consistency);
}

}  // namespace twofold::ops
