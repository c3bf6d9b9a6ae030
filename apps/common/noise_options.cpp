#include "apps/common/noise_options.h"

#include "apps/common/number_range.h"

namespace twofold::apps {

void add_noise_options(CLI::App* app, NoiseOptions* options) {
    CLI::Option_group* group = app->add_option_group("Noise (exactly one)");
    group->add_option("--gaussian", options->gaussian, "Gaussian noise: standard deviation on the scale 0..255")
        ->check(number_between(0, 1000));
    group->add_option("--poisson", options->poisson, "Poisson noise: photons at white")
        ->check(number_between(0.01, 1e6));
    group->require_option(1);
}

void make_noisy(const Context& context, const twofold_image& clean, const twofold_image& noisy,
                const NoiseOptions& options, std::uint64_t seed) {
    const bool is_poisson = options.poisson > 0;
    check(twofold_add_noise(context.get(), &clean, &noisy, is_poisson ? TWOFOLD_NOISE_POISSON : TWOFOLD_NOISE_GAUSSIAN,
                            is_poisson ? options.poisson : options.gaussian, seed),
          context.get());
}

}  // namespace twofold::apps
