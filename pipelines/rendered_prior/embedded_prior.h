// The weights that are part of this build.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_EMBEDDED_PRIOR_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_EMBEDDED_PRIOR_H

#include <cstddef>
#include <span>

namespace twofold {

// In stored form, as load_weights reads it; empty in a build without them: the prior, large and small ...
std::span<const std::byte> embedded_prior();
std::span<const std::byte> embedded_small_prior();
// ... and what ZS-N2N can begin with (PriorSize::kStart).
std::span<const std::byte> embedded_start();

}  // namespace twofold

#endif
