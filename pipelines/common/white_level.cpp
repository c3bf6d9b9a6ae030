#include "pipelines/common/white_level.h"

#include <algorithm>
#include <string>

#include "runtime/error.h"

namespace twofold {

float check_samples(const ImageView& image, float given) {
    if (image.type != DataType::kFloat32) return integer_white(image.type);
    float largest = 0;
    for (std::int64_t y = 0; y < image.height; ++y) {
        const SampleRange range = scan_row(image, y);
        if (!range.finite)
            throw Error(ErrorCode::kNonFinite, "the image holds NaN or infinity in row " + std::to_string(y));
        largest = std::max(largest, range.largest_absolute);
    }
    if (given > 0) return given;
    return (largest >= 0.1f && largest <= 8) || largest == 0 ? 1.0f : largest;
}

}  // namespace twofold
