// What a page says about a run.
#ifndef TWOFOLD_APPS_REPORT_RUN_FACTS_H
#define TWOFOLD_APPS_REPORT_RUN_FACTS_H

#include <vector>

#include "apps/common/training_options.h"
#include "apps/report/html_report.h"
#include "apps/report/measure.h"

namespace twofold::apps {

std::vector<Fact> image_facts(const image_io::Image& image);
std::vector<Fact> setting_facts(const TrainingOptions& training, const twofold_report& report);
std::vector<Fact> timing_facts(const twofold_report& report);
// Of a result; `truth` null: unknown. What cannot be compared is left out.
std::vector<Fact> measure_facts(const Context& context, const Reference& result, const Reference& noisy,
                                const Reference* truth);

// What was taken away, and whether it was noise.
std::vector<Fact> residual_facts(const twofold_examination& examination);

// "30.41 dB"; "equal" for infinity.
std::string decibels(double psnr);

}  // namespace twofold::apps

#endif
