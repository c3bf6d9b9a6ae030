// One file of `twofold denoise`, `inpaint` or `upscale`: read, work, write.
#ifndef TWOFOLD_APPS_COMMANDS_IMAGE_JOB_H
#define TWOFOLD_APPS_COMMANDS_IMAGE_JOB_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/common/console.h"
#include "apps/common/outputs.h"
#include "apps/common/training_options.h"
#include "apps/report/observe_options.h"

namespace twofold::apps {

struct ImageJobOptions {
    std::vector<std::string> inputs;
    std::string output;
    TrainingOptions training;
    // Bytes for the file, its pixels, working memory and an output that is not written piece by piece, as far as they
    // are held at the same time; 0 = what the machine has free.
    std::uint64_t max_memory = 0;
    double deadline = 0;                // seconds for the whole file, 0 = none
    double white = 0;                   // of float images, 0 = automatic
    std::string non_finite = "refuse";  // add_non_finite_option
    std::string mask;                   // file; empty: nothing is to be filled in
    std::string save_weights;
    std::string weights;
    std::optional<image_io::Format> format;
    std::optional<image_io::SampleType> depth;
    ObserveOptions observe;
    image_io::WriteOptions write;  // quality, subsampling, overwrite
    bool quiet = false;
    bool verbose = false;
    bool json = false;
};

struct ImageJobResult {
    twofold_report report{};
    std::optional<twofold_examination> examination;  // where it was asked for and can be made
    std::optional<twofold_quality> quality;          // the same
    std::int64_t width = 0;                          // of the output
    std::int64_t height = 0;
    int channels = 0;
    double seconds = 0;
    double seconds_read = 0;
    double seconds_write = 0;
    std::int64_t non_finite = 0;     // samples of the input that were kept or filled in
    std::vector<std::string> notes;  // what could not be carried over to the output
};

// Throws; then there is no output. `stored_weights` empty: train.
ImageJobResult run_image_job(const ImageJobOptions& options, const PlannedFile& file,
                             const std::vector<std::uint8_t>& stored_weights, ProgressBar* bar);

// The options of files in and out, and those of a job.
void add_file_options(CLI::App* app, ImageJobOptions* options);
void add_job_options(CLI::App* app, ImageJobOptions* options);

Json to_json(const ImageJobOptions& options, const PlannedFile& file, const ImageJobResult& result);
// Lines for --verbose.
std::string to_text(const ImageJobOptions& options, const PlannedFile& file, const ImageJobResult& result);

}  // namespace twofold::apps

#endif
