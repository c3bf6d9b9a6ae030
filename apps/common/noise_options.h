// --gaussian S or --poisson L: exactly one of them.
#ifndef TWOFOLD_APPS_COMMON_NOISE_OPTIONS_H
#define TWOFOLD_APPS_COMMON_NOISE_OPTIONS_H

#include <CLI/CLI.hpp>
#include <cstdint>

#include "apps/common/library.h"

namespace twofold::apps {

struct NoiseOptions {
    double gaussian = 0;
    double poisson = 0;  // 0: Gaussian noise is meant
};

void add_noise_options(CLI::App* app, NoiseOptions* options);
void make_noisy(const Context& context, const twofold_image& clean, const twofold_image& noisy,
                const NoiseOptions& options, std::uint64_t seed);

}  // namespace twofold::apps

#endif
