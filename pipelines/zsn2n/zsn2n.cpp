#include "pipelines/zsn2n/zsn2n.h"

#include <algorithm>
#include <optional>
#include <string>

#include "ops/conv2d/conv2d_table.h"
#include "pipelines/common/deadline_schedule.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/common/noise/noise_bands.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/noise_texture.h"
#include "pipelines/common/white_level.h"
#include "pipelines/zsn2n/applier.h"
#include "pipelines/zsn2n/scale_blend.h"
#include "pipelines/zsn2n/trainer.h"
#include "runtime/error.h"

namespace twofold::zsn2n {
namespace {

constexpr std::int64_t kFewestSteps = 30;  // of a training that was cut short and is still worth applying
constexpr double kReserveMargin = 1.25;    // by which the final pass may take longer than expected
constexpr int kSmallestSide = 4;           // pixels; below that a 2x2 block has no neighbour to learn from

NoiseKind resolve_noise(const Settings& settings, const WhiteLevel& white) {
    if (settings.recipe == RecipeName::kPaper || settings.weights != nullptr || settings.constants) {
        if (settings.noise == NoiseKind::kCorrelated)
            throw Error(ErrorCode::kInvalidArgument, settings.weights != nullptr
                                                         ? "given weights leave no choice of the noise"
                                                         : "the recipe 'paper' is for independent noise only");
        return NoiseKind::kIndependent;
    }
    const std::int64_t side = std::min(settings.input.width, settings.input.height);
    if (settings.noise == NoiseKind::kCorrelated && side < NoiseTexture::kSmallestSide)
        throw Error(
            ErrorCode::kUnsupported,
            "an image of " + std::to_string(settings.input.width) + "x" + std::to_string(settings.input.height) +
                " pixels is too small to measure correlated noise in: it needs at least " +
                std::to_string(NoiseTexture::kSmallestSide) + "x" + std::to_string(NoiseTexture::kSmallestSide));
    if (settings.noise != NoiseKind::kAuto) return settings.noise;
    if (side < NoiseTexture::kSmallestSide) return NoiseKind::kIndependent;
    return measure_noise_bands(settings.input, white).correlated() ? NoiseKind::kCorrelated : NoiseKind::kIndependent;
}

// Weights keep the scale that they were trained on.
float given_white(const Settings& settings) {
    if (settings.white > 0 || settings.weights == nullptr) return settings.white;
    return settings.weights->type == settings.input.type ? settings.weights->white : 0;
}

}  // namespace

struct Denoiser::State {
    Settings settings;
    WhiteLevel white;
    NoiseKind kind;
    std::optional<NoiseTexture> texture;  // of correlated noise
    NoiseModel noise;
    ops::NormalTable normals;
    Recipe recipe;
    Weights weights;
    bool train;
    bool learned = true;  // weights worth keeping
    ThreadTeam team;
    Network network;
    std::optional<Trainer> trainer;
    std::optional<Applier> applier;
    std::optional<ScaleBlend> blend;
    Arena arena;
    Report report;
    // The same at half the size, where there is a network for it.
    std::unique_ptr<HalfImage> half;
    std::optional<CoarseCorrection> correction;
    std::unique_ptr<State> coarse;
    LossTerms coarse_loss;
    const Weights* start = nullptr;                  // to go on from; null: a new network
    double started = 0;                              // seconds of the run at which training began
    double reserve_beside = 0;                       // seconds to keep for what others do afterwards
    std::int64_t steps_before = 0, steps_after = 0;  // of others, for the progress

    explicit State(const Settings& s)
        : settings(s),
          white(find_white_level(s.input, given_white(s))),
          kind(resolve_noise(s, white)),
          recipe(s.constants ? *s.constants : make_recipe(s.recipe, kind)),
          train(s.weights == nullptr),
          team(s.threads),
          network(network_shape(), s.implementation) {
        if (settings.steps > 0) {
            recipe.coarse_steps = recipe.coarse_steps * settings.steps / recipe.steps;
            recipe.steps = settings.steps;
        }
        coarse_loss = recipe.loss;
        if (kind == NoiseKind::kCorrelated) {
            noise = texture.emplace(settings.input, white).model();
        } else {
            noise = estimate_noise(settings.input, white);
        }
        if (settings.recipe != RecipeName::kPaper && !settings.constants && noise.apart) weigh_residual();
        // Without a measure of the noise only the paper's own loss makes sense.
        if (!noise.measured) recipe.loss = kPaperLoss;
        const bool two_scales = has_coarse_scale();
        plan_memory(two_scales);
        weights.shape = network.shape();
        weights.type = train ? settings.input.type : settings.weights->type;
        weights.white = train ? white.white : settings.weights->white;
        weights.ensemble = train ? recipe.ensemble : settings.weights->ensemble;
        if (train)
            weights.values.resize(network.shape().parameters());
        else
            weights = *settings.weights;
        if (two_scales) add_coarse_scale();
        settings.weights = nullptr;  // the caller's may be gone by the time of the run
        report.steps_planned = train ? recipe.steps : 0;
        report.noise_sigma = 255 * noise.mean_sigma;
        report.noise = train ? kind : NoiseKind::kAuto;
        report.threads = team.size();
        report.parameters = static_cast<std::int64_t>(network.shape().parameters());
        report.depth = network.shape().depth;
        report.ensemble = ensemble();
        report.implementation = network.implementation();
    }

    NetworkShape network_shape() const {
        const int channels = settings.input.colour_channels();
        if (!train) {
            if (settings.weights->shape.channels != channels)
                throw Error(ErrorCode::kUnsupported, "the weights are for " +
                                                         std::to_string(settings.weights->shape.channels) +
                                                         " colour channels, the image has " + std::to_string(channels));
            return settings.weights->shape;
        }
        if (settings.input.width < kSmallestSide || settings.input.height < kSmallestSide)
            throw Error(ErrorCode::kUnsupported,
                        "an image of " + std::to_string(settings.input.width) + "x" +
                            std::to_string(settings.input.height) +
                            " pixels is too small to learn its noise from: it needs at least " +
                            std::to_string(kSmallestSide) + "x" + std::to_string(kSmallestSide));
        return {channels, recipe.width, recipe.depth, recipe.fold};
    }

    bool has_coarse_scale() const {
        if (settings.strength <= 0 || !ScaleBlend::fits(network.shape(), settings.input)) return false;
        if (!train) return settings.weights->blend > 0;
        const double pixels = double(settings.input.width) * double(settings.input.height);
        return recipe.coarse_steps > 0 && noise.measured && kind == NoiseKind::kIndependent &&
               pixels <= double(recipe.coarse_pixels);
    }

    // At half the size there is half the noise.
    void weigh_residual() {
        recipe.loss.residual *= static_cast<float>(residual_weight(255 * noise.mean_sigma));
        coarse_loss.residual *= static_cast<float>(residual_weight(255 * noise.mean_sigma / 2));
    }

    void add_coarse_scale() {
        half = std::make_unique<HalfImage>(settings.input.width, settings.input.height, network.shape().channels);
        half->load(settings.input, white, team);
        Settings s = settings;
        s.input = s.output = half->view();
        s.white = 1;
        s.noise = NoiseKind::kIndependent;
        s.constants = recipe;
        s.constants->coarse_steps = 0;
        s.constants->steps = recipe.coarse_steps;
        s.constants->loss = coarse_loss;
        s.steps = 0;
        if (s.memory_budget > 0) s.memory_budget = std::max<std::uint64_t>(1, s.memory_budget - report.memory_bytes);
        Weights given;
        if (!train) {
            given = weights;
            given.values = weights.coarse_values;
            given.coarse_values.clear();
            given.blend = 0;
            given.type = DataType::kFloat32;
            given.white = 1;
            s.weights = &given;
        }
        coarse = std::make_unique<State>(s);
        coarse->start = &weights;
        coarse->steps_before = recipe.steps;
        steps_after = coarse->recipe.steps;
        correction.emplace(*half, settings.input.height);
        report.memory_bytes += coarse->report.memory_bytes;
        weights.coarse_values.reserve(network.shape().parameters());
    }

    // The ensemble multiplies the cost of the final pass; on large images that would dwarf the training.
    int ensemble() const {
        const double pixels = double(settings.input.width) * double(settings.input.height);
        return pixels <= double(recipe.ensemble_pixels) ? weights.ensemble : least_ensemble();
    }
    int least_ensemble() const { return std::min(weights.ensemble, network.shape().fold); }

    void plan_memory(bool two_scales) {
        const std::uint64_t usable = usable_memory(settings.memory_budget);
        const std::uint64_t half_bytes =
            two_scales
                ? sizeof(float) * HalfImage::size(settings.input.width, settings.input.height, network.shape().channels)
                : 0;
        std::uint64_t needed = 0;
        for (const int tile : {64, 32, 16}) {
            ArenaPlan plan;
            trainer.reset();
            applier.reset();
            if (train) {
                trainer.emplace(network, recipe,
                                TrainingImage{settings.input, white, settings.seed, &noise, &normals,
                                              texture ? &*texture : nullptr},
                                team);
                trainer->reserve(plan);
            }
            applier.emplace(network, settings.input, settings.output, white, tile, settings.strength, team);
            applier->reserve(plan, two_scales);
            blend.reset();
            if (train && two_scales) {
                blend.emplace(network, TrainingImage{settings.input, white, settings.seed, &noise, &normals, nullptr},
                              team);
                blend->reserve(plan);
            }
            needed = plan.size() + half_bytes;
            if (needed > usable) continue;
            arena = Arena(plan);
            report.memory_bytes = needed;
            return;
        }
        require_memory(needed, usable);
    }

    void run(ProgressCallback callback, void* user) {
        RunControl control(callback, user, settings.deadline_seconds);
        report.steps_done = 0;
        report.loss = 0;
        report.stop_reason = StopReason::kWeights;
        report.ensemble = ensemble();
        if (train) {
            run_training(control);
            std::ranges::copy(trainer->parameters(arena), weights.values.begin());
            learned = report.stop_reason == StopReason::kSteps || report.steps_done >= kFewestSteps;
            if (!learned) predict_nothing();
        } else if (settings.deadline_seconds > 0 && report.ensemble > 1) {
            const double pass = kReserveMargin * applier->measure(arena, weights.values);
            if (control.left(pass * report.ensemble) < 0) report.ensemble = least_ensemble();
        }
        const float share = coarse == nullptr ? 0 : run_coarse(control);
        report.seconds_train = control.elapsed();
        if (share > 0) {
            if (!coarse->applier->run(coarse->arena, weights.coarse_values, coarse->report.ensemble, nullptr, control))
                cancel_applying();
            correction->start(share);
        }
        if (!applier->run(arena, weights.values, report.ensemble, share > 0 ? &*correction : nullptr, control))
            cancel_applying();
        report.seconds_total = control.elapsed();
        report.seconds_apply = report.seconds_total - report.seconds_train;
    }

    // Trains the network for half the size, where there is time, and finds its share of the result.
    float run_coarse(RunControl& control) {
        half->load(settings.input, white, team);
        if (!train) return weights.blend;
        weights.blend = 0;
        weights.coarse_values.clear();  // without giving back memory
        if (report.stop_reason != StopReason::kSteps) return 0;
        coarse->report.steps_done = 0;
        coarse->report.ensemble = coarse->ensemble();
        coarse->reserve_beside = settings.deadline_seconds > 0 ? deadline_reserve(control) : 0;
        coarse->run_training(control);
        if (coarse->report.stop_reason == StopReason::kCallback) report.stop_reason = StopReason::kCallback;
        const std::span<const float> values = coarse->trainer->parameters(coarse->arena);
        weights.blend = blend->run(arena, weights.values, values);
        if (weights.blend > 0) weights.coarse_values.assign(values.begin(), values.end());
        return weights.blend;
    }

    [[noreturn]] void cancel_applying() {
        report.stop_reason = StopReason::kCallback;
        throw Error(ErrorCode::kCancelled, "cancelled while applying the network");
    }

    // A network cut short at the very start still holds its random weights; the best result by then is the image
    // itself.
    void predict_nothing() {
        const auto last = static_cast<std::ptrdiff_t>(network.shape().layer(network.shape().depth).offset);
        std::fill(weights.values.begin() + last, weights.values.end(), 0.0f);
        report.ensemble = 1;
    }

    // A training under way.
    struct Training {
        RunControl& control;
        DeadlineSchedule schedule;
        double reserve = 0;       // seconds to keep for the final pass
        double loss_sum = 0;      // of the last steps
        std::int64_t losses = 0;  // how many those are
        ProgressAction action = ProgressAction::kContinue;

        double recent_loss() const { return losses > 0 ? loss_sum / double(losses) : 0; }
        // Lets older losses count less and less.
        void add_loss(double loss) {
            if (losses >= 50) loss_sum = recent_loss(), losses = 1;
            loss_sum += loss;
            ++losses;
        }
    };

    void run_training(RunControl& control) {
        trainer->reset(arena);
        if (start != nullptr) std::ranges::copy(start->values, trainer->parameters(arena).begin());
        started = control.elapsed();
        Training training{control, DeadlineSchedule(recipe.steps)};
        report.stop_reason = StopReason::kSteps;
        // A step over a whole large image takes long; it is abandoned when there is no point in finishing it.
        const auto abandon = [&] { return is_late(training) || !callback_continues(training, false); };
        while (report.steps_done < training.schedule.steps()) {
            double loss = 0;
            if (!trainer->step(arena, report.steps_done, training.schedule.steps(), abandon, &loss)) break;
            ++report.steps_done;
            training.add_loss(loss);
            report.loss = report.steps_done == 1 ? loss : 0.98 * report.loss + 0.02 * loss;
            if (settings.deadline_seconds > 0) fit_deadline(training);
            if (!callback_continues(training, report.steps_done >= training.schedule.steps())) break;
        }
        if (training.action == ProgressAction::kCancel) throw Error(ErrorCode::kCancelled, "cancelled while training");
    }

    bool is_late(const Training& training) {
        if (training.control.left(training.reserve) >= 0) return false;
        report.stop_reason = StopReason::kDeadline;
        return true;
    }

    bool callback_continues(Training& training, bool force) {
        training.action = training.control.report(training_progress(training), force);
        if (training.action == ProgressAction::kContinue) return true;
        report.stop_reason = StopReason::kCallback;
        return false;
    }

    void fit_deadline(Training& training) {
        training.reserve = deadline_reserve(training.control);
        training.schedule.update(report.steps_done, training.control.elapsed() - started,
                                 training.control.left(training.reserve));
        report.stop_reason = training.schedule.shortened() ? StopReason::kDeadline : StopReason::kSteps;
    }

    Progress training_progress(const Training& training) const {
        Progress progress;
        progress.phase = Phase::kTrain;
        progress.done = steps_before + report.steps_done;
        progress.total = steps_before + training.schedule.steps() + steps_after;
        progress.loss = training.recent_loss();
        const double per_step =
            (training.control.elapsed() - started) / double(std::max<std::int64_t>(1, report.steps_done));
        progress.seconds_left = per_step * (double(progress.total - progress.done) +
                                            applier->flops(report.ensemble) / trainer->flops_per_step());
        return progress;
    }

    // Seconds to keep for the final pass, judged by the speed of training; gives up the ensemble where it would take
    // more than a third of the time.
    double deadline_reserve(const RunControl& control) {
        const double flops_per_second =
            trainer->flops_per_step() * double(report.steps_done) / std::max(1e-9, control.elapsed() - started);
        const auto reserve = [&] {
            return kReserveMargin * applier->flops(report.ensemble) / flops_per_second + reserve_beside;
        };
        if (reserve() > settings.deadline_seconds / 3) report.ensemble = least_ensemble();
        return reserve();
    }
};

Denoiser::Denoiser(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Denoiser::~Denoiser() = default;
void Denoiser::run(ProgressCallback callback, void* user) { state_->run(callback, user); }
const Report& Denoiser::report() const { return state_->report; }
const Weights& Denoiser::weights() const { return state_->weights; }
bool Denoiser::has_learned() const { return state_->learned; }

}  // namespace twofold::zsn2n
