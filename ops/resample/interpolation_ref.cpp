#include "ops/resample/interpolation.h"

namespace twofold::ops::ref {
namespace {

float tap(Upsampling kind, int i) {
    const bool inner = i == 1 || i == 2;
    if (kind == Upsampling::kNearest) return inner ? 1.0f : 0.0f;
    return inner ? 0.75f : 0.25f;
}

}  // namespace

void interpolate_forward(Upsampling kind, ConstFeatureMap src, FeatureMap dst) {
    for (int y = 0; y < dst.height; ++y)
        for (int x = 0; x < dst.width; ++x)
            for (int c = 0; c < dst.channels; ++c)
                for (int i = 0; i < kInterpolationTaps; ++i)
                    for (int j = 0; j < kInterpolationTaps; ++j)
                        dst.at(y, x)[c] += tap(kind, i) * tap(kind, j) * src.at(y + i, x + j)[c];
}

void interpolate_backward(Upsampling kind, ConstFeatureMap diff_dst, FeatureMap diff_src) {
    for (int y = 0; y < diff_src.height; ++y)
        for (int x = 0; x < diff_src.width; ++x)
            for (int c = 0; c < diff_src.channels; ++c) {
                float sum = 0;
                for (int i = 0; i < kInterpolationTaps; ++i)
                    for (int j = 0; j < kInterpolationTaps; ++j)
                        if (y >= i && y - i < diff_dst.height && x >= j && x - j < diff_dst.width)
                            sum += tap(kind, i) * tap(kind, j) * diff_dst.at(y - i, x - j)[c];
                diff_src.at(y, x)[c] = sum;
            }
}

}  // namespace twofold::ops::ref
