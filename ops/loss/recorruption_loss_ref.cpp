#include "ops/loss/recorruption_loss.h"

namespace twofold::ops {

double recorruption_loss_ref(int height, int width, int channels, ConstMap noise, ConstMap predicted, float factor,
                             float scale, Map diff_predicted) {
    double sum = 0;
    for (int y = 0; y < height; ++y) {
        const float* z = noise.data + y * noise.row;
        const float* n = predicted.data + y * predicted.row;
        float* diff = diff_predicted.data + y * diff_predicted.row;
        float row_sum = 0;
        for (int i = 0; i < width * channels; ++i) {
            const float error = factor * z[i] - n[i];
            row_sum += error * error;
            diff[i] = -2 * scale * error;
        }
        sum += double{row_sum};
    }
    return double{scale} * sum;
}

}  // namespace twofold::ops
