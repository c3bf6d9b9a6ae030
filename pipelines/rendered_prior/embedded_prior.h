// The prior that is part of this build.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_EMBEDDED_PRIOR_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_EMBEDDED_PRIOR_H

#include <cstddef>
#include <span>

namespace twofold {

// Its stored form, as load_weights reads it; empty in a build without it.
std::span<const std::byte> embedded_prior();

}  // namespace twofold

#endif
