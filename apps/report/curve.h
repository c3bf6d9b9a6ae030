// The course of a fit as numbers.
#ifndef TWOFOLD_APPS_REPORT_CURVE_H
#define TWOFOLD_APPS_REPORT_CURVE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace twofold::apps {

// PSNRs in dB as twofold_compare defines them; nothing where there is nothing to compare with.
struct CurvePoint {
    std::int64_t step = 0;
    double loss = 0;
    std::optional<double> psnr_noisy;          // output to the input
    std::optional<double> psnr_average_noisy;  // running average of the outputs to the input
    std::optional<double> psnr_true;           // output to the truth
    std::optional<double> psnr_average_true;   // running average of the outputs to the truth
};
using Curve = std::vector<CurvePoint>;

// A line of column names and one line a point; cells without a value are empty, those that are not finite are "inf",
// "-inf" and "nan".
std::string curve_csv(const Curve& curve);

}  // namespace twofold::apps

#endif
