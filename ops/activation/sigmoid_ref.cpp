#include <cmath>

#include "ops/activation/sigmoid.h"

namespace twofold::ops::ref {

void sigmoid_forward(ConstFeatureMap src, FeatureMap dst) {
    for (int y = 0; y < src.height; ++y)
        for (int x = 0; x < src.width; ++x)
            for (int c = 0; c < src.channels; ++c)
                dst.at(y, x)[c] = static_cast<float>(1 / (1 + std::exp(-double{src.at(y, x)[c]})));
}

void sigmoid_backward(ConstFeatureMap dst, ConstFeatureMap diff_dst, FeatureMap diff_src) {
    for (int y = 0; y < dst.height; ++y)
        for (int x = 0; x < dst.width; ++x)
            for (int c = 0; c < dst.channels; ++c) {
                const double value = double{dst.at(y, x)[c]};
                diff_src.at(y, x)[c] = static_cast<float>(value * (1 - value) * double{diff_dst.at(y, x)[c]});
            }
}

}  // namespace twofold::ops::ref
