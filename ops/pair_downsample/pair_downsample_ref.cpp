// Plain loops suffice: a patch is downsampled once for some twenty thousand multiplications per pixel in the network.
#include "ops/pair_downsample/pair_downsample.h"

namespace twofold::ops {

void pair_downsample_ref(int height, int width, int channels, ConstMap src, Map d1, Map d2) {
    for (int y = 0; y < height; ++y) {
        const float* top = src.data + 2 * y * src.row;
        const float* bottom = top + src.row;
        float* out1 = d1.data + y * d1.row;
        float* out2 = d2.data + y * d2.row;
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const int left = 2 * x * channels + c, right = left + channels;
                out1[x * channels + c] = 0.5f * (top[right] + bottom[left]);
                out2[x * channels + c] = 0.5f * (top[left] + bottom[right]);
            }
    }
}

void pair_downsample_backward_ref(int height, int width, int channels, ConstMap diff_d1, ConstMap diff_d2,
                                  Map diff_src) {
    for (int y = 0; y < height; ++y) {
        float* top = diff_src.data + 2 * y * diff_src.row;
        float* bottom = top + diff_src.row;
        const float* in1 = diff_d1.data + y * diff_d1.row;
        const float* in2 = diff_d2.data + y * diff_d2.row;
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const int left = 2 * x * channels + c, right = left + channels;
                top[right] = bottom[left] = 0.5f * in1[x * channels + c];
                top[left] = bottom[right] = 0.5f * in2[x * channels + c];
            }
    }
}

}  // namespace twofold::ops
