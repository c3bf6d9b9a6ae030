#include "pipelines/rendered_prior/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "pipelines/common/stored_bytes.h"
#include "runtime/error.h"

namespace twofold::rendered {
namespace {

// Layout: magic (8 bytes), version of the recipe, size (u32 each), seed, steps planned, next step (u64 each),
// parameters, first and second moments (f32), CRC-32 (u32).
constexpr char kMagic[] = "TWFPRTR1";
constexpr std::size_t kMagicBytes = sizeof kMagic - 1;
constexpr std::size_t kHeaderBytes = kMagicBytes + 2 * 4 + 3 * 8;
constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 40;

[[noreturn]] void refuse(const char* sentence) { throw Error(ErrorCode::kCorruptData, sentence); }

}  // namespace

std::size_t stored_size(const Checkpoint& checkpoint) { return checkpoint_size(checkpoint.recipe); }

std::size_t checkpoint_size(const TrainingRecipe& recipe) {
    return kHeaderBytes + 3 * sizeof(float) * recipe.shape().parameters() + kChecksumBytes;
}

void store_checkpoint(const Checkpoint& checkpoint, std::byte* buffer) {
    std::memcpy(buffer, kMagic, kMagicBytes);
    std::byte* p = buffer + kMagicBytes;
    p = put(p, TrainingRecipe::kVersion);
    p = put(p, static_cast<std::uint32_t>(checkpoint.recipe.size));
    p = put(p, checkpoint.recipe.seed);
    p = put(p, static_cast<std::uint64_t>(checkpoint.recipe.steps));
    p = put(p, static_cast<std::uint64_t>(checkpoint.step));
    for (const auto* values : {&checkpoint.parameters, &checkpoint.first, &checkpoint.second})
        for (const float value : *values) p = put(p, value);
    put(p, crc32(buffer, static_cast<std::size_t>(p - buffer)));
}

Checkpoint load_checkpoint(const std::byte* buffer, std::size_t size) {
    if (size < kMagicBytes || std::memcmp(buffer, kMagic, kMagicBytes) != 0)
        refuse("this is no checkpoint of a training of the prior: it does not begin with TWFPRTR1");
    if (size < kHeaderBytes + kChecksumBytes) refuse("the checkpoint is cut short");
    const std::byte* p = buffer + kMagicBytes;
    const auto version = take<std::uint32_t>(p);
    const auto network = take<std::uint32_t>(p);
    Checkpoint checkpoint;
    const auto seed = take<std::uint64_t>(p), steps = take<std::uint64_t>(p), step = take<std::uint64_t>(p);
    if (network > static_cast<std::uint32_t>(PriorSize::kStart))
        refuse("the checkpoint is damaged: the size of the network is unknown");
    if (steps == 0 || steps > kMostSteps || step > steps)
        refuse("the checkpoint is damaged: the number of steps is out of range");
    checkpoint.recipe = TrainingRecipe::of(static_cast<PriorSize>(network));
    checkpoint.recipe.seed = seed;
    checkpoint.recipe.steps = static_cast<std::int64_t>(steps);
    checkpoint.step = static_cast<std::int64_t>(step);
    if (size != stored_size(checkpoint)) refuse("the checkpoint is cut short, or something follows it");
    const std::byte* checksum = buffer + size - kChecksumBytes;
    if (crc32(buffer, size - kChecksumBytes) != take<std::uint32_t>(checksum))
        refuse("the checkpoint is damaged: the checksum does not match");
    if (version != TrainingRecipe::kVersion)
        throw Error(ErrorCode::kUnsupported, "the checkpoint is of version " + std::to_string(version) +
                                                 " of the recipe; this program trains by version " +
                                                 std::to_string(TrainingRecipe::kVersion));
    for (auto* values : {&checkpoint.parameters, &checkpoint.first, &checkpoint.second}) {
        values->resize(checkpoint.recipe.shape().parameters());
        for (float& value : *values) {
            value = take<float>(p);
            if (!std::isfinite(value)) refuse("the checkpoint is damaged: a value is not a finite number");
        }
    }
    return checkpoint;
}

Checkpoint with_steps(Checkpoint checkpoint, std::int64_t steps) {
    if (steps == 0) return checkpoint;
    if (steps < checkpoint.step)
        throw Error(ErrorCode::kInvalidArgument, "the training has done " + std::to_string(checkpoint.step) +
                                                     " steps, more than it is now told to do");
    checkpoint.recipe.steps = steps;
    return checkpoint;
}

}  // namespace twofold::rendered
