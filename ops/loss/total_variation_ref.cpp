#include "ops/loss/total_variation.h"

#include <cmath>

namespace twofold::ops::ref {
namespace {

struct Term {
    float value;
    float by_dx, by_dy;  // derivatives
};

float sign(float x) { return static_cast<float>(x > 0) - static_cast<float>(x < 0); }

Term term(TotalVariation kind, float epsilon, const ConstFeatureMap& src, int y, int x, int c) {
    const float* p = src.at(y, x) + c;
    const float dx = x + 1 < src.width ? p[src.pixel] - *p : 0;
    const float dy = y + 1 < src.height ? p[src.row] - *p : 0;
    if (kind == TotalVariation::kAnisotropic) return {std::abs(dx) + std::abs(dy), sign(dx), sign(dy)};
    const float norm = std::sqrt(dx * dx + dy * dy + epsilon * epsilon);
    if (norm == 0) return {0, 0, 0};
    return {norm - epsilon, dx / norm, dy / norm};
}

}  // namespace

double total_variation(TotalVariation kind, float epsilon, ConstFeatureMap src, float weight, FeatureMap diff_src) {
    const double scale = 1 / (double(src.height) * src.width * src.channels);
    const float diff_scale = static_cast<float>(double{weight} * scale);
    double sum = 0;
    for (int y = 0; y < src.height; ++y)
        for (int x = 0; x < src.width; ++x)
            for (int c = 0; c < src.channels; ++c) {
                const Term own = term(kind, epsilon, src, y, x, c);
                sum += double{own.value};
                if (!diff_src.data) continue;
                float gradient = -own.by_dx - own.by_dy;
                if (x > 0) gradient += term(kind, epsilon, src, y, x - 1, c).by_dx;
                if (y > 0) gradient += term(kind, epsilon, src, y - 1, x, c).by_dy;
                diff_src.at(y, x)[c] += diff_scale * gradient;
            }
    return scale * sum;
}

}  // namespace twofold::ops::ref
