// --non-finite: what becomes of samples that are NaN or infinite.
#ifndef TWOFOLD_APPS_COMMON_NON_FINITE_H
#define TWOFOLD_APPS_COMMON_NON_FINITE_H

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "platform/image_io/image_io.h"

namespace twofold::apps {

// `*choice`: "refuse" unless the option is given, "keep" or "fill".
void add_non_finite_option(CLI::App* app, std::string* choice);

// The colour samples of a float image that were not finite.
class NonFiniteSamples {
  public:
    // Gives them values from near by, unless they are to be refused, and remembers what they were if that is to be
    // kept. Throws a Failure where nothing else is there.
    void fill(image_io::Image* image, const std::string& choice);
    // Puts back what is to be kept, into an image of the same shape.
    void restore(image_io::Image* image) const;

    std::int64_t count() const { return count_; }
    std::uint64_t bytes() const { return kept_.size() / 8 + values_.size() * sizeof(float); }

  private:
    std::int64_t count_ = 0;
    std::vector<bool> kept_;  // of all samples, alpha included
    std::vector<float> values_;
};

}  // namespace twofold::apps

#endif
