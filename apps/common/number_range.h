// The check of an option that takes a number.
#ifndef TWOFOLD_APPS_COMMON_NUMBER_RANGE_H
#define TWOFOLD_APPS_COMMON_NUMBER_RANGE_H

#include <CLI/CLI.hpp>

namespace twofold::apps {

// A number from `low` to `high`. CLI11's own range lets "nan" pass.
CLI::Validator number_between(double low, double high);

// A whole number of 64 bits, such as a seed. CLI11 would take -1 and what is too large for the largest number.
CLI::Validator whole_number();

}  // namespace twofold::apps

#endif
