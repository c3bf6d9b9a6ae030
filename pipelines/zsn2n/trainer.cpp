#include "pipelines/zsn2n/trainer.h"

#include <algorithm>
#include <cmath>

#include "ops/optimizer/adam.h"
#include "runtime/random.h"

namespace twofold::zsn2n {
namespace {

// Streams of random numbers, one a purpose.
constexpr std::uint64_t kInitialWeights = 1, kPatches = 2, kFreshNoise = 1u << 16;
constexpr std::int64_t kMaxSlots = 32;
constexpr std::size_t kReduceBlock = 2048;  // parameters summed by one task

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
    const std::size_t count = network_.shape().parameters();
    parameters_ = plan.reserve<float>(count);
    gradient_sum_ = plan.reserve<float>(count);
    first_ = plan.reserve<float>(count);
    second_ = plan.reserve<float>(count);
    gradients_ = plan.reserve<float>(count * static_cast<std::size_t>(slots_));
    packed_ = plan.reserve<float>(network_.packed_size());
    losses_ = plan.reserve<double>(static_cast<std::size_t>(slots_));
    for (int thread = 0; thread < team_.size(); ++thread) threads_.push_back(patch_loss_.reserve(plan));
    for (int i = 0; i < network_.shape().layers(); ++i) {
        const LayerShape layer = network_.shape().layer(i);
        const ops::Muon& muon = muons_.emplace_back(ops::MuonShape{layer.kernel * layer.kernel * layer.in, layer.out});
        muon_scratch_.push_back(plan.reserve<float>(recipe_.optimizer == Optimizer::kMuon ? muon.scratch_size() : 0));
        for (int chunk = 0; chunk < muon.chunks(); ++chunk) muon_tasks_.push_back({i, chunk});
    }
}

void Trainer::reset(const Arena& arena) {
    const std::span<float> parameters = arena[parameters_];
    for (int i = 0; i < network_.shape().layers(); ++i) {
        const LayerShape layer = network_.shape().layer(i);
        // Uniform in +-1/sqrt(fan-in), weights and biases alike: what the reference starts from.
        const double bound = 1 / std::sqrt(double(layer.kernel * layer.kernel * layer.in));
        const std::size_t count = layer.weights() + static_cast<std::size_t>(layer.out);
        for (std::size_t j = 0; j < count; ++j) {
            const std::size_t index = layer.offset + j;
            const RandomBlock words = random_block(image_.seed, kInitialWeights, index / 4);
            parameters[index] = static_cast<float>(bound * (2 * uniform_open(words[index % 4]) - 1));
        }
    }
    std::ranges::fill(arena[first_], 0.0f);
    std::ranges::fill(arena[second_], 0.0f);
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
    const std::size_t count = network_.shape().parameters();
    const std::span<float> gradients = arena[gradients_], parameters = arena[parameters_], packed = arena[packed_];
    const std::span<double> losses = arena[losses_];
    // Means over all samples of the half-size images of all patches.
    const double samples =
        recipe_.whole_image ? double(image_.view.width / 2) * double(image_.view.height / 2) * network_.shape().channels
                            : double(tasks_) * (patch_width_ / 2) * (patch_height_ / 2) * network_.shape().channels;
    const auto scale = static_cast<float>(1 / samples);
    team_.run(end - first, [&](std::int64_t i, int thread) {
        const std::int64_t slot = first + i;
        float* sum = gradients.data() + static_cast<std::size_t>(slot) * count;
        double& loss = losses[static_cast<std::size_t>(slot)];
        if (patch == 0) {
            std::fill_n(sum, count, 0.0f);
            loss = 0;
        }
        const std::int64_t begin = slot * tasks_ / slots_ + patch;
        const std::int64_t stop = std::min(begin + kRound, (slot + 1) * tasks_ / slots_);
        for (std::int64_t t = begin; t < stop; ++t)
            loss += patch_loss_.run(arena, threads_[static_cast<std::size_t>(thread)], image_, task(step, t),
                                    parameters.data(), packed.data(), scale, sum);
    });
}

double Trainer::sum_gradients(const Arena& arena) {
    const std::size_t count = network_.shape().parameters();
    const std::span<float> gradients = arena[gradients_], total = arena[gradient_sum_];
    const auto blocks = static_cast<std::int64_t>((count + kReduceBlock - 1) / kReduceBlock);
    team_.run(blocks, [&](std::int64_t block, int) {
        const std::size_t begin = static_cast<std::size_t>(block) * kReduceBlock;
        const std::size_t size = std::min(kReduceBlock, count - begin);
        std::copy_n(gradients.data() + begin, size, total.data() + begin);
        for (std::int64_t slot = 1; slot < slots_; ++slot) {
            const float* add = gradients.data() + static_cast<std::size_t>(slot) * count + begin;
            for (std::size_t i = 0; i < size; ++i) total[begin + i] += add[i];
        }
    });
    double loss = 0;
    for (const double value : arena[losses_]) loss += value;
    return loss;
}

void Trainer::update(const Arena& arena, std::int64_t index, double rate) {
    const std::span<float> parameters = arena[parameters_], gradient = arena[gradient_sum_], first = arena[first_],
                           second = arena[second_];
    if (recipe_.optimizer == Optimizer::kAdam) {
        ops::adam_step(parameters.size(), index + 1, rate, {}, gradient.data(), first.data(), second.data(),
                       parameters.data());
    } else {
        update_muon(arena, index, rate);
    }
}

void Trainer::update_muon(const Arena& arena, std::int64_t index, double rate) {
    const std::span<float> parameters = arena[parameters_], gradient = arena[gradient_sum_], first = arena[first_],
                           second = arena[second_];
    for (int phase = 0; phase < ops::Muon::phases(); ++phase)
        team_.run(static_cast<std::int64_t>(muon_tasks_.size()), [&](std::int64_t task, int) {
            const auto [layer, chunk] = muon_tasks_[static_cast<std::size_t>(task)];
            const auto i = static_cast<std::size_t>(layer);
            const std::size_t offset = network_.shape().layer(layer).offset;
            muons_[i].run(phase, chunk, rate, recipe_.momentum,
                          {gradient.data() + offset, first.data() + offset, parameters.data() + offset,
                           arena[muon_scratch_[i]].data()});
        });
    constexpr ops::AdamConstants kBias{0.9, 0.95, 1e-8};
    for (int i = 0; i < network_.shape().layers(); ++i) {
        const LayerShape layer = network_.shape().layer(i);
        const std::size_t bias = layer.offset + layer.weights();
        ops::adam_step(static_cast<std::size_t>(layer.out), index + 1, rate * recipe_.bias_rate, kBias,
                       gradient.data() + bias, first.data() + bias, second.data() + bias, parameters.data() + bias);
    }
}

double Trainer::flops_per_step() const {
    const double patch = patch_loss_.flops(patch_height_, patch_width_);
    double optimizer = 0;
    if (recipe_.optimizer == Optimizer::kMuon)
        for (const ops::Muon& muon : muons_) optimizer += muon.flops();
    return patch * static_cast<double>(tasks_) + optimizer;
}

}  // namespace twofold::zsn2n
