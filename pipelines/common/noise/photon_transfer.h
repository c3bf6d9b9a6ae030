// The variance of noise against brightness as a straight line: what photons and the electronics each add to it.
//
// Janesick, "Photon Transfer", SPIE Press 2007; Foi et al., IEEE TIP 2008.
#ifndef TWOFOLD_PIPELINES_COMMON_NOISE_PHOTON_TRANSFER_H
#define TWOFOLD_PIPELINES_COMMON_NOISE_PHOTON_TRANSFER_H

#include <array>
#include <span>
#include <vector>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/white_level.h"
#include "runtime/image_view.h"

namespace twofold {

struct ChannelWindow;

// variance = gain * (brightness - offset) + read_noise^2, where white is 1, and read_noise^2 below the offset.
struct PhotonTransfer {
    double gain = 0;        // the inverse of the photons at white; 0 where the noise does not grow
    double read_noise = 0;  // standard deviation where no light is
    double offset = 0;      // the brightness that stands for no light; 0 unless the variance vanishes above 0

    double variance(double brightness) const;
};

struct LineFits {
    std::vector<PhotonTransfer> line;  // a channel each
    double error = 0;  // mean square, relative to the points; larger for lines of two numbers, which must be worth it
};

// The lines that fit the channels' curves best: the same noise everywhere, photons alone, or both where neither alone
// will do for one sensor. `textured`: points may lie above the line, for the picture may have added to them.
LineFits fit_photon_transfer(std::span<const LevelCurve> curves, bool textured = false);

// Where noise was cut off.
struct Clipping {
    bool at_black = false, at_white = false;  // brightness 0 and 1
};

struct ChannelTransfers {
    std::array<PhotonTransfer, 4> channel;
    Clipping clipping;
    std::array<double, 4> variance{};  // mean over the image
    bool falls = false;                // the noise is weaker where it is brighter: a tone curve came after it
};

// For noise that is independent from pixel to pixel, in an image of at least ChannelWindow::kSide pixels a side.
// Windows where samples may have been clipped do not count, so that it is the noise before that. `apart`: the noises of
// red, green and blue are independent as well, and are measured in the channels' differences.
ChannelTransfers measure_photon_transfer(const ImageView& image, const WhiteLevel& white, bool apart);

// The same from windows of the image, where samples are known to have piled up at these bounds.
ChannelTransfers measure_photon_transfer(const std::vector<ChannelWindow>& windows, int channels, bool apart,
                                         Clipping piled_up);

}  // namespace twofold

#endif
