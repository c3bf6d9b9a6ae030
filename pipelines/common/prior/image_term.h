// The squared distance to an image, over all of it or the pixels that a mask names: denoising and inpainting.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_IMAGE_TERM_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_IMAGE_TERM_H

#include <optional>

#include "pipelines/common/prior/data_term.h"
#include "runtime/image_view.h"

namespace twofold::prior {

class ImageTerm : public DataTerm {
  public:
    // `mask`, of one channel and the image's size: pixels of half its white or more count, the others are unknown.
    ImageTerm(const ImageView& image, float white, std::optional<ImageView> mask = {});

    void reserve(ArenaPlan& plan) override;
    void begin(ThreadTeam& team, const Arena& arena) override;
    double evaluate(ThreadTeam& team, const Arena& arena, const FitStep& step, ops::ConstFeatureMap output,
                    ops::FeatureMap diff) override;
    // Known pixels are kept.
    const float* kept_row(const Arena& arena, int y) const override;

  protected:
    ops::FeatureMap target(const Arena& arena) const;
    // data is null without a mask.
    ops::FeatureMap mask(const Arena& arena) const;

  private:
    ImageView image_;
    float white_;
    std::optional<ImageView> mask_image_;
    int height_, width_, channels_;
    ArenaRange<float> target_, mask_;
};

}  // namespace twofold::prior

#endif
