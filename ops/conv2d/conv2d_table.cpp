#include "ops/conv2d/conv2d_table.h"

#include <array>
#include <utility>

#include "ops/conv2d/conv2d_implementations.h"
#if TWOFOLD_WITH_ONEDNN
#include <oneapi/dnnl/dnnl_version.h>
#endif

namespace twofold::ops {
namespace {

constexpr auto kImplementations = std::to_array<Conv2dImplementation>({
    {"simd", make_conv2d_simd}, {"direct", make_conv2d_direct},
#if TWOFOLD_WITH_ONEDNN
        {"onednn", make_conv2d_onednn},
#endif
        {"ref", make_conv2d_ref},
});

#define TWOFOLD_TEXT_OF(x) #x
#define TWOFOLD_TEXT(x) TWOFOLD_TEXT_OF(x)

}  // namespace

void Conv2d::plan(int, int) {}

std::unique_ptr<Conv2d> make_conv2d_simd(const Conv2dShape& shape) {
    std::unique_ptr<Conv2d> conv = make_conv2d_winograd(shape);
    return conv ? std::move(conv) : make_conv2d_direct(shape);
}

std::span<const Conv2dImplementation> conv2d_implementations() { return kImplementations; }

std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape, std::string_view name, const char** chosen) {
    for (const Conv2dImplementation& implementation : kImplementations) {
        if (name != "auto" && name != implementation.name) continue;
        if (std::unique_ptr<Conv2d> conv = implementation.make(shape)) {
            if (chosen) *chosen = implementation.name;
            return conv;
        }
    }
    return nullptr;
}

bool is_implementation(std::string_view name) {
    if (name == "auto") return true;
    for (const Conv2dImplementation& implementation : kImplementations)
        if (name == implementation.name) return true;
    return false;
}

#if TWOFOLD_WITH_ONEDNN
const char* implementation_names() { return "simd direct onednn ref"; }
const char* onednn_version() {
    return TWOFOLD_TEXT(DNNL_VERSION_MAJOR) "." TWOFOLD_TEXT(DNNL_VERSION_MINOR) "." TWOFOLD_TEXT(DNNL_VERSION_PATCH);
}
#else
const char* implementation_names() { return "simd direct ref"; }
const char* onednn_version() { return "none"; }
#endif

}  // namespace twofold::ops
