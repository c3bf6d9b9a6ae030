#include "apps/report/observer.h"

#include <filesystem>
#include <utility>

#include "apps/common/failure.h"
#include "apps/common/interrupt.h"
#include "apps/common/quality.h"
#include "apps/common/white_level.h"
#include "apps/report/trace_files.h"
#include "apps/report/truth.h"
#include "platform/atomic_file.h"

namespace twofold::apps {
namespace {

std::uint64_t bytes_of(const Picture& picture) { return picture.image.pixels.size(); }

std::uint64_t bytes_of(const std::vector<Snapshot>& snapshots) {
    std::uint64_t bytes = 0;
    for (const Snapshot& snapshot : snapshots) bytes += bytes_of(snapshot.picture) + snapshot.png.size();
    return bytes;
}

// The sample that is white in a float image, and a share of full scale in the others, which may use a part of it only.
double white_of(const image_io::Image& image, double given) {
    if (image.type != image_io::SampleType::kUint16) return known_white(image, given);
    const Context context = create_context();
    const twofold_image view = view_of(image);
    double white = 0;
    check(twofold_find_white_level(context.get(), &view, 0, &white), context.get());
    return white / 65535;
}

}  // namespace

Observer::Observer(const ObserveOptions& options, const ObservedImage& observed)
    : options_(options),
      method_(observed.method),
      is_float_(observed.image.type == image_io::SampleType::kFloat32),
      white_(white_of(observed.image, observed.white)),
      noisy_(view_of(observed.image), white_) {
    metadata_.icc = observed.image.metadata.icc;
    metadata_.orientation = observed.image.metadata.orientation;
    report_.title = observed.name == "-" ? "standard input" : std::filesystem::path(observed.name).filename().string();
    report_.facts = image_facts(observed.image);
    if (!options.report.empty()) report_.input = picture_of(view_of(observed.image), look());
    if (options.truth.empty()) return;
    const image_io::Image truth =
        read_truth(options.truth, observed.image, observed.factor, observed.white, observed.memory_limit);
    const double truth_white = is_float_ ? 1 : white_;
    truth_.emplace(view_of(truth), truth_white);
    if (options.report.empty()) return;
    Look truth_look = look();
    truth_look.white = truth_white;
    report_.truth = picture_of(truth, truth_look);
    if (const auto distance = psnr(*truth_, noisy_.view())) {
        report_.facts.emplace_back("PSNR to the truth", decibels(*distance));
    }
}

std::uint64_t Observer::held_bytes() const {
    std::uint64_t bytes = noisy_.bytes() + (truth_ ? truth_->bytes() : 0) + bytes_of(report_.input);
    if (report_.truth) bytes += bytes_of(*report_.truth);
    for (const ReportEntry& entry : report_.entries) {
        bytes += bytes_of(entry.result) + bytes_of(entry.snapshots);
        if (entry.structure) bytes += bytes_of(*entry.structure);
    }
    return bytes;
}

void Observer::watch(const Context& context, const Job& job, const TrainingOptions& training) {
    recorder_.reset();
    if (!can_be_traced(training.method)) return;
    TraceOptions trace;
    trace.files = training.method == method_ && !options_.trace.empty();
    trace.pictures = !options_.report.empty();
    trace.look = metadata_;
    recorder_.emplace(trace, noisy_, truth_ ? &*truth_ : nullptr);
    // Of each step only a pointer comes; the recorder takes those that it wants.
    check(twofold_job_set_trace(job.get(), 1, TraceRecorder::on_point, &*recorder_), context.get());
}

void Observer::planned(const Context& context, const Job& job) {
    if (!recorder_) return;
    twofold_report report{};
    check(twofold_job_get_report(job.get(), &report), context.get());
    recorder_->plan({report.steps_planned, options_.every, options_.snapshots});
}

void Observer::examined(const twofold_examination& examination, const twofold_image& map) {
    findings_ = residual_facts(examination);
    Look map_look = look();
    map_look.white = 1;
    structure_ = picture_of(map, map_look);
    // Its colours are not those of the input.
    structure_->image.metadata.icc.clear();
}

void Observer::estimated(const twofold_quality& quality) {
    findings_.emplace_back("PSNR, estimated", to_text(quality));
}

void Observer::finished(const Context& context, const Job& job, const TrainingOptions& training,
                        const twofold_image& output) {
    const bool chosen = training.method == method_;
    if (recorder_) recorder_->finish();
    if (!options_.report.empty()) {
        twofold_report report{};
        check(twofold_job_get_report(job.get(), &report), context.get());
        ReportEntry entry;
        entry.method = training.method;
        entry.settings = setting_facts(training, report);
        entry.timing = timing_facts(report);
        entry.measures =
            measure_facts(context, Reference(output, white_in(output)), noisy_, truth_ ? &*truth_ : nullptr);
        entry.measures.insert(entry.measures.end(), findings_.begin(), findings_.end());
        entry.structure = std::move(structure_);
        Look result_look = look();
        result_look.white = white_in(output);
        entry.result = picture_of(output, result_look);
        if (recorder_) {
            entry.result_step = report.best_step;
            entry.curve = recorder_->curve();
            entry.snapshots = recorder_->snapshots();
        }
        report_.entries.insert(chosen ? report_.entries.begin() : report_.entries.end(), std::move(entry));
    }
    if (chosen && recorder_) trace_.emplace(std::move(*recorder_));
    recorder_.reset();
    findings_.clear();
    structure_.reset();
}

void Observer::write(const std::string& folder, bool overwrite) const {
    if (trace_ && !folder.empty()) write_trace(folder, *trace_, overwrite);
    if (options_.report.empty()) return;
    const std::string page = render_report(report_);
    stop_if_interrupted();
    std::string reason;
    const auto result = platform::write_file_atomically(options_.report, page.data(), page.size(), overwrite, &reason);
    if (result == platform::WriteResult::kOk) return;
    const bool exists = result == platform::WriteResult::kExists;
    throw Failure(exists ? ExitCode::kUsage : ExitCode::kSomeFailed,
                  "the report " + options_.report + (exists ? " exists already" : " cannot be written: " + reason));
}

}  // namespace twofold::apps
