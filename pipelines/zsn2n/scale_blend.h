// How much of the result at half the size to take.
//
// Both networks see the image with some more noise. What they then predict is held against an image whose noise is
// independent of that (recorrupted_window.h), so that the share with the least squared error is the one that is best
// against the unknown clean image as well.
#ifndef TWOFOLD_PIPELINES_ZSN2N_SCALE_BLEND_H
#define TWOFOLD_PIPELINES_ZSN2N_SCALE_BLEND_H

#include <span>
#include <vector>

#include "pipelines/common/noise_network/network.h"
#include "pipelines/zsn2n/patch_loss.h"
#include "runtime/thread_team.h"

namespace twofold::zsn2n {

class ScaleBlend {
  public:
    ScaleBlend(Network& network, const TrainingImage& image, ThreadTeam& team);

    // Whether there is room for a window in the image.
    static bool fits(const NetworkShape& shape, const ImageView& image);
    void reserve(ArenaPlan& plan);
    // The share, 0..1, by least squares over random windows.
    float run(const Arena& arena, std::span<const float> fine, std::span<const float> coarse) const;

  private:
    struct Window {
        PassPlan fine, coarse;
        ArenaRange<float> noisy, noise, more;  // whole windows; `noise` is added for `more`
    };
    struct Sums {
        double product = 0, square = 0;
    };
    // Pixels of a window's side, at half the size: what is compared, and with the halo of the network.
    static constexpr int kInner = 24;
    static int padded(const NetworkShape& shape) { return kInner + 2 * shape.image_halo(); }

    Sums compare(const Arena& arena, const Window& memory, std::int64_t index, std::span<const float> fine,
                 std::span<const float> coarse) const;

    Network& network_;
    TrainingImage image_;
    ThreadTeam& team_;
    std::vector<Window> threads_;
    ArenaRange<float> packed_fine_, packed_coarse_;
    ArenaRange<double> sums_;
};

}  // namespace twofold::zsn2n

#endif
