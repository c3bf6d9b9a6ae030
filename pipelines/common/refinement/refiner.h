// A second look at the noisy image, with its denoised version as the guide: what is alike is found over a window of 40
// pixels, which is further than the network sees, and estimated together (ops/collaborative): white noise in colour by
// nonlocal Bayes; noise that pixels or channels share by the collaborative filter, which takes a variance for each
// frequency, and grey images as well.
//
// Works on the scale that the network sees, in components across the channels: the DCT-II of the channels of a pixel,
// which for RGB is the opponent colour space that BM3D's authors use. Bands of rows go from top to bottom through
// buffers of their own, so that little memory is needed and the result can replace the denoised image. Nothing depends
// on the number of threads.
#ifndef TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINER_H
#define TWOFOLD_PIPELINES_COMMON_REFINEMENT_REFINER_H

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "ops/collaborative/collaborative_filter.h"
#include "pipelines/common/image_scale.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/noise_texture.h"
#include "pipelines/common/run_control.h"
#include "runtime/arena.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold {

struct RefinerSettings {
    ImageView input;   // noisy
    ImageView output;  // denoised, to be replaced; may be the input's memory
    ImageScale input_scale, output_scale;
    // On the scale that both lead to.
    const NoiseModel* noise = nullptr;
    const NoiseTexture* texture = nullptr;  // of noise that pixels or channels share, else null
    int reduction = 1;  // noise and texture are those of an image so many times larger, of which this has the means
    int stride = 5;     // pixels from one reference patch to the next, at most a patch
};

class Refiner {
  public:
    // Pixels each way of the smallest image that it is worth it for.
    static constexpr std::int64_t kSmallestSide = 16;

    // What the scales and `noise` point to must outlive it; `texture` is read here only.
    Refiner(const RefinerSettings& settings, ThreadTeam& team);
    // Else by the collaborative filter. On images of microscopes, which are grey and smooth, that had 0.2 to 0.8 dB
    // more.
    static bool is_by_bayes(const RefinerSettings& settings) {
        return settings.texture == nullptr && settings.input.colour_channels() > 1;
    }
    bool is_by_bayes() const { return bayes_; }
    void reserve(ArenaPlan& plan);

    // How much the noise's variance counts for; 1 at first.
    void set_weight(float weight) { weight_of_noise_ = weight; }
    // To be called before the output takes the place of the input.
    void keep_input(const Arena& arena) const;
    // The noisy image, wherever it is now.
    ImageView noisy(const Arena& arena) const { return in_place_ ? kept(arena) : settings_.input; }
    // Takes away the share `strength` of the noise. False if the callback cancelled.
    bool run(const Arena& arena, float strength, const OtherTiles& other, RunControl& control);
    // Of the progress that is reported.
    std::int64_t tiles() const { return bands_; }
    // Seconds that a run will take, judged by the first band. Writes no output.
    double measure(const Arena& arena);

  private:
    static constexpr int kBand = 40;  // rows of patches, by their upper border
    static constexpr int kAbove = ops::kCollaborativeReach;
    static constexpr int kRows = kAbove + kBand + ops::kCollaborativeReach + ops::kCollaborativePatch;
    // Reference patches of tiles that are a tile apart write to different pixels.
    static constexpr int kTile = 2 * ops::kCollaborativeReach + ops::kCollaborativePatch;

    void set_components();
    void set_shape(const NoiseTexture& texture);
    // The buffers hold kRows rows of the image, of which the first is `top`, the one kAbove rows before the band. That
    // may be before the image, and the last ones behind it. Loads what the band before has not.
    void start_band(const Arena& arena, std::int64_t band);
    void load_rows(const Arena& arena, std::int64_t first, std::int64_t end, std::int64_t top);
    void filter_band(const Arena& arena, std::int64_t band);
    void filter_tile(const ops::CollaborativePlanes& planes, std::int64_t band, std::int64_t tile) const noexcept;
    void filter_patch(const ops::CollaborativePlanes& planes, int x, int y,
                      const ops::CollaborativeWindow& window) const;
    void store_rows(const Arena& arena, float strength, std::int64_t first, std::int64_t end, std::int64_t top);
    ops::CollaborativePlanes planes(const Arena& arena) const;
    // Of one pixel, in both directions.
    void split(const float* pixel, float* components) const;
    void join(const float* components, float* pixel) const;
    ImageView kept(const Arena& arena) const;

    RefinerSettings settings_;
    ThreadTeam& team_;
    float weight_of_noise_ = 1;
    bool bayes_;  // else the collaborative filter
    int channels_;
    bool in_place_;
    std::int64_t bands_, tiles_;  // tiles in a band
    std::ptrdiff_t row_, plane_;  // floats
    std::array<std::array<float, 4>, 4> basis_{};
    // Variance of the noise in each coefficient of a component, relative to that of the component's pixels.
    std::vector<float> shape_;
    ArenaRange<float> noisy_, pilot_, sum_, weight_;
    ArenaRange<float> pixels_;                  // a row of the image for each thread
    std::vector<std::atomic<bool>> even_done_;  // tiles of the band that is being filtered
    ArenaRange<std::byte> kept_;                // the noisy samples, where the output replaces them
};

}  // namespace twofold

#endif
