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
    const auto above = std::ranges::lower_bound(curve, brightness, {}, &LevelPoint::brightness);
    if (above == curve.end()) return curve.back().variance;
    const LevelPoint& below = *(above - 1);
    const double width = above->brightness - below.brightness;
    const double t = width > 0 ? (brightness - below.brightness) / width : 0;
    return below.variance + t * (above->variance - below.variance);
}

float quantile(std::vector<float>& values, double share) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * double(values.size()));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

}  // namespace twofold
