#include "pipelines/tv/tv.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "ops/tv/tv_solver.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/common/noise/clipping_shift.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/strength.h"
#include "pipelines/common/white_level.h"
#include "pipelines/tv/discrepancy.h"
#include "pipelines/tv/noisy_image.h"
#include "runtime/error.h"

namespace twofold::tv {
namespace {

constexpr double kSmallestTolerance = 1e-5;  // below, float rounding decides
constexpr std::int64_t kMostRounds = 2000;
constexpr int kStalledRounds = 50;  // without a better gap: rounding has won
// The residual's variance is within a percent long before the image is exact.
constexpr double kSearchTolerance = 3e-3;
// Where the search starts, in units of the noise: near the result for photos.
constexpr double kUsualLambda = 0.9;
// Images of more pixels than this keep only the dual where that takes no longer, which is up to these.
constexpr std::int64_t kLarge = 1 << 20;
constexpr double kEasyTolerance = 1e-3, kEasyLambda = 0.2;
constexpr std::int64_t kRowsPerCall = 256;  // that are written between two calls, for each thread

ops::TvShape shape_of(const Settings& settings, std::int64_t width, std::int64_t height) {
    return {static_cast<std::ptrdiff_t>(width), static_cast<std::ptrdiff_t>(height), settings.input.colour_channels(),
            settings.kind, settings.coupled};
}

void check(const Settings& settings) {
    const auto invalid = [](const char* sentence) { throw Error(ErrorCode::kInvalidArgument, sentence); };
    if (settings.lambda && !(*settings.lambda >= 0 && *settings.lambda <= 1e6)) invalid("lambda must be 0 to 1e6");
    if (!(settings.tolerance >= kSmallestTolerance && settings.tolerance <= 1))
        invalid("the tolerance of TV must be 1e-5 to 1");
    if (!(settings.discrepancy > 0 && settings.discrepancy <= 1))
        invalid("the share of the noise in the residual must be above 0 and at most 1");
    if (settings.input.colour_channels() > 4)
        throw Error(ErrorCode::kUnsupported, "TV takes at most four colour channels, the image has " +
                                                 std::to_string(settings.input.colour_channels()));
}

}  // namespace

struct Denoiser::State {
    Settings settings;
    WhiteLevel level;
    float white;
    NoiseModel noise;
    ClippingShift shift;  // a given lambda asks for the minimum, and that is what it gets
    ThreadTeam team;
    WholeImage image;
    std::unique_ptr<ops::TvSolver> solver;
    std::optional<Mosaic> pieces;           // for lambda, if the image is large
    std::unique_ptr<ops::TvSolver> mosaic;  // of the pieces
    ArenaRange<float> rows;
    Arena arena;
    Report report;
    Details details;
    ops::TvCertificate certificate;
    bool stopped = false;
    bool search_on_image = false;

    explicit State(const Settings& s)
        : settings((check(s), s)),
          level(find_white_level(s.input, s.white)),
          white(level.white),
          noise(estimate_noise(s.input, level)),
          team(s.threads),
          image(s.input, level.white) {
        details.lambda_chosen = !settings.lambda;
        if (details.lambda_chosen) shift = find_shift(settings.input, level, noise);
        if (details.lambda_chosen) {
            // Without a noise to measure there is nothing to take away.
            if (!noise.measured || noise.mean_sigma <= 0)
                settings.lambda = 0;
            else if (std::min(settings.input.width, settings.input.height) > Mosaic::kSide)
                pieces.emplace(settings.input, white);
            else
                search_on_image = true;
        }
        plan_memory();
        report.noise_sigma = 255 * noise.mean_sigma;
        report.threads = team.size();
        report.implementation = "simd";
    }

    std::size_t row_floats() const {
        return static_cast<std::size_t>(settings.input.width) *
               static_cast<std::size_t>(settings.input.colour_channels());
    }

    // Momentum, for three times the memory, pays where many rounds are needed.
    bool takes_many_rounds() const {
        const double lambda = settings.lambda.value_or(kUsualLambda * noise.mean_sigma);
        return settings.kind == ops::TvKind::kAnisotropic || settings.tolerance < kEasyTolerance ||
               lambda > kEasyLambda;
    }

    // Under a budget that momentum has no room in, without; without one the result shall not depend on what the
    // machine has free.
    void plan_memory() {
        const std::uint64_t usable = usable_memory(settings.memory_budget);
        const bool large = settings.input.width * settings.input.height > kLarge;
        ArenaPlan plan = plan_for(large && !takes_many_rounds() ? ops::TvStorage::kDual : ops::TvStorage::kAccelerated);
        if (plan.size() > usable && settings.memory_budget > 0) plan = plan_for(ops::TvStorage::kDual);
        require_memory(plan.size(), usable);
        arena = Arena(plan);
        report.memory_bytes = plan.size();
    }

    ArenaPlan plan_for(ops::TvStorage storage) {
        solver = ops::TvSolver::make(shape_of(settings, settings.input.width, settings.input.height), storage, team);
        ArenaPlan plan;
        rows = plan.reserve<float>(row_floats() * static_cast<std::size_t>(team.size()));
        if (pieces) {
            // In the same place as the image, which is larger and comes after it.
            mosaic = ops::TvSolver::make(shape_of(settings, Mosaic::kSide, Mosaic::kSide), storage, team);
            ArenaPlan search = plan;
            mosaic->reserve(search);
        }
        solver->reserve(plan);
        return plan;
    }

    float* row_of_thread(int thread) { return arena[rows].data() + static_cast<std::size_t>(thread) * row_floats(); }

    ProgressAction ask(RunControl& control, const Progress& progress, bool last) {
        const bool solving = progress.phase == Phase::kTrain;
        return report_progress(control, progress, last,
                               solving ? "cancelled while solving" : "cancelled while writing the result", &report);
    }

    // True when the run is to end here, with what there is.
    bool interrupted(RunControl& control, double reserve, std::int64_t done, std::int64_t total) {
        if (control.left(reserve) < 0) {
            report.stop_reason = StopReason::kDeadline;
            return true;
        }
        Progress progress;
        progress.done = report.steps_done;  // none while lambda is searched for
        progress.total = total;
        progress.loss = certificate.relative();
        progress.seconds_left = reserve / 2 * double(total - done);
        const bool finish = ask(control, progress, false) == ProgressAction::kFinish;
        if (finish) report.stop_reason = StopReason::kCallback;
        return finish;
    }

    // Rounds until the gap is reached, or `most` of them are done; sets `stopped` when told to end before.
    void solve(ops::TvSolver& target, double lambda, double tolerance, std::int64_t most, RunControl& control,
               std::int64_t* rounds) {
        target.start(arena, static_cast<float>(lambda));
        certificate = target.measure(arena);
        report.stop_reason = StopReason::kConverged;
        double best = 1e300;
        int stalled = 0;
        for (std::int64_t done = 0; certificate.gap > tolerance * certificate.primal;) {
            const double before = control.elapsed();
            target.round(arena);
            ++done;
            if (rounds) *rounds = done;
            certificate = target.measure(arena);
            // The running sums of u are off by their rounding; only the gap of u computed anew counts.
            if (certificate.gap <= tolerance * certificate.primal) certificate = target.finish(arena);
            stalled = certificate.gap < 0.99 * best ? 0 : stalled + 1;
            best = std::min(best, certificate.gap);
            if (done >= most || stalled >= kStalledRounds) {
                if (done >= most) report.stop_reason = StopReason::kSteps;
                break;
            }
            // The gap falls with the square of the rounds.
            const double estimate = double(done) * std::sqrt(certificate.relative() / tolerance);
            const std::int64_t total =
                std::clamp(static_cast<std::int64_t>(estimate), done + 1, std::max(most, done + 1));
            if (certificate.gap > tolerance * certificate.primal &&
                interrupted(control, 2 * (control.elapsed() - before), done, total)) {
                stopped = true;
                break;
            }
        }
        certificate = target.finish(arena);
    }

    void choose_lambda(RunControl& control) {
        ops::TvSolver& target = mosaic ? *mosaic : *solver;
        if (mosaic)
            mosaic->load(arena, *pieces);
        else
            solver->load(arena, image);
        const double samples = double(target.shape().width) * double(target.shape().height) * target.shape().channels;
        DiscrepancySearch search(kUsualLambda * noise.mean_sigma,
                                 settings.discrepancy * noise.mean_sigma * noise.mean_sigma);
        while (!stopped) {
            report.lambda = search.lambda();
            ++details.lambda_solves;
            solve(target, report.lambda, std::max(kSearchTolerance, settings.tolerance), kMostRounds, control, nullptr);
            search.tell(certificate.residual / samples);
            if (search.done()) break;
        }
    }

    void run(ProgressCallback callback, void* user) {
        RunControl control(callback, user, settings.deadline_seconds);
        report.steps_done = details.lambda_solves = 0;
        report.stop_reason = StopReason::kConverged;
        stopped = false;
        report.lambda = settings.lambda.value_or(0);
        if (mosaic || search_on_image) choose_lambda(control);
        details.seconds_lambda = control.elapsed();
        if (!search_on_image) solver->load(arena, image);
        if (!stopped) {
            const std::int64_t most = settings.steps > 0 ? settings.steps : kMostRounds;
            solve(*solver, report.lambda, settings.tolerance, most, control, &report.steps_done);
        } else if (mosaic) {
            // No time for the image itself: it is returned as it is.
            solver->start(arena, static_cast<float>(report.lambda));
            certificate = solver->measure(arena);
        }
        const double samples =
            double(settings.input.width) * double(settings.input.height) * double(settings.input.colour_channels());
        report.gap = certificate.relative();
        details.converged = certificate.gap <= settings.tolerance * certificate.primal;
        details.objective = certificate.primal;
        details.residual_sigma = 255 * std::sqrt(certificate.residual / samples);
        Progress solved;
        solved.done = solved.total = std::max<std::int64_t>(1, report.steps_done);
        solved.loss = report.gap;
        ask(control, solved, true);
        store(control);
        report.seconds_total = report.seconds_train = control.elapsed();
    }

    // After the solve a row of the input is needed for that row of the output at most, so that they may be the same
    // memory.
    void store(RunControl& control) {
        const ImageView &in = settings.input, &out = settings.output;
        const float stored_white = output_white(in, out, white);
        for (std::int64_t top = 0; top < in.height; top += kRowsPerCall * team.size()) {
            const std::int64_t count = std::min(kRowsPerCall * team.size(), in.height - top);
            team.run(count, [&](std::int64_t i, int thread) {
                float* row = row_of_thread(thread);
                solver->get_row(arena, static_cast<std::ptrdiff_t>(top + i), row);
                shift.restore(in.width, row);
                weaken_row(in, white, settings.strength, top + i, row);
                store_rectangle(out, stored_white, 0, top + i, in.width, 1, row,
                                static_cast<std::ptrdiff_t>(row_floats()));
                if (in.has_alpha && in.data != out.data) copy_alpha_row(in, out, top + i);
            });
            Progress progress;
            progress.phase = Phase::kApply;
            progress.done = top + count;
            progress.total = in.height;
            ask(control, progress, progress.done == progress.total);
        }
    }
};

Denoiser::Denoiser(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Denoiser::~Denoiser() = default;
void Denoiser::run(ProgressCallback callback, void* user) { state_->run(callback, user); }
const Report& Denoiser::report() const { return state_->report; }
const Details& Denoiser::details() const { return state_->details; }

}  // namespace twofold::tv
