// Watches the work on one image and writes down what --trace and --report ask for.
#ifndef TWOFOLD_APPS_REPORT_OBSERVER_H
#define TWOFOLD_APPS_REPORT_OBSERVER_H

#include <cstdint>
#include <optional>
#include <string>

#include "apps/report/html_report.h"
#include "apps/report/observe_options.h"
#include "apps/report/run_facts.h"

namespace twofold::apps {

// What is worked on.
struct ObservedImage {
    std::string name;                // of the file, "-" for standard input
    const image_io::Image& image;    // need not outlive the observer's constructor
    double white = 0;                // --white, 0: not given
    std::uint64_t memory_limit = 0;  // to read the truth with
    std::string method;              // whose result is the output
    int factor = 1;                  // result and truth are so many times as wide and high
};

// For each run: watch, commit, planned, run, perhaps examined and estimated, finished. Then write.
class Observer {
  public:
    // Reads the truth. Throws a Failure when it does not fit the image or when nothing says what is white.
    Observer(const ObserveOptions& options, const ObservedImage& observed);
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    // Float images: the white that everything is measured by, which the job must use, too. 0: the image knows it.
    double white() const { return is_float_ ? white_ : 0; }
    // Bytes of all copies that are held now.
    std::uint64_t held_bytes() const;

    void watch(const Context& context, const Job& job, const TrainingOptions& training);
    void planned(const Context& context, const Job& job);
    // `map`: as twofold_examine draws it.
    void examined(const twofold_examination& examination, const twofold_image& map);
    void estimated(const twofold_quality& quality);
    // `output`: the job's, with the input's metadata. Throws what went wrong during the run.
    void finished(const Context& context, const Job& job, const TrainingOptions& training, const twofold_image& output);

    // Writes the trace into `folder` ("": none is wanted) and the page.
    void write(const std::string& folder, bool overwrite) const;

  private:
    // White of an output, on the scale that a Reference takes: of another type than a float input, it is full scale.
    double white_in(const twofold_image& output) const {
        return is_float_ && output.data_type != TWOFOLD_FLOAT32 ? 1 : white_;
    }
    Look look() const { return {white_, Report::kPicturePixels, &metadata_}; }

    const ObserveOptions& options_;
    std::string method_;
    image_io::Metadata metadata_;
    bool is_float_;
    double white_;
    Reference noisy_;
    std::optional<Reference> truth_;
    std::optional<TraceRecorder> recorder_;  // of the run under way
    std::optional<TraceRecorder> trace_;     // of the chosen method
    std::vector<Fact> findings_;             // of the run under way
    std::optional<Picture> structure_;
    Report report_;
};

}  // namespace twofold::apps

#endif
