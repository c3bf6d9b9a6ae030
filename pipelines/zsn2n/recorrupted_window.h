// A piece of the image with more noise than it has, and one whose noise is independent of that: what tells, without the
// clean image, which of two ways to denoise is the better one (Pang, Zheng, Quan, Ji, "Recorrupted-to-Recorrupted",
// CVPR 2021).
#ifndef TWOFOLD_PIPELINES_ZSN2N_RECORRUPTED_WINDOW_H
#define TWOFOLD_PIPELINES_ZSN2N_RECORRUPTED_WINDOW_H

#include <cstdint>

#include "pipelines/zsn2n/patch_loss.h"

namespace twofold::zsn2n {

// a: strength of the noise that is added, relative to the image's own. Its variance is then 1 + a^2 times that.
inline constexpr float kRecorruption = 0.5f;

// Draws noise z as that of the image is, for a dense window of it on the network's scale.
void draw_noise(const TrainingImage& image, std::uint64_t stream, const float* window, int width, int height, float* z);

// What a network gets to see, y + a z, and what its result is held against, y - z / a.
inline float recorrupted(float y, float z) { return y + kRecorruption * z; }
inline float target(float y, float z) { return y - z / kRecorruption; }

}  // namespace twofold::zsn2n

#endif
