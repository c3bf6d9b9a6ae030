// A training that was interrupted, as it is stored.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_CHECKPOINT_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_CHECKPOINT_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/rendered_prior/training_recipe.h"

namespace twofold::rendered {

struct Checkpoint {
    TrainingRecipe recipe;
    std::int64_t step = 0;                         // the next one
    std::vector<float> parameters, first, second;  // and the moments of the optimiser
};

// Stored form: magic "TWFPRTR1", little-endian fields, float32 values, CRC-32 of all that precedes it.
std::size_t stored_size(const Checkpoint& checkpoint);
// The same of any checkpoint of a training by `recipe`.
std::size_t checkpoint_size(const TrainingRecipe& recipe);
void store_checkpoint(const Checkpoint& checkpoint, std::byte* buffer);
// Throws Error kCorruptData for anything that store_checkpoint would not have written, kUnsupported for another
// version of the recipe.
Checkpoint load_checkpoint(const std::byte* buffer, std::size_t size);

// With another number of steps, unless it is 0: the rate goes on as that of a training with that number. Throws Error
// kInvalidArgument if it has done more.
Checkpoint with_steps(Checkpoint checkpoint, std::int64_t steps);

}  // namespace twofold::rendered

#endif
