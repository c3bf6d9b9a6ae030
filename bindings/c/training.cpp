#include "twofold/training.h"

#include "bindings/c/guard.h"
#include "pipelines/rendered_prior/prior_trainer.h"

using namespace twofold;
using namespace twofold::c_api;

static_assert(int{TWOFOLD_TRAINING_VALIDATIONS} == int{rendered::Validation::kKinds});
static_assert(static_cast<int>(rendered::PriorSize::kLarge) == TWOFOLD_PRIOR_LARGE);
static_assert(static_cast<int>(rendered::PriorSize::kStart) == TWOFOLD_PRIOR_START);

struct twofold_training {
    twofold_context* context;
    rendered::PriorTrainer trainer;
};

namespace {

constexpr int64_t kMostSteps = 1000000000;

int checked_threads(int32_t threads) {
    require_argument(threads >= 0 && threads <= 1024, "the number of threads must be 0 to 1024");
    return threads == 0 ? twofold_default_threads() : threads;
}

}  // namespace

twofold_status twofold_training_create(twofold_context* context, twofold_prior_size size, uint64_t seed, int64_t steps,
                                       int32_t threads, twofold_training** training) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(training != nullptr, "the place for the training is NULL");
        *training = nullptr;
        require_argument(raw_value(size) >= TWOFOLD_PRIOR_SMALL && raw_value(size) <= TWOFOLD_PRIOR_START,
                         "the size of the prior is unknown");
        require_argument(steps >= 1 && steps <= kMostSteps, "the number of steps must be 1 to 1000000000");
        rendered::TrainingRecipe recipe = rendered::TrainingRecipe::of(static_cast<rendered::PriorSize>(size));
        recipe.seed = seed;
        recipe.steps = steps;
        *training = new twofold_training{context, rendered::PriorTrainer(recipe, checked_threads(threads))};
    });
}

twofold_status twofold_training_resume(twofold_context* context, const void* checkpoint, size_t bytes, int64_t steps,
                                       int32_t threads, twofold_training** training) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(training != nullptr, "the place for the training is NULL");
        *training = nullptr;
        require_argument(checkpoint != nullptr, "the buffer with the checkpoint is NULL");
        require_argument(steps >= 0 && steps <= kMostSteps, "the number of steps must be 0 to 1000000000");
        const auto from = rendered::load_checkpoint(static_cast<const std::byte*>(checkpoint), bytes);
        *training = new twofold_training{context, rendered::PriorTrainer(from, steps, checked_threads(threads))};
    });
}

void twofold_training_destroy(twofold_training* training) { delete training; }

twofold_status twofold_training_get_state(const twofold_training* training, twofold_training_state* state) {
    return guarded_handle(training, [&] {
        require_argument(state != nullptr, "the place for the state is NULL");
        const rendered::PriorTrainer& trainer = training->trainer;
        const rendered::TrainingRecipe& recipe = trainer.recipe();
        *state = {};
        state->size = static_cast<twofold_prior_size>(recipe.size);
        state->recipe_version = rendered::TrainingRecipe::kVersion;
        state->seed = recipe.seed;
        state->steps_done = trainer.steps_done();
        state->steps_planned = recipe.steps;
        state->learning_rate = trainer.finished() ? 0 : recipe.rate(trainer.steps_done());
        state->pixels_a_step = int64_t{recipe.batch} * recipe.patch_side() * recipe.patch_side();
        state->parameters = static_cast<int64_t>(recipe.shape().parameters());
    });
}

twofold_status twofold_training_step(twofold_training* training, double* loss) {
    return guarded_handle(training, [&] {
        require(!training->trainer.finished(), ErrorCode::kInvalidState, "the training has done its last step");
        const double value = training->trainer.step();
        if (loss) *loss = value;
    });
}

twofold_status twofold_training_validate(twofold_training* training, twofold_training_validation* validations) {
    return guarded_handle(training, [&] {
        require_argument(validations != nullptr, "the place for the validation is NULL");
        const rendered::Validation result = training->trainer.validate();
        for (std::size_t i = 0; i < result.noisy.size(); ++i)
            validations[i] = {rendered::Validation::kNames[i], result.noisy[i], result.denoised[i]};
    });
}

twofold_status twofold_training_checkpoint_size(const twofold_training* training, size_t* bytes) {
    return guarded_handle(training, [&] {
        require_argument(bytes != nullptr, "the place for the size is NULL");
        *bytes = rendered::checkpoint_size(training->trainer.recipe());
    });
}

twofold_status twofold_training_write_checkpoint(const twofold_training* training, void* buffer, size_t bytes) {
    return guarded_handle(training, [&] {
        require_argument(buffer != nullptr, "the buffer for the checkpoint is NULL");
        const rendered::Checkpoint checkpoint = training->trainer.checkpoint();
        require_argument(bytes == rendered::stored_size(checkpoint),
                         "the buffer's size is not what twofold_training_checkpoint_size says");
        rendered::store_checkpoint(checkpoint, static_cast<std::byte*>(buffer));
    });
}

twofold_status twofold_training_get_weights(const twofold_training* training, twofold_weights** weights) {
    return guarded_handle(training, [&] {
        require_argument(weights != nullptr, "the place for the weights is NULL");
        *weights = nullptr;
        *weights = new twofold_weights{training->context, training->trainer.weights()};
    });
}
