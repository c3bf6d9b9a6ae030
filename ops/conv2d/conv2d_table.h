// The implementations of conv2d, best first: the single list that selection, tests and benchmarks read.
#ifndef TWOFOLD_OPS_CONV2D_CONV2D_TABLE_H
#define TWOFOLD_OPS_CONV2D_CONV2D_TABLE_H

#include <memory>
#include <span>
#include <string_view>

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

struct Conv2dImplementation {
    const char* name;
    // Null if this implementation cannot do the shape.
    std::unique_ptr<Conv2d> (*make)(const Conv2dShape& shape);
};

std::span<const Conv2dImplementation> conv2d_implementations();

// The first implementation that can do the shape, or the one that is named ("auto" for the first). Null if the named
// one cannot do the shape or is not in this build. `chosen` receives its name.
std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape, std::string_view name, const char** chosen = nullptr);

// True if the name is "auto" or in the list.
bool is_implementation(std::string_view name);
// All names, best first, separated by spaces.
const char* implementation_names();
// "2.6.3", or "none" in a build without oneDNN.
const char* onednn_version();

}  // namespace twofold::ops

#endif
