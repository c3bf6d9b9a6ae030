// Loss and gradient on one patch. Two losses, of which a recipe takes one or a mixture:
//   pair          ZS-N2N's own: three passes of the network, over the patch and over its half-size pair
//   recorruption  one pass over the patch with more noise added; needs a model of the noise, and is right for noise
//   that
//                 is alike in neighbouring pixels as well, if the noise that is added is of the same kind
#ifndef TWOFOLD_PIPELINES_ZSN2N_PATCH_LOSS_H
#define TWOFOLD_PIPELINES_ZSN2N_PATCH_LOSS_H

#include <cstdint>

#include "ops/noise/normal_table.h"
#include "pipelines/common/image_scale.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/noise_texture.h"
#include "pipelines/common/noise_network/network.h"
#include "pipelines/common/noise_network/patch.h"
#include "pipelines/zsn2n/loss_terms.h"
#include "runtime/image_view.h"

namespace twofold::zsn2n {

// A patch to train on: `width` x `height` pixels (even) at (x, y), wholly inside the image; its halo may reach out.
struct PatchTask {
    std::int64_t x = 0, y = 0;
    int width = 0, height = 0;
    Symmetry symmetry;
    std::uint64_t stream = 0;  // of the random numbers for this patch
};

// What stays the same during a training.
struct TrainingImage {
    ImageView view;
    ImageScale scale;
    std::uint64_t seed;
    const NoiseModel* noise;  // on that scale
    const ops::NormalTable* normals;
    const NoiseTexture* texture = nullptr;  // null where the noise is independent from pixel to pixel
};

// Memory of one thread for patches of at most `max_patch` pixels a side.
struct PatchPlan {
    PassPlan full, half1, half2;
    ArenaRange<float> staging, patch;  // the patch as it lies in the image, and flipped, with the halo of half size
    ArenaRange<float> fresh_noise;     // full size, with the halo of one pass
    ArenaRange<float> unfolded;        // the same, where the network folds its input
    ArenaRange<float> denoised, diff_output;                       // full size, without halo
    ArenaRange<float> d1, d2, diff_n1, diff_n2, diff_d1, diff_d2;  // half size, without halo
};

class PatchLoss {
  public:
    // Throws Error kUnsupported for a pair of a network that sees blocks of pixels.
    PatchLoss(const Network& network, const LossTerms& terms, int max_patch);

    // Announce a patch size that will come, at plan time.
    static void plan(Network& network, int height, int width);
    PatchPlan reserve(ArenaPlan& plan) const;

    // Returns the loss, where a mean over the whole batch is a sum times `scale` for half-size samples, and adds its
    // gradient to diff_parameters.
    double run(const Arena& arena, const PatchPlan& plan, const TrainingImage& image, const PatchTask& task,
               const float* parameters, const float* packed, float scale, float* diff_parameters) const;
    // Floating point operations of a run.
    double flops(int height, int width) const;

  private:
    // A loaded patch: `height` x `width` pixels after the symmetry, in a buffer with `reach()` more on each side.
    struct Loaded {
        int height, width;
        const float* data;
        std::ptrdiff_t row;
        Rectangle inside;
    };
    struct Parameters {
        const float* values;
        const float* packed;
        float* gradient;
    };
    bool has_pair() const { return terms_.residual > 0 || terms_.consistency > 0; }
    Loaded load(const Arena& arena, const PatchPlan& plan, const TrainingImage& image, const PatchTask& task) const;
    double run_pair(const Arena& arena, const PatchPlan& plan, const Loaded& patch, const Parameters& parameters,
                    float scale) const;
    double run_recorruption(const Arena& arena, const PatchPlan& plan, const Loaded& patch, const TrainingImage& image,
                            const PatchTask& task, const Parameters& parameters, float scale) const;
    // Pixels around a patch: what the half-size passes need, or one pass and the mean that tells the brightness.
    int reach() const;
    // Noise of unit strength for the patch with the halo of one pass.
    void draw_noise(const Arena& arena, const PatchPlan& plan, const TrainingImage& image, const PatchTask& task,
                    float* noise) const;
    // Gives that noise the image's strength and adds it to the patch. `columns` is memory for a row of the loaded
    // patch.
    void recorrupt(const Loaded& patch, const TrainingImage& image, float* columns, float* noise, float* input) const;

    const Network& network_;
    LossTerms terms_;
    int max_patch_;
};

}  // namespace twofold::zsn2n

#endif
