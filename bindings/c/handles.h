// What stands behind the opaque handles of the public header.
#ifndef TWOFOLD_BINDINGS_C_HANDLES_H
#define TWOFOLD_BINDINGS_C_HANDLES_H

#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include "pipelines/common/noise/levelled_image.h"
#include "pipelines/dip/dip.h"
#include "pipelines/inpaint/inpaint.h"
#include "pipelines/tv/tv.h"
#include "pipelines/two_stage/two_stage.h"
#include "pipelines/upscale/upscale.h"
#include "pipelines/zsn2n/joint_denoiser.h"
#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/error.h"
#include "twofold/twofold.h"

namespace twofold::c_api {
// Whether a result is refined; the default is the method's.
enum class Refinement { kAuto, kOff, kOn };
}  // namespace twofold::c_api

struct twofold_context {
    // Taken in advance, so that running out of memory can still be reported.
    mutable std::array<char, 512> message{};
};

struct twofold_weights {
    twofold_context* context;
    twofold::Weights value;
};

struct twofold_job {
    twofold_context* context;

    bool has_input = false;
    bool has_output = false;
    twofold_method method = TWOFOLD_ZSN2N;
    twofold::PipelineSettings settings;
    std::optional<twofold::ImageView> mask;
    int factor = 1;
    twofold::NoiseKind noise = twofold::NoiseKind::kAuto;
    twofold::dip::Defect defect = twofold::dip::Defect::kNoise;
    twofold::inpaint::Missing missing = twofold::inpaint::Missing::kText;
    std::optional<twofold::ops::TotalVariation> total_variation;  // the method's own unless set
    double lambda = 0;
    twofold::two_stage::Detail detail = twofold::two_stage::Detail::kNoisy;
    twofold::prior::StopChoice stop = twofold::prior::StopChoice::kAuto;
    std::optional<twofold::Weights> weights;
    twofold_prior_size prior_size = TWOFOLD_PRIOR_LARGE;
    bool adapt = false;
    twofold_start start = TWOFOLD_START_RANDOM;
    twofold::c_api::Refinement refinement = twofold::c_api::Refinement::kAuto;
    twofold_lines lines = TWOFOLD_LINES_AUTO;
    twofold_progress_callback callback = nullptr;
    void* user = nullptr;
    twofold_trace_callback trace = nullptr;
    void* trace_user = nullptr;

    // What is denoised, where the input has line noise; there after a commit.
    std::optional<twofold::LevelledImage> levelled;

    // There after a commit. The others are it or parts of it: what has weights, in ZS-N2N and the prior, and the two
    // networks of the latter's recipe `best`.
    std::unique_ptr<twofold::Pipeline> pipeline;
    const twofold::zsn2n::Denoiser* denoiser = nullptr;
    const twofold::zsn2n::JointDenoiser* joint = nullptr;
    bool running = false;
    bool has_result = false;
};

namespace twofold::c_api {

// Longer sentences are cut. A null context takes none.
inline void set_message(const twofold_context* context, const char* sentence) noexcept {
    if (!context) return;
    auto& message = context->message;
    std::strncpy(message.data(), sentence, message.size() - 1);
    message.back() = '\0';
}

inline void require(bool condition, ErrorCode code, const char* sentence) {
    if (!condition) throw Error(code, sentence);
}

inline void require_argument(bool condition, const char* sentence) {
    require(condition, ErrorCode::kInvalidArgument, sentence);
}

inline void require_white_level(double white) {
    constexpr double kLow = std::numeric_limits<float>::min(), kHigh = std::numeric_limits<float>::max();
    require_argument(white == 0 || (white >= kLow && white <= kHigh),
                     "the white level must be 0 or a positive float32 number");
}

// What a pipeline of the job reads.
inline const ImageView& noisy_image(const twofold_job& job) {
    return job.levelled ? job.levelled->view() : job.settings.input;
}

// The number behind an enumerator that a C caller may have set to anything; reading it as an enum would be undefined.
template <typename Enum>
int raw_value(const Enum& value) {
    static_assert(sizeof(Enum) == sizeof(int));
    int raw;
    std::memcpy(&raw, &value, sizeof raw);
    return raw;
}

inline void forget_commit(twofold_job* job) {
    job->levelled.reset();
    job->denoiser = nullptr;
    job->joint = nullptr;
    job->pipeline.reset();
    job->has_result = false;
}

}  // namespace twofold::c_api

#endif
