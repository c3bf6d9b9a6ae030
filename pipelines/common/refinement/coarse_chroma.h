// Takes away stains of colour: what is left, in a refined image, of noise that is coarser than its patches.
//
// Demosaicing and compression leave colour noise that spreads over ten and more pixels. At half of the size, and at
// half of that, the same filter (refiner.h) sees it as fine noise. What it changes there, less what it changes in all
// channels alike, is enlarged and added to the image. Brightness is left alone: its coarse changes are mostly picture.
#ifndef TWOFOLD_PIPELINES_COMMON_REFINEMENT_COARSE_CHROMA_H
#define TWOFOLD_PIPELINES_COMMON_REFINEMENT_COARSE_CHROMA_H

#include <cstdint>
#include <memory>
#include <vector>

#include "pipelines/common/half_size/coarse_correction.h"
#include "pipelines/common/half_size/half_image.h"
#include "pipelines/common/refinement/refiner.h"

namespace twofold {

class CoarseChroma {
  public:
    // For colour images whose quarter still is of Refiner::kSmallestSide, of at most 32 megapixels, since it holds them
    // at half the size.
    static bool fits(const ImageView& image);
    // What it takes beside the arena, at most.
    static std::uint64_t most_bytes(const ImageView& image);

    // `settings` are those of the refiner for the image itself, with a texture.
    CoarseChroma(const RefinerSettings& settings, ThreadTeam& team);
    void reserve(ArenaPlan& plan);
    // As most_bytes, exactly.
    std::uint64_t bytes() const;

    // Corrects the output. `noisy` is the input, which may have been moved. False if the callback cancelled.
    bool run(const Arena& arena, const ImageView& noisy, const OtherTiles& other, RunControl& control);
    // Of the progress that is reported.
    std::int64_t tiles() const;

  private:
    // An image at half the size of another, noisy and denoised.
    struct Level {
        Level(const RefinerSettings& whole, int reduction, ThreadTeam& team);

        HalfImage noisy, result;
        Refiner refiner;
        CoarseCorrection correction;
    };
    static RefinerSettings settings_at(const RefinerSettings& whole, int reduction, HalfImage* noisy,
                                       HalfImage* result);
    void correct(const Arena& arena, Level& level, const ImageView& image, const ImageScale& scale);

    RefinerSettings settings_;
    ThreadTeam& team_;
    std::vector<std::unique_ptr<Level>> levels_;
    ArenaRange<float> rows_, scratch_;  // for each thread: two rows of the image, and one of half the size
};

}  // namespace twofold

#endif
