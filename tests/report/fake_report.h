// Reports with pictures and curves that look like those of a fit, without the fit.
#ifndef TWOFOLD_TESTS_REPORT_FAKE_REPORT_H
#define TWOFOLD_TESTS_REPORT_FAKE_REPORT_H

#include <string>

#include "apps/report/html_report.h"

namespace twofold::tests {

// A name that is markup, ends a script and is no UTF-8.
extern const std::string kHostileName;

// A scene with noise of the given strength (standard deviation, white is 1), 8 bit RGB.
image_io::Image scene(int width, int height, double noise);

// Three methods, a truth, curves and snapshots.
apps::Report full_report();
// One method without curves, of hostile names, and no truth.
apps::Report bare_report();
// An input of half the size, so that there is no residual.
apps::Report enlargement_report();
// Pictures reduced from 9 megapixels.
apps::Report large_report();

}  // namespace twofold::tests

#endif
