// Copies of images to look at.
#ifndef TWOFOLD_APPS_REPORT_PICTURE_H
#define TWOFOLD_APPS_REPORT_PICTURE_H

#include <cstdint>

#include "platform/image_io/image_io.h"
#include "twofold/twofold.h"

namespace twofold::apps {

// An image as a screen can show it: 8 bit, grey or RGB, upright. Alpha is left out: it would hide what was denoised.
struct Picture {
    std::int64_t full_width = 0;  // of the image that this is a copy of, upright
    std::int64_t full_height = 0;
    image_io::Image image;  // of metadata it keeps only the ICC profile, which colours need
    bool reduced() const { return image.width != full_width || image.height != full_height; }
};

// What a copy needs to know beyond the pixels of a view.
struct Look {
    double white = 1;              // shown as white: FLOAT32: a sample; else a share of full scale
    std::int64_t most_pixels = 0;  // 0: no limit. Else whole blocks of pixels are averaged until no more are left
    const image_io::Metadata* metadata = nullptr;  // gives the ICC profile and the orientation; may be null
};

// Samples that are not finite become black. Throws a Failure when the machine has not enough memory left.
Picture picture_of(const twofold_image& view, const Look& look);

// For images read from files: `look.metadata` is their own.
Picture picture_of(const image_io::Image& image, Look look);

}  // namespace twofold::apps

#endif
