// How much the noise counts for in the filter that refines a result.
//
// The filter takes its guide for clean. Where an image is smooth, what the guide still has of the noise is all that
// there is in most coefficients, and the more the noise counts for the better; in texture that costs detail. Which it
// is tells an image with more noise than this one (recorrupted_window.h): a mosaic of pieces of it goes through the
// network and, with each weight, through the filter.
#ifndef TWOFOLD_PIPELINES_ZSN2N_FILTER_WEIGHT_H
#define TWOFOLD_PIPELINES_ZSN2N_FILTER_WEIGHT_H

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pipelines/common/refinement/refiner.h"
#include "pipelines/zsn2n/applier.h"
#include "pipelines/zsn2n/patch_loss.h"

namespace twofold::zsn2n {

class FilterWeight {
  public:
    // For noise that neither pixels nor channels share. `cells` is the number of pieces along either side of the
    // mosaic, fewer where the image is small.
    FilterWeight(Network& network, const TrainingImage& image, int cells, ThreadTeam& team);

    static bool fits(const ImageView& image);
    void reserve(ArenaPlan& plan);
    // Beside the arena.
    std::uint64_t bytes() const;
    // The best weight, 1 or more.
    float run(const Arena& arena, std::span<const float> parameters);

  private:
    static constexpr int kCell = 64;   // pixels a side
    static constexpr int kMargin = 8;  // of a cell that is not compared: beside it lies another part of the image

    ImageView view(std::vector<float>& mosaic) const { return packed_view(mosaic.data(), width_, height_, channels_); }
    void fill_cell(std::int64_t column, std::int64_t row, float* noisy, float* noise);
    // Squared errors of the rows of the mosaic, refined with a weight, without the margins of its cells.
    void find_errors(const Arena& arena, float weight, std::span<double> errors);

    TrainingImage image_;
    ThreadTeam& team_;
    int channels_;
    std::int64_t columns_, rows_, width_, height_;
    std::vector<float> more_, target_, guide_, refined_;
    std::optional<Applier> applier_;
    std::optional<Refiner> refiner_;
    ArenaRange<float> cells_;           // two for each thread
    ArenaRange<double> least_, found_;  // errors of rows
};

}  // namespace twofold::zsn2n

#endif
