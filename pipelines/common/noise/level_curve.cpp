#include "pipelines/common/noise/level_curve.h"

#include <algorithm>
#include <cstddef>

namespace twofold {

void smooth(LevelCurve& curve) {
    const LevelCurve rough = curve;
    for (std::size_t k = 0; k < rough.size(); ++k) {
        const double below = rough[k > 0 ? k - 1 : k].variance;
        const double above = rough[k + 1 < rough.size() ? k + 1 : k].variance;
        curve[k].variance = (below + 2 * rough[k].variance + above) / 4;
    }
}

double interpolate(const LevelCurve& curve, double brightness) {
    if (brightness <= curve.front().brightness) return curve.front().variance;
    for (std::size_t k = 1; k < curve.size(); ++k) {
        if (brightness > curve[k].brightness) continue;
        const double width = curve[k].brightness - curve[k - 1].brightness;
        const double t = width > 0 ? (brightness - curve[k - 1].brightness) / width : 0;
        return curve[k - 1].variance + t * (curve[k].variance - curve[k - 1].variance);
    }
    return curve.back().variance;
}

float quantile(std::vector<float>& values, double share) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * double(values.size()));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

}  // namespace twofold
