// Makers of the implementations that conv2d_table.cpp lists. Null for a shape that an implementation cannot do.
#ifndef TWOFOLD_OPS_CONV2D_CONV2D_IMPLEMENTATIONS_H
#define TWOFOLD_OPS_CONV2D_CONV2D_IMPLEMENTATIONS_H

#include <memory>

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

std::unique_ptr<Conv2d> make_conv2d_ref(const Conv2dShape& shape);
std::unique_ptr<Conv2d> make_conv2d_direct(const Conv2dShape& shape);
std::unique_ptr<Conv2d> make_conv2d_winograd(const Conv2dShape& shape);
// The faster one of those two.
std::unique_ptr<Conv2d> make_conv2d_simd(const Conv2dShape& shape);
std::unique_ptr<Conv2d> make_conv2d_onednn(const Conv2dShape& shape);

}  // namespace twofold::ops

#endif
