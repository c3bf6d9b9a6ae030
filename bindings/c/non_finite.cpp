#include "pipelines/common/non_finite.h"

#include "bindings/c/guard.h"
#include "bindings/c/image.h"

using namespace twofold;
using namespace twofold::c_api;

twofold_status twofold_fill_non_finite(twofold_context* context, const twofold_image* image, const twofold_image* mask,
                                       int64_t* count) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(image != nullptr, "the image is NULL");
        const ImageView view = checked_view(*image, Access::kWrite, "image");
        ImageView drawn;
        if (mask) {
            drawn = checked_map(*mask, view, "mask");
            check_mask_memory(drawn, view);
        }
        const std::int64_t found = fill_non_finite(view, mask ? &drawn : nullptr);
        if (count) *count = found;
    });
}
