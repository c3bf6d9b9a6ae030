// A window without its brightness and slope, of which the picture has most.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_PLANE_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_PLANE_H

namespace twofold {

// Takes the least-squares plane from side x side samples, which are `step` apart. Returns its mean; `squares` is what
// is left, of side * side - 3 degrees of freedom.
inline float take_plane(float* window, int side, int step, float* squares) {
    const float centre = static_cast<float>(side - 1) / 2;
    const auto samples = static_cast<float>(side * side);
    const float moment = samples * static_cast<float>(side * side - 1) / 12;  // of one coordinate
    float sum = 0, slope_x = 0, slope_y = 0;
    const auto at = [&](int x, int y) -> float& { return window[(y * side + x) * step]; };
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const float value = at(x, y);
            sum += value;
            slope_x += value * (static_cast<float>(x) - centre);
            slope_y += value * (static_cast<float>(y) - centre);
        }
    const float mean = sum / samples;
    slope_x /= moment;
    slope_y /= moment;
    *squares = 0;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            float& value = at(x, y);
            value -= mean + slope_x * (static_cast<float>(x) - centre) + slope_y * (static_cast<float>(y) - centre);
            *squares += value * value;
        }
    return mean;
}

}  // namespace twofold

#endif
