#include "pipelines/zsn2n/trainer.h"

#include <algorithm>
#include <cmath>

#include "runtime/random.h"

namespace twofold::zsn2n {
namespace {

// Streams of random numbers, one a purpose.
constexpr std::uint64_t kPatches = 2, kFreshNoise = 1u << 16;
constexpr std::int64_t kMaxSlots = 32;

int even_at_most(std::int64_t size, int limit) { return static_cast<int>(std::min<std::int64_t>(size / 2 * 2, limit)); }

}  // namespace

Trainer::Trainer(Network& network, const Recipe& recipe, const TrainingImage& image, ThreadTeam& team)
    : network_(network),
      recipe_(recipe),
      image_(image),
      team_(team),
      patch_width_(even_at_most(image.view.width, recipe.patch)),
      patch_height_(even_at_most(image.view.height, recipe.patch)),
      columns_((image.view.width / 2 * 2 + patch_width_ - 1) / patch_width_),
      rows_((image.view.height / 2 * 2 + patch_height_ - 1) / patch_height_),
      tasks_(recipe.whole_image ? columns_ * rows_ : recipe.patches),
      slots_(std::min(tasks_, kMaxSlots)),
      // All at once where that is a step of a few patches; a slot for each thread where it is a whole image.
      group_(recipe.whole_image ? team.size() : slots_),
      state_(network.shape(), slots_, recipe.optimizer, team),
      patch_loss_(network, recipe.loss, std::max(patch_width_, patch_height_)) {
    // Every size that can occur: the last column and row of patches may be smaller.
    const int last_width = static_cast<int>(image.view.width / 2 * 2 - (columns_ - 1) * patch_width_);
    const int last_height = static_cast<int>(image.view.height / 2 * 2 - (rows_ - 1) * patch_height_);
    if (recipe.whole_image) {
        for (const int w : {patch_width_, last_width})
            for (const int h : {patch_height_, last_height}) PatchLoss::plan(network, h, w);
    } else {
        PatchLoss::plan(network, patch_height_, patch_width_);
        PatchLoss::plan(network, patch_width_, patch_height_);
    }
}

void Trainer::reserve(ArenaPlan& plan) {
    state_.reserve(plan);
    packed_ = plan.reserve<float>(network_.packed_size());
    losses_ = plan.reserve<double>(static_cast<std::size_t>(slots_));
    for (int thread = 0; thread < team_.size(); ++thread) threads_.push_back(patch_loss_.reserve(plan));
}

PatchTask Trainer::task(std::int64_t step, std::int64_t index) const {
    PatchTask task;
    task.stream = kFreshNoise + static_cast<std::uint64_t>(step * tasks_ + index);
    if (recipe_.whole_image) {
        task.x = index % columns_ * patch_width_;
        task.y = index / columns_ * patch_height_;
        task.width = even_at_most(image_.view.width - task.x, patch_width_);
        task.height = even_at_most(image_.view.height - task.y, patch_height_);
        return task;
    }
    const RandomBlock words = random_block(image_.seed, kPatches, static_cast<std::uint64_t>(step * tasks_ + index));
    task.width = patch_width_;
    task.height = patch_height_;
    task.x = uniform_index(words[0], image_.view.width - patch_width_ + 1);
    task.y = uniform_index(words[1], image_.view.height - patch_height_ + 1);
    task.symmetry = Symmetry::from_index(static_cast<int>(words[2] % 8));
    return task;
}

void Trainer::add_gradients(const Arena& arena, std::int64_t step, std::int64_t first, std::int64_t end,
                            std::int64_t patch) {
    const std::span<float> parameters = state_.parameters(arena), packed = arena[packed_];
    const std::span<double> losses = arena[losses_];
    // Means over all samples of the half-size images of all patches.
    const double samples =
        recipe_.whole_image ? double(image_.view.width / 2) * double(image_.view.height / 2) * network_.shape().channels
                            : double(tasks_) * (patch_width_ / 2) * (patch_height_ / 2) * network_.shape().channels;
    const auto scale = static_cast<float>(1 / samples);
    team_.run(end - first, [&](std::int64_t i, int thread) {
        const std::int64_t slot = first + i;
        const std::span<float> sum = state_.slot(arena, slot);
        double& loss = losses[static_cast<std::size_t>(slot)];
        if (patch == 0) {
            std::ranges::fill(sum, 0.0f);
            loss = 0;
        }
        const std::int64_t begin = slot * tasks_ / slots_ + patch;
        const std::int64_t stop = std::min(begin + kRound, (slot + 1) * tasks_ / slots_);
        for (std::int64_t t = begin; t < stop; ++t)
            loss += patch_loss_.run(arena, threads_[static_cast<std::size_t>(thread)], image_, task(step, t),
                                    parameters.data(), packed.data(), scale, sum.data());
    });
}

double Trainer::sum_gradients(const Arena& arena) {
    state_.sum_gradients(arena);
    double loss = 0;
    for (const double value : arena[losses_]) loss += value;
    return loss;
}

double Trainer::flops_per_step() const {
    return patch_loss_.flops(patch_height_, patch_width_) * static_cast<double>(tasks_) + state_.flops();
}

}  // namespace twofold::zsn2n
