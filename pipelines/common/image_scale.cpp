#include "pipelines/common/image_scale.h"

#include <cmath>

namespace twofold {

ImageScale::ImageScale(const WhiteLevel& white, const Stabilizer* stabilizer, const ClippingShift* shift)
    : white_(white.white), limit_(white.limit), stabilizer_(stabilizer), shift_(shift) {
    if (stabilizer != nullptr && std::isfinite(limit_)) limit_ = stabilizer->largest(limit_);
}

void ImageScale::load(const ImageView& image, std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
                      float* samples, std::ptrdiff_t row) const {
    load_rectangle(image, white_, x, y, width, height, samples, row);
    if (stabilizer_ == nullptr) return;
    for (std::int64_t j = 0; j < height; ++j) stabilizer_->forward(width, samples + j * row);
}

void ImageScale::restore(const ImageView& image, std::int64_t x, std::int64_t y, std::int64_t width,
                         std::int64_t height, float* samples, std::ptrdiff_t row) const {
    load_rectangle(image, white_, x, y, width, height, samples, row);
    for (std::int64_t j = 0; j < height; ++j) {
        if (shift_ != nullptr) shift_->shift(width, samples + j * row);
        if (stabilizer_ != nullptr) stabilizer_->restore(width, samples + j * row);
    }
}

void ImageScale::store(const ImageView& output, float white, std::int64_t x, std::int64_t y, std::int64_t width,
                       std::int64_t height, float* samples, std::ptrdiff_t row, float share) const {
    for (std::int64_t j = 0; j < height; ++j) {
        if (stabilizer_ != nullptr) stabilizer_->inverse(width, samples + j * row);
        if (shift_ != nullptr) shift_->restore(width, samples + j * row, share);
    }
    store_rectangle(output, white, x, y, width, height, samples, row);
}

}  // namespace twofold
