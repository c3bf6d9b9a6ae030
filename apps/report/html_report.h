// One page about one image and what one or several methods made of it. It needs nothing but a browser: images, style
// and script are inside, and its content security policy forbids it to fetch anything.
#ifndef TWOFOLD_APPS_REPORT_HTML_REPORT_H
#define TWOFOLD_APPS_REPORT_HTML_REPORT_H

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/report/curve.h"
#include "apps/report/picture.h"
#include "apps/report/trace.h"

namespace twofold::apps {

// A name and its value, as the page's table shows them.
using Fact = std::pair<std::string, std::string>;

struct ReportEntry {
    std::string method;
    std::vector<Fact> settings;
    std::vector<Fact> measures;  // such as the PSNR to the truth
    std::vector<Fact> timing;
    Picture result;
    std::optional<Picture> structure;  // bright where detail was lost; of the size of the result
    Curve curve;                       // empty for a method without steps
    std::int64_t result_step = 0;      // of the curve, where the result comes from; 0: not to be marked
    std::vector<Snapshot> snapshots;   // in order of steps; may be empty
};

struct Report {
    // Larger pictures should be reduced to this, so that a page stays some ten megabytes: see Look::most_pixels.
    static constexpr std::int64_t kPicturePixels = 4'000'000;

    std::string title;
    std::vector<Fact> facts;  // about the input
    Picture input;            // differs in size from the results of enlarging
    std::optional<Picture> truth;
    std::vector<ReportEntry> entries;  // at least one; results of one size
};

// The page as UTF-8. All text is escaped. Curves of more than 2000 points are thinned evenly. The residual is made by
// the page itself, wherever input and result have one size. Throws ImageError when a picture cannot be encoded.
std::string render_report(const Report& report);

}  // namespace twofold::apps

#endif
