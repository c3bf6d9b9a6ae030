#include "ops/optimizer/adam.h"

#include <cmath>

namespace twofold::ops {

void adam_step(std::size_t count, std::int64_t step, double learning_rate, const AdamConstants& constants,
               const float* gradient, float* first, float* second, float* parameters) {
    const auto t = static_cast<double>(step);
    // The corrections for the zero start are folded into the rate and epsilon.
    const double correction2 = std::sqrt(1 - std::pow(constants.beta2, t));
    const auto rate = static_cast<float>(learning_rate * correction2 / (1 - std::pow(constants.beta1, t)));
    const auto epsilon = static_cast<float>(constants.epsilon * correction2);
    const auto beta1 = static_cast<float>(constants.beta1), beta2 = static_cast<float>(constants.beta2);
    for (std::size_t i = 0; i < count; ++i) {
        const float g = gradient[i];
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        parameters[i] -= rate * first[i] / (std::sqrt(second[i]) + epsilon);
    }
}

}  // namespace twofold::ops
