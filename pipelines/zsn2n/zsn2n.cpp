#include "pipelines/zsn2n/zsn2n.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ops/conv2d/conv2d_table.h"
#include "pipelines/common/image_scale.h"
#include "pipelines/common/memory_budget.h"
#include "pipelines/common/noise/channel_windows.h"
#include "pipelines/common/noise/clipping_shift.h"
#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/noise/noise_texture.h"
#include "pipelines/common/noise/stabilizer.h"
#include "pipelines/common/refinement/refinement.h"
#include "pipelines/common/white_level.h"
#include "pipelines/zsn2n/choices.h"
#include "pipelines/zsn2n/filter_weight.h"
#include "pipelines/zsn2n/scale_blend.h"
#include "pipelines/zsn2n/stage.h"
#include "runtime/error.h"

namespace twofold::zsn2n {
namespace {

constexpr std::int64_t kFewestSteps = 30;  // of a training that was cut short and is still worth applying
constexpr int kSmallestTile = 16;          // of the final pass
constexpr int kWideMargin = 8;             // pixels on each side of a tile that make larger ones worth their memory
constexpr double kWorkOfTwoScales = 1.25;  // of the final pass, over that at full size
// How general weights are refined where neighbouring pixels share the noise: with half the size as well they are so
// near to the image that a second round costs 0.1 dB on CC, but for noise stronger than rendered cameras make it.
constexpr double kStrongNoise = 15;  // of 255
constexpr float kWeightOfShared = 5;
constexpr float kWeightOfCommon = 2.5;    // where the channels alone share it
constexpr std::int64_t kJudgedSteps = 8;  // whose patches tell whether adapted weights do better
// Pieces of the image along a side of what tells how it is best refined. Without training there is less time.
constexpr int kCellsOfTrained = 5, kCellsOfGiven = 3;

// Rows [top, bottom) of an image.
ImageView rows_of(ImageView image, std::int64_t top, std::int64_t bottom) {
    image.data += top * image.row_stride;
    image.height = bottom - top;
    return image;
}

}  // namespace

struct Denoiser::State {
    Settings settings;
    WhiteLevel white;
    ImageScale scale;
    NoiseKind kind;
    std::optional<NoiseTexture> texture;  // of correlated noise
    NoiseModel noise;
    std::optional<ChannelTransfers> clipped;  // the noise before it was cut off, where it was
    std::unique_ptr<Stabilizer> stabilizer;   // where the noise depends on the brightness
    std::unique_ptr<ClippingShift> shift;     // of results that no stabilizer restores
    ops::NormalTable normals;
    Recipe recipe;
    Weights weights;
    std::vector<float> given;  // those that training begins with, where they are not random; and for half the size
    bool adapt;                // from given weights
    bool train;
    bool halves;          // applies general weights at half the size, too, where the noise is finer and weaker
    bool learned = true;  // weights worth keeping
    ThreadTeam team;
    Network network;
    TrainingImage training_image{};
    std::optional<Stage> fine;
    std::optional<Trainer> judge;  // on the part of the image that adapting does not see
    // The same at half the size, where there is a network for it.
    std::unique_ptr<HalfImage> half;
    NoiseModel coarse_noise;
    std::optional<Stage> coarse;
    std::optional<CoarseCorrection> correction;
    std::optional<ScaleBlend> blend;
    std::optional<Refinement> refinement;
    std::optional<FilterWeight> filter_weight;
    Arena arena;
    std::uint64_t usable;          // bytes
    double seconds_to_refine = 0;  // of a run with a deadline
    float weight_of_noise = 1;     // in the refinement
    float share_of_half = 0;       // of the result at half the size
    Report report, coarse_report;

    explicit State(const Settings& s)
        : settings(s),
          white(find_white_level(s.input, given_white(s))),
          kind(choose_noise(s, white)),
          recipe(choose_recipe(s, kind)),
          adapt(adapts(s)),
          train(s.weights == nullptr || adapt),
          halves(s.weights != nullptr && s.weights->general() &&
                 (kind == NoiseKind::kCorrelated || s.input.colour_channels() == 1)),
          team(s.threads),
          network(choose_shape(s, recipe), s.implementation),
          usable(usable_memory(s.memory_budget)),
          weight_of_noise(s.filter_weight.value_or(1)) {
        const bool told = is_told_by_noise(s);
        const bool shared = told ? kind == NoiseKind::kCorrelated : is_correlated(s.input, white);
        std::vector<ChannelWindow> windows;
        if (shared && (refines() || train)) {
            noise = texture.emplace(settings.input, white).model();
        } else {
            noise = estimate_noise(settings.input, white, &windows);
        }
        // Without a measure of the noise there is nothing that a network for blocks of pixels could learn from.
        if (adapt && !noise.measured) adapt = train = false;
        if (!settings.weights) {
            weights.shape = network.shape();
            weights.type = settings.input.type;
            weights.white = white.white;
            weights.ensemble = recipe.ensemble;
            weights.values.resize(network.shape().parameters());
            if (starts(settings, kind)) take_start();
        } else {
            weights = *settings.weights;
            recipe.ensemble = weights.ensemble;
            if (adapt || halves) given = weights.values;
            if (adapt) {
                weights.blend = 0;
                weights.coarse_values.clear();
            }
        }
        settings.weights = settings.start = nullptr;  // the caller's may be gone by the time of the run
        if (settings.recipe != RecipeName::kPaper && settings.strength > 0 && !texture)
            clipped = find_clipping(settings.input, white, noise, windows);
        add_stabilizer();
        if (clipped && !stabilizer) shift = std::make_unique<ClippingShift>(*clipped, settings.input.colour_channels());
        // Those who have seen pictures without noise find the brightness itself.
        scale = ImageScale(white, stabilizer.get(), weights.general() ? nullptr : shift.get());
        const TrainingImage image{settings.input, scale,
                                  settings.seed,  stabilizer ? &stabilizer->noise() : &noise,
                                  &normals,       texture ? &*texture : nullptr};
        training_image = image;
        fine.emplace(network, stage(image, settings.output, image.noise->mean_sigma), team);
        if (has_coarse_scale()) add_coarse_scale(image);
        if (refines() && image.noise->measured && image.noise->mean_sigma > 0) add_refinement(image);
        take_memory();
        report.steps_planned = train ? recipe.steps : 0;
        report.noise_sigma = 255 * noise.mean_sigma;
        report.noise = told ? kind : NoiseKind::kAuto;
        report.threads = team.size();
        report.parameters = static_cast<std::int64_t>(network.shape().parameters());
        report.depth = network.shape().depth;
        report.ensemble = fine->ensemble();
        report.implementation = network.implementation();
    }

    void take_start() {
        const Weights& start = *settings.start;
        if (start.shape != network.shape() || start.blend > 0 || start.stabilizes())
            throw Error(ErrorCode::kUnsupported,
                        "the weights to begin with are not of a network like the one that is to be trained");
        given = start.values;
        report.started = true;
    }

    void add_stabilizer() {
        if (train && recipe.stabilize && kind == NoiseKind::kIndependent &&
            depends_on_brightness(noise, settings.input, white))
            weights.stabilized = noise.sigma;
        if (!weights.stabilizes()) return;
        NoiseModel model = noise;
        model.sigma = weights.stabilized;
        stabilizer = std::make_unique<Stabilizer>(model, network.shape().channels, settings.strength,
                                                  clipped && !weights.general() ? &*clipped : nullptr);
    }

    void switch_restoring(bool on) {
        if (stabilizer) stabilizer->switch_on(on);
        if (shift) shift->switch_on(on);
    }

    // `sigma` is that of the noise in `image`, or a better guess.
    StageSettings stage(const TrainingImage& image, const ImageView& output, double sigma) const {
        StageSettings s{image, output, recipe, image.view, ensemble(), train, settings.deadline_seconds};
        if (adapt) s.train_on = rows_of(image.view, 0, learned_rows());
        if (settings.recipe != RecipeName::kPaper && !settings.constants && noise.apart)
            s.recipe.loss.residual *= static_cast<float>(residual_weight(255 * sigma));
        // Without a measure of the noise only the paper's own loss makes sense.
        if (!image.noise->measured) s.recipe.loss = kPaperLoss;
        return s;
    }

    bool refines() const { return recipe.refine && settings.strength > 0 && Refinement::fits(settings.input); }

    void add_refinement(const TrainingImage& image) {
        RefinementSettings s;
        s.input = settings.input;
        s.output = settings.output;
        s.input_scale = scale;
        WhiteLevel result = white;
        result.white = output_white(settings.input, settings.output, white.white);
        s.output_scale = ImageScale(result, stabilizer.get(), shift.get());
        s.noise = image.noise;
        s.correlated = texture.has_value();
        s.memory_budget = settings.memory_budget;
        // Noise that the channels have in common is not independent from component to component.
        std::optional<NoiseTexture> common;
        s.texture = image.texture;
        if (s.texture == nullptr && channels_share_noise(noise, settings.input))
            s.texture = &common.emplace(settings.input, white);
        s.effort = recipe.effort;
        if (weights.general() && !s.correlated) s.effort.weight_of_shared = kWeightOfCommon;
        if (halves && s.correlated) {
            s.effort.weight_of_shared = kWeightOfShared;
            if (255 * noise.mean_sigma < kStrongNoise) s.effort.collaborative.rounds = 1;
        }
        refinement.emplace(s, team);
        if (s.texture == nullptr && !refinement->is_by_bayes() && !settings.filter_weight &&
            FilterWeight::fits(settings.input))
            filter_weight.emplace(network, image, train ? kCellsOfTrained : kCellsOfGiven, team);
    }

    std::int64_t learned_rows() const { return settings.input.height * 3 / 4; }

    // Passes that the final pass averages: they multiply its cost, which on large images would dwarf the training.
    int ensemble() const {
        return pixels_of(settings) <= double(recipe.ensemble_pixels) ? recipe.ensemble
                                                                     : std::min(recipe.ensemble, network.shape().fold);
    }

    // Else its network is given, where there is one.
    bool learns_half() const { return train && !halves; }

    bool has_coarse_scale() const {
        if (halves) return kind == NoiseKind::kCorrelated || (refines() && FilterWeight::fits(settings.input));
        if (adapt || network.shape().fold > 1 || !ScaleBlend::fits(network.shape(), settings.input) ||
            pixels_of(settings) > double(recipe.coarse_pixels))
            return false;
        if (!train) return weights.blend > 0;
        return recipe.coarse_steps > 0 && noise.measured && kind == NoiseKind::kIndependent;
    }

    void add_coarse_scale(const TrainingImage& whole) {
        const std::int64_t width = settings.input.width, height = settings.input.height;
        const int channels = network.shape().channels;
        if (settings.memory_budget > 0 && sizeof(float) * HalfImage::size(width, height, channels) > usable) return;
        half = std::make_unique<HalfImage>(width, height, channels);
        half->load(settings.input, scale, team);
        const ImageView view = half->view();
        TrainingImage image = whole;
        image.view = view;
        const WhiteLevel half_white = find_white_level(view, 1);
        image.scale = half_white;
        // The mean of four pixels has half their noise.
        if (learns_half()) coarse_noise = estimate_noise(view, half_white);
        image.noise = &coarse_noise;
        StageSettings s = stage(image, view, whole.noise->mean_sigma / 2);
        s.recipe.steps = recipe.coarse_steps;
        s.train = learns_half();
        coarse.emplace(network, s, team);
        if (s.train) blend.emplace(network, whole, team);
        correction.emplace(*half, height);
        weights.coarse_values.reserve(network.shape().parameters());
    }

    // Takes the memory, all of it, or throws. The network for half the size, and then the refinement, are left out
    // where the budget has no room for them, but not for what the machine happens to have free: the result shall not
    // depend on that.
    void take_memory() {
        ArenaPlan plan = fitting_plan();
        drop_what_does_not_fit(&plan);
        report.memory_bytes = bytes(plan);
        require_memory(report.memory_bytes, usable);
        arena = Arena(plan);
    }

    void drop_what_does_not_fit(ArenaPlan* plan) {
        const auto is_too_much = [&] { return settings.memory_budget > 0 && bytes(*plan) > usable; };
        if (coarse && is_too_much()) {
            blend.reset();
            correction.reset();
            coarse.reset();
            half.reset();
            *plan = fitting_plan();
        }
        while (refinement && is_too_much()) {
            if (filter_weight)
                filter_weight.reset();
            else if (!refinement->drop_largest_part())
                refinement.reset();
            *plan = fitting_plan();
        }
    }

    // With the largest tiles that the budget has room for, or the smallest ones there are.
    ArenaPlan fitting_plan() {
        ArenaPlan plan;
        // Large ones where margins are wide; but those of a small image have to be many, for there may be many threads.
        const bool wide = network.shape().image_halo() >= kWideMargin;
        const int largest = wide && pixels_of(settings) > double(recipe.ensemble_pixels) ? 128 : 64;
        for (int tile = largest; tile >= kSmallestTile; tile /= 2) {
            plan = ArenaPlan();
            fine->reserve(plan, tile, coarse.has_value());
            if (adapt) {
                TrainingImage rest = training_image;
                rest.view = rows_of(rest.view, learned_rows(), rest.view.height);
                judge.emplace(network, fine->recipe(), rest, team);
                judge->reserve(plan);
            }
            if (coarse) coarse->reserve(plan, tile, false);
            if (blend) blend->reserve(plan);
            if (refinement) refinement->reserve(plan);
            if (filter_weight) filter_weight->reserve(plan);
            if (settings.memory_budget == 0 || bytes(plan) <= usable) break;
        }
        return plan;
    }
    std::uint64_t bytes(const ArenaPlan& plan) const {
        return plan.size() + (half ? half->bytes() : 0) + (refinement ? refinement->bytes() : 0) +
               (filter_weight ? filter_weight->bytes() : 0);
    }

    void run(ProgressCallback callback, void* user) {
        RunControl control(callback, user, settings.deadline_seconds);
        report.steps_done = report.steps_beside = 0;
        report.loss = 0;
        report.stop_reason = StopReason::kWeights;
        report.ensemble = fine->ensemble();
        report.refinements = 0;
        switch_restoring(true);
        seconds_to_refine = refinement && settings.deadline_seconds > 0 ? refinement->seconds_to_keep(arena) : 0;
        bool refining = refinement && Refinement::is_worth(seconds_to_refine, settings.deadline_seconds);
        if (!refining) seconds_to_refine = 0;
        if (coarse) half->load(settings.input, scale, team);
        if (train) {
            if (!fine->train(arena, given, {0, coarse ? recipe.coarse_steps : 0, seconds_to_refine}, control, &report))
                cancel("cancelled while training");
            if (adapt) {
                keep_better();
            } else {
                std::ranges::copy(fine->parameters(arena), weights.values.begin());
                learned =
                    report.started || report.stop_reason == StopReason::kSteps || report.steps_done >= kFewestSteps;
                if (!learned) predict_nothing();
            }
            if (coarse && learns_half()) train_coarse(control);
        } else {
            fine->fit_ensemble(arena, weights.values, coarse ? kWorkOfTwoScales : 1, seconds_to_refine, control,
                               &report);
        }
        report.seconds_train = control.elapsed();
        refining = refining && learned && control.left(seconds_to_refine) >= 0;
        if (refining && filter_weight) weight_of_noise = filter_weight->run(arena, weights.values);
        share_of_half = 0;
        if (coarse && settings.strength > 0) share_of_half = halves ? share_of_general() : weights.blend;
        const bool corrected = share_of_half > 0;
        if (settings.strength <= 0) switch_restoring(false);
        // The refinement wants a guide without noise.
        const float strength = refining ? 1 : settings.strength;
        fine->set_strength(strength);
        if (refining) refinement->set_weight(weight_of_noise);
        if (refining) refinement->keep_input(arena);
        const std::int64_t bands = refining ? refinement->tiles() : 0;
        if (corrected) {
            const int passes = learns_half() ? std::min(report.ensemble, coarse_report.ensemble) : report.ensemble;
            coarse->set_strength(strength);
            apply(*coarse, halves ? given : weights.coarse_values, passes, nullptr, {0, fine->tiles() + bands},
                  control);
            correction->start(share_of_half);
        }
        const std::int64_t tiles_before = corrected ? coarse->tiles() : 0;
        apply(*fine, weights.values, report.ensemble, corrected ? &*correction : nullptr, {tiles_before, bands},
              control);
        if (refining) refine(tiles_before + fine->tiles(), control);
        report.seconds_total = control.elapsed();
        report.seconds_apply = report.seconds_total - report.seconds_train;
    }

    // What general weights make of half the size is all the better where neighbouring pixels share the noise. Else it
    // depends on how smooth the picture is, which the weight that noise has in the refinement tells, 1 to 4.
    float share_of_general() const {
        if (kind == NoiseKind::kCorrelated) return 1;
        return std::clamp(std::log(weight_of_noise) / std::log(4.0f), 0.0f, 1.0f);
    }

    // Of the given weights and those that lie a quarter of the way from them to what came of them: that has half of
    // what half of the way gains, and a third of what that loses where the image has little to teach.
    void keep_better() {
        const std::span<const float> trained = fine->parameters(arena);
        for (std::size_t i = 0; i < trained.size(); ++i) weights.values[i] = given[i] + (trained[i] - given[i]) / 4;
        report.adapted = judged_loss(weights.values) < judged_loss(given);
        if (!report.adapted) std::ranges::copy(given, weights.values.begin());
    }

    // On the part of the image that was not trained on; the same patches and noise with every call.
    double judged_loss(std::span<const float> values) {
        std::ranges::copy(values, judge->parameters(arena).begin());
        double loss = 0;
        for (std::int64_t i = 0; i < kJudgedSteps; ++i) loss += judge->gradient(arena, i);
        return loss;
    }

    // Trains the network for half the size, where there is time, and finds its share of the result.
    void train_coarse(RunControl& control) {
        weights.blend = 0;
        weights.coarse_values.clear();  // without giving back memory
        if (report.stop_reason != StopReason::kSteps) return;
        const double seconds_after =
            settings.deadline_seconds > 0 ? fine->seconds_to_apply(report, control) + seconds_to_refine : 0;
        const OtherWork other{recipe.steps, 0, seconds_after};
        if (!coarse->train(arena, weights.values, other, control, &coarse_report)) cancel("cancelled while training");
        report.stop_reason = coarse_report.stop_reason;
        report.steps_beside = coarse_report.steps_done;
        if (control.left(seconds_after + coarse->seconds_to_apply(coarse_report, control)) < 0) return;
        const std::span<const float> values = coarse->parameters(arena);
        weights.blend = blend->run(arena, weights.values, values);
        if (weights.blend > 0) weights.coarse_values.assign(values.begin(), values.end());
    }

    void apply(Stage& stage, std::span<const float> values, int ensemble, CoarseCorrection* correct,
               const OtherTiles& other, RunControl& control) {
        if (!stage.apply(arena, values, ensemble, correct, other, control))
            cancel("cancelled while applying the network");
    }

    void refine(std::int64_t tiles_before, RunControl& control) {
        if (!refinement->run(arena, settings.strength, {tiles_before, 0}, control))
            cancel("cancelled while refining the result");
        report.refinements = refinement->rounds();
    }

    [[noreturn]] void cancel(const char* sentence) {
        report.stop_reason = StopReason::kCallback;
        throw Error(ErrorCode::kCancelled, sentence);
    }

    // A network cut short at the very start still holds its random weights; the best result by then is the image
    // itself.
    void predict_nothing() {
        const auto last = static_cast<std::ptrdiff_t>(network.shape().layer(network.shape().depth).offset);
        std::fill(weights.values.begin() + last, weights.values.end(), 0.0f);
        report.ensemble = 1;
        switch_restoring(false);
    }
};

NoiseKind noise_kind(const Settings& settings) {
    return choose_noise(settings, find_white_level(settings.input, given_white(settings)));
}

Denoiser::Denoiser(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Denoiser::~Denoiser() = default;
void Denoiser::run(ProgressCallback callback, void* user) { state_->run(callback, user); }
const Report& Denoiser::report() const { return state_->report; }
const Weights& Denoiser::weights() const { return state_->weights; }
float Denoiser::filter_weight() const { return state_->weight_of_noise; }
float Denoiser::share_of_half() const { return state_->share_of_half; }
bool Denoiser::has_learned() const { return state_->learned; }

}  // namespace twofold::zsn2n
