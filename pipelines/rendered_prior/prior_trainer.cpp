#include "pipelines/rendered_prior/prior_trainer.h"

#include <algorithm>
#include <cmath>

#include "pipelines/common/memory_budget.h"
#include "pipelines/common/noise_network/patch.h"

namespace twofold::rendered {
namespace {

constexpr std::int64_t kValidationScenes = 12;
// By how much faint noise counts for more: errors are weighed against the strength of the noise and a level of 8 bits.
constexpr double kLevel = 1.0 / 255;

std::array<NoiseSettings, Validation::kKinds> validation_noise() {
    std::array<NoiseSettings, Validation::kKinds> all;
    all[Validation::kSigma10].read_noise.fill(10.0 / 255);
    all[Validation::kSigma25].read_noise.fill(25.0 / 255);
    all[Validation::kSigma50].read_noise.fill(50.0 / 255);
    all[Validation::kPhotons25].gain.fill(1.0 / 25);
    NoiseSettings& camera = all[Validation::kCamera];
    camera.camera = true;
    camera.gain.fill(4e-3);
    camera.read_noise.fill(4e-3);
    camera.jpeg_quality = 92;
    return all;
}

double mean_square(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) sum += double{value} * double{value};
    return sum / double(values.size());
}

}  // namespace

PriorTrainer::PriorTrainer(const TrainingRecipe& recipe, std::int64_t step, int threads,
                           std::string_view implementation)
    : recipe_(recipe),
      step_(step),
      team_(threads),
      network_(recipe.shape(), implementation),
      state_(recipe.shape(), recipe.batch, {}, team_),
      source_(recipe.seed, input_side(), recipe.camera),
      losses_(static_cast<std::size_t>(recipe.batch)) {
    const int blocks = recipe.patch_side() / recipe.shape().fold;
    network_.plan(blocks, blocks, true);
    ArenaPlan plan;
    state_.reserve(plan);
    packed_ = plan.reserve<float>(network_.packed_size());
    for (int thread = 0; thread < team_.size(); ++thread)
        passes_.push_back(network_.reserve(plan, blocks, blocks, true));
    require_memory(plan.size(), usable_memory(0));
    arena_ = Arena(plan);
    source_.start(step_, team_);
}

PriorTrainer::PriorTrainer(const TrainingRecipe& recipe, int threads, std::string_view implementation)
    : PriorTrainer(recipe, 0, threads, implementation) {
    state_.reset(arena_, recipe_.seed);
    // Begins with little more than the noisy picture itself as its answer.
    const LayerShape last = recipe_.shape().layer(recipe_.shape().depth);
    for (float& value : state_.parameters(arena_).subspan(last.offset)) value *= 0.1f;
}

PriorTrainer::PriorTrainer(const Checkpoint& checkpoint, std::int64_t steps, int threads,
                           std::string_view implementation)
    : PriorTrainer(with_steps(checkpoint, steps).recipe, checkpoint.step, threads, implementation) {
    std::ranges::copy(checkpoint.parameters, state_.parameters(arena_).begin());
    std::ranges::copy(checkpoint.first, state_.first_moment(arena_).begin());
    std::ranges::copy(checkpoint.second, state_.second_moment(arena_).begin());
}

int PriorTrainer::input_side() const { return recipe_.patch_side() + 2 * recipe_.shape().image_halo(); }

std::vector<float> PriorTrainer::middle(const std::vector<float>& image) const {
    const int side = input_side(), halo = recipe_.shape().image_halo();
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>(3 * recipe_.patch_side() * recipe_.patch_side()));
    for (int y = halo; y < side - halo; ++y) {
        const auto row = image.begin() + 3 * (y * side + halo);
        result.insert(result.end(), row, row + 3 * recipe_.patch_side());
    }
    return result;
}

void PriorTrainer::predict(const NoisyPatch& patch, const Pass& pass) const {
    const int side = input_side(), fold = recipe_.shape().fold, blocks = recipe_.patch_side() / fold;
    fold_pixels(side, side, 3, fold, patch.noisy.data(), pass.activations[0]);
    network_.forward(blocks, blocks, {0, 0, side / fold, side / fold}, state_.parameters(arena_).data(),
                     arena_[packed_].data(), pass);
}

double PriorTrainer::add_gradient(const NoisyPatch& patch, int thread, std::span<float> gradient) {
    const int side = input_side(), fold = recipe_.shape().fold, blocks = recipe_.patch_side() / fold;
    const Pass pass = Network::resolve(arena_, passes_[static_cast<std::size_t>(thread)]);
    predict(patch, pass);
    std::vector<float> noise = middle(patch.noisy), folded(noise.size());
    const std::vector<float> clean = middle(patch.clean);
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] -= clean[i];
    fold_pixels(recipe_.patch_side(), recipe_.patch_side(), 3, fold, noise.data(), folded.data());
    const double weight = 1 / ((std::sqrt(mean_square(noise)) + kLevel) * double(noise.size()) * double(recipe_.batch));
    double loss = 0;
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const double error = double{pass.output[i]} - double{folded[i]};
        loss += weight * error * error;
        folded[i] = static_cast<float>(2 * weight * error);
    }
    network_.backward(blocks, blocks, {0, 0, side / fold, side / fold}, arena_[packed_].data(), pass, folded.data(),
                      gradient.data());
    return loss;
}

double PriorTrainer::step() {
    if (finished()) return 0;
    network_.pack(state_.parameters(arena_).data(), arena_[packed_].data());
    // The scenes of later steps along with the patches of this one.
    team_.run(PatchSource::kFreshScenes + recipe_.batch, [&](std::int64_t task, int thread) {
        if (task < PatchSource::kFreshScenes) {
            source_.render_next(step_, task);
            return;
        }
        const std::int64_t index = task - PatchSource::kFreshScenes;
        const std::span<float> gradient = state_.slot(arena_, index);
        std::ranges::fill(gradient, 0.0f);
        losses_[static_cast<std::size_t>(index)] =
            add_gradient(source_.patch(step_, index, recipe_.batch), thread, gradient);
    });
    source_.advance(step_);
    state_.sum_gradients(arena_);
    state_.update(arena_, step_, recipe_.rate(step_));
    ++step_;
    double loss = 0;
    for (const double value : losses_) loss += value;
    return loss;
}

Validation PriorTrainer::validate() {
    network_.pack(state_.parameters(arena_).data(), arena_[packed_].data());
    const auto noise = validation_noise();
    constexpr std::int64_t kTasks = Validation::kKinds * kValidationScenes;
    std::array<std::array<double, kTasks>, 2> psnr{};
    team_.run(kTasks, [&](std::int64_t task, int thread) {
        const auto t = static_cast<std::size_t>(task);
        const NoisyPatch patch =
            source_.validation_patch(task % kValidationScenes, noise[t / static_cast<std::size_t>(kValidationScenes)]);
        const Pass pass = Network::resolve(arena_, passes_[static_cast<std::size_t>(thread)]);
        predict(patch, pass);
        const std::vector<float> clean = middle(patch.clean);
        std::vector<float> noisy = middle(patch.noisy), found(noisy.size());
        unfold_pixels(recipe_.patch_side(), recipe_.patch_side(), 3, recipe_.shape().fold, pass.output, found.data());
        for (std::size_t i = 0; i < noisy.size(); ++i) {
            found[i] = std::clamp(noisy[i] - found[i], 0.0f, 1.0f) - clean[i];
            noisy[i] -= clean[i];
        }
        psnr[0][t] = -10 * std::log10(mean_square(noisy));
        psnr[1][t] = -10 * std::log10(mean_square(found));
    });
    Validation result;
    for (std::size_t t = 0; t < static_cast<std::size_t>(kTasks); ++t) {
        const std::size_t kind = t / static_cast<std::size_t>(kValidationScenes);
        result.noisy[kind] += psnr[0][t] / double(kValidationScenes);
        result.denoised[kind] += psnr[1][t] / double(kValidationScenes);
    }
    return result;
}

Checkpoint PriorTrainer::checkpoint() const {
    const auto copy = [](std::span<const float> values) { return std::vector<float>(values.begin(), values.end()); };
    return {recipe_, step_, copy(state_.parameters(arena_)), copy(state_.first_moment(arena_)),
            copy(state_.second_moment(arena_))};
}

Weights PriorTrainer::weights() const {
    Weights weights;
    weights.shape = recipe_.shape();
    weights.white = 0;
    weights.ensemble = 1;
    weights.precision = WeightPrecision::kShared;
    const std::span<const float> values = state_.parameters(arena_);
    weights.values.assign(values.begin(), values.end());
    return weights;
}

}  // namespace twofold::rendered
