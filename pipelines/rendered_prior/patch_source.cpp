#include "pipelines/rendered_prior/patch_source.h"

#include <algorithm>

#include "pipelines/common/noise_network/patch.h"
#include "pipelines/rendered_prior/scenes/draws.h"
#include "pipelines/rendered_prior/scenes/scene.h"

namespace twofold::rendered {
namespace {

constexpr int kSceneSide = 192;
constexpr int kPool = 64;
constexpr int kGrid = 8;  // pixels of a JPEG block: its border may lie anywhere in a patch
constexpr double kGrey = 0.15;
// Seeds next to the user's own, one a purpose.
constexpr std::uint64_t kScenes = 0x5ce9e5, kPatches = 0x9a7c4e5, kValidation = 0x7a11da7e;

// Scene number `n` is the one of slot n % kPool, from the beginning of step n / kFreshScenes - kPool / kFreshScenes.
std::uint64_t scene_of(std::int64_t slot, std::int64_t step) {
    const std::int64_t rendered = kPool + step * PatchSource::kFreshScenes;
    return static_cast<std::uint64_t>(rendered - 1 - (rendered - 1 - slot) % kPool);
}

void make_grey(std::vector<float>* image) {
    for (std::size_t i = 0; i < image->size(); i += 3)
        (*image)[i] = (*image)[i + 1] = (*image)[i + 2] = ((*image)[i] + (*image)[i + 1] + (*image)[i + 2]) / 3;
}

// The part of `image` that begins `left` and `top` pixels further in.
std::vector<float> part(const std::vector<float>& image, int image_side, int left, int top, int side) {
    std::vector<float> result(static_cast<std::size_t>(3 * side * side));
    for (int y = 0; y < side; ++y)
        std::copy_n(image.begin() + 3 * ((top + y) * image_side + left), 3 * side, result.begin() + 3 * y * side);
    return result;
}

}  // namespace

PatchSource::PatchSource(std::uint64_t seed, int patch, double camera)
    : seed_(seed), patch_(patch), camera_(camera), bank_(seed), pool_(kPool), next_(kFreshScenes) {}

void PatchSource::start(std::int64_t step, ThreadTeam& team) {
    team.run(kPool, [&](std::int64_t slot, int) {
        render_scene(bank_, seed_ ^ kScenes, scene_of(slot, step), kSceneSide, &pool_[static_cast<std::size_t>(slot)]);
    });
}

void PatchSource::render_next(std::int64_t step, std::int64_t index) {
    const auto number = static_cast<std::uint64_t>(kPool + step * kFreshScenes + index);
    render_scene(bank_, seed_ ^ kScenes, number, kSceneSide, &next_[static_cast<std::size_t>(index)]);
}

void PatchSource::advance(std::int64_t step) {
    for (std::int64_t i = 0; i < kFreshScenes; ++i)
        pool_[static_cast<std::size_t>((step * kFreshScenes + i) % kPool)].swap(next_[static_cast<std::size_t>(i)]);
}

NoisyPatch PatchSource::cut(Draws& draws, const Pixels& scene, int side, const NoiseSettings& noise, bool grey) const {
    const int large = patch_ + kGrid, room = side - large + 1;
    const auto left = static_cast<int>(draws.index(room)), top = static_cast<int>(draws.index(room));
    const Pixels upright = part(scene, side, left, top, large);
    Pixels clean(upright.size());
    apply_symmetry(Symmetry::from_index(static_cast<int>(draws.index(8))), large, large, 3, upright.data(),
                   clean.data());
    if (grey) make_grey(&clean);
    NoiseSettings settings = noise;
    settings.same_in_channels = grey;
    Pixels noisy = render_noise(draws, settings, large, &clean);
    const auto inner_left = static_cast<int>(draws.index(kGrid)), inner_top = static_cast<int>(draws.index(kGrid));
    return {part(noisy, large, inner_left, inner_top, patch_), part(clean, large, inner_left, inner_top, patch_)};
}

NoisyPatch PatchSource::patch(std::int64_t step, std::int64_t index, std::int64_t batch) const {
    Draws draws(seed_ ^ kPatches, static_cast<std::uint64_t>(step * batch + index));
    const Pixels& scene = pool_[static_cast<std::size_t>(draws.index(kPool))];
    const NoiseSettings noise = draw_noise_settings(draws, camera_);
    const bool grey = !noise.camera && draws.chance(kGrey);
    return cut(draws, scene, kSceneSide, noise, grey);
}

NoisyPatch PatchSource::validation_patch(std::int64_t index, const NoiseSettings& noise) const {
    Pixels scene;
    const auto number = static_cast<std::uint64_t>(index);
    render_scene(bank_, kValidation, number, kSceneSide, &scene);
    Draws draws(kValidation + 1, number);
    return cut(draws, scene, kSceneSide, noise, false);
}

}  // namespace twofold::rendered
