#include "pipelines/zsn2n/patch_loss.h"

#include <algorithm>

#include "ops/feature_map.h"
#include "ops/loss/pair_loss.h"
#include "ops/loss/recorruption_loss.h"
#include "ops/pair_downsample/pair_downsample.h"
#include "runtime/error.h"

namespace twofold::zsn2n {
namespace {

using ops::ConstMap;
using ops::Map;

// Blocks of 2x2 pixels that lie wholly inside.
Rectangle inside_blocks(const Rectangle& pixels) {
    return {(pixels.left + 1) / 2, (pixels.top + 1) / 2, pixels.right / 2, pixels.bottom / 2};
}

// Pixels on each side whose mean is the brightness that decides on the noise.
constexpr int kBrightnessReach = 1, kTextureBrightnessReach = 2;

}  // namespace

PatchLoss::PatchLoss(const Network& network, const LossTerms& terms, int max_patch)
    : network_(network), terms_(terms), max_patch_(max_patch) {
    if (has_pair() && network.shape().fold > 1)
        throw Error(ErrorCode::kUnsupported, "a network that sees blocks of pixels cannot learn from a half-size pair");
}

int PatchLoss::reach() const {
    return std::max(2 * network_.shape().halo(), network_.shape().image_halo() + kTextureBrightnessReach);
}

void PatchLoss::plan(Network& network, int height, int width) {
    const int fold = network.shape().fold;
    network.plan(height / fold, width / fold, true);
    if (fold == 1) network.plan(height / 2, width / 2, true);
}

PatchPlan PatchLoss::reserve(ArenaPlan& plan) const {
    const NetworkShape& shape = network_.shape();
    const int channels = shape.channels, fold = shape.fold;
    const int half = max_patch_ / 2, padded = max_patch_ + 2 * reach(), one_pass = max_patch_ + 2 * shape.image_halo();
    PatchPlan p;
    p.full = network_.reserve(plan, max_patch_ / fold, max_patch_ / fold, true);
    p.staging = plan.reserve<float>(ops::dense_size(padded, padded, channels));
    p.patch = plan.reserve<float>(ops::dense_size(padded, padded, channels));
    if (terms_.recorruption > 0) p.fresh_noise = plan.reserve<float>(ops::dense_size(one_pass, one_pass, channels));
    if (fold > 1) p.unfolded = plan.reserve<float>(ops::dense_size(one_pass, one_pass, channels));
    p.diff_output = plan.reserve<float>(ops::dense_size(max_patch_, max_patch_, channels));
    if (!has_pair()) return p;
    // The passes run one after another.
    p.half1 = network_.reserve_beside(p.full, plan, half, half);
    p.half2 = network_.reserve_beside(p.full, plan, half, half);
    p.denoised = plan.reserve<float>(ops::dense_size(max_patch_, max_patch_, channels));
    for (auto* range : {&p.d1, &p.d2, &p.diff_n1, &p.diff_n2, &p.diff_d1, &p.diff_d2})
        *range = plan.reserve<float>(ops::dense_size(half, half, channels));
    return p;
}

PatchLoss::Loaded PatchLoss::load(const Arena& arena, const PatchPlan& plan, const TrainingImage& image,
                                  const PatchTask& task) const {
    const int channels = network_.shape().channels;
    const int reach = this->reach();
    const int height = task.height + 2 * reach, width = task.width + 2 * reach;
    const Rectangle inside =
        inside_image(image.view.width, image.view.height, task.x - reach, task.y - reach, width, height);
    float* staging = arena[plan.staging].data();
    float* patch = arena[plan.patch].data();
    std::fill_n(staging, ops::dense_size(height, width, channels), 0.0f);
    image.scale.load(image.view, task.x - reach + inside.left, task.y - reach + inside.top, inside.right - inside.left,
                     inside.bottom - inside.top, staging + (inside.top * width + inside.left) * channels,
                     std::ptrdiff_t{width} * channels);
    clip(image.scale.limit(), staging, ops::dense_size(height, width, channels));
    apply_symmetry(task.symmetry, height, width, channels, staging, patch);
    const bool turned = task.symmetry.transpose;
    return {turned ? task.width : task.height, turned ? task.height : task.width, patch,
            std::ptrdiff_t{turned ? height : width} * channels, apply_symmetry(task.symmetry, height, width, inside)};
}

double PatchLoss::run(const Arena& arena, const PatchPlan& plan, const TrainingImage& image, const PatchTask& task,
                      const float* parameters, const float* packed, float scale, float* diff_parameters) const {
    const Loaded patch = load(arena, plan, image, task);
    const Parameters p{parameters, packed, diff_parameters};
    double loss = 0;
    if (has_pair()) loss += run_pair(arena, plan, patch, p, scale);
    if (terms_.recorruption > 0) loss += run_recorruption(arena, plan, patch, image, task, p, scale);
    return loss;
}

double PatchLoss::run_pair(const Arena& arena, const PatchPlan& plan, const Loaded& patch, const Parameters& p,
                           float scale) const {
    const int channels = network_.shape().channels, halo = network_.shape().halo(), reach = this->reach();
    const int height = patch.height, width = patch.width, margin = reach - 2 * halo;
    const float* data = patch.data + margin * (patch.row + channels);  // with no more than what is needed here
    const Pass full = Network::resolve(arena, plan.full), half1 = Network::resolve(arena, plan.half1),
               half2 = Network::resolve(arena, plan.half2);

    // Half size. Pixels whose block is cut by the image's border do not exist there.
    const int h = height / 2, w = width / 2, half_height = h + 2 * halo, half_width = w + 2 * halo;
    const Rectangle half_inside = inside_blocks(shifted(patch.inside, margin));
    const Map y1{half1.activations[0], std::ptrdiff_t{half_width} * channels};
    const Map y2{half2.activations[0], std::ptrdiff_t{half_width} * channels};
    ops::pair_downsample_ref(half_height, half_width, channels, {data, patch.row}, y1, y2);
    clear_outside(half_height, half_width, channels, half_inside, y1);
    clear_outside(half_height, half_width, channels, half_inside, y2);
    network_.forward(h, w, half_inside, p.values, p.packed, half1);
    network_.forward(h, w, half_inside, p.values, p.packed, half2);

    // Full size, and the pair of the denoised patch.
    const std::ptrdiff_t row = std::ptrdiff_t{width} * channels, half_row = std::ptrdiff_t{w} * channels;
    const auto half_map = [&](const ArenaRange<float>& range) { return Map{arena[range].data(), half_row}; };
    const Map d1 = half_map(plan.d1), d2 = half_map(plan.d2);
    const Rectangle full_inside = shifted(patch.inside, margin + halo);
    if (terms_.consistency > 0) {
        const int full_width = width + 2 * halo;
        for (int y = 0; y < height + 2 * halo; ++y)
            std::copy_n(data + (y + halo) * patch.row + halo * channels, full_width * channels,
                        full.activations[0] + y * full_width * channels);
        network_.forward(height, width, full_inside, p.values, p.packed, full);
        const Map denoised{arena[plan.denoised].data(), row};
        for (int y = 0; y < height; ++y) {
            const float* noisy = patch.data + (y + reach) * patch.row + reach * channels;
            for (int i = 0; i < width * channels; ++i) denoised.data[y * row + i] = noisy[i] - full.output[y * row + i];
        }
        ops::pair_downsample_ref(h, w, channels, denoised, d1, d2);
    }

    const std::ptrdiff_t centre = halo * y1.row + halo * channels;
    const ops::PairLossInput in{h,
                                w,
                                channels,
                                {y1.data + centre, y1.row},
                                {y2.data + centre, y2.row},
                                {half1.output, half_row},
                                {half2.output, half_row},
                                d1,
                                d2,
                                scale * terms_.residual,
                                scale * terms_.consistency};
    const ops::PairLossGradient gradient{half_map(plan.diff_n1), half_map(plan.diff_n2), half_map(plan.diff_d1),
                                         half_map(plan.diff_d2)};
    const double loss = ops::pair_loss_ref(in, gradient);

    if (terms_.consistency > 0) {
        // The denoised patch falls as the predicted noise rises.
        float* diff_output = arena[plan.diff_output].data();
        ops::pair_downsample_backward_ref(h, w, channels, gradient.diff_d1, gradient.diff_d2, {diff_output, row});
        for (std::size_t i = 0; i < ops::dense_size(height, width, channels); ++i) diff_output[i] = -diff_output[i];
        network_.backward(height, width, full_inside, p.packed, full, diff_output, p.gradient);
    }
    network_.backward(h, w, half_inside, p.packed, half1, gradient.diff_n1.data, p.gradient);
    network_.backward(h, w, half_inside, p.packed, half2, gradient.diff_n2.data, p.gradient);
    return loss;
}

void PatchLoss::draw_noise(const Arena& arena, const PatchPlan& plan, const TrainingImage& image, const PatchTask& task,
                           float* noise) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const int height = task.height + 2 * halo, width = task.width + 2 * halo;
    if (image.texture == nullptr) {
        image.normals->fill(image.seed, task.stream, ops::dense_size(height, width, channels), noise);
        return;
    }
    // Drawn as it lies in the image, for it may be alike along rows only, and turned with the patch.
    float* staging = arena[plan.staging].data();
    image.texture->fill(image.seed, task.stream, height, width, staging);
    apply_symmetry(task.symmetry, height, width, channels, staging, noise);
}

void PatchLoss::recorrupt(const Loaded& patch, const TrainingImage& image, float* columns, float* noise,
                          float* input) const {
    const int channels = network_.shape().channels, halo = network_.shape().image_halo();
    const int height = patch.height + 2 * halo, width = patch.width + 2 * halo, offset = reach() - halo;
    const int mean_reach = image.texture == nullptr ? kBrightnessReach : kTextureBrightnessReach;
    // The mean that tells the brightness is a sum of columns, then a sum of those; the nearest pixels where the image
    // ends.
    const int side = 2 * mean_reach + 1, whole_width = width + 2 * offset;
    for (int y = 0; y < height; ++y) {
        std::fill_n(columns, whole_width * channels, 0.0f);
        for (int j = -mean_reach; j <= mean_reach; ++j) {
            const float* row =
                patch.data + std::clamp(y + offset + j, patch.inside.top, patch.inside.bottom - 1) * patch.row;
            for (int i = 0; i < whole_width * channels; ++i) columns[i] += row[i];
        }
        const float* centre = patch.data + (y + offset) * patch.row + offset * channels;
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                float sum = 0;
                for (int i = x + offset - mean_reach; i <= x + offset + mean_reach; ++i)
                    sum += columns[std::clamp(i, patch.inside.left, patch.inside.right - 1) * channels + c];
                const int index = (y * width + x) * channels + c;
                noise[index] *= image.noise->at(c, sum / static_cast<float>(side * side));
                input[index] = centre[x * channels + c] + terms_.recorruption_strength * noise[index];
            }
    }
    const Rectangle inside = shifted(patch.inside, offset);
    // Mirrored pixels carry the noise of the pixel that they show: with another one the network would see each pixel
    // near the border twice, and learn its noise.
    if (network_.shape().mirrors_border())
        mirror_outside(height, width, channels, inside, input);
    else
        clear_outside(height, width, channels, inside, {input, std::ptrdiff_t{width} * channels});
}

double PatchLoss::run_recorruption(const Arena& arena, const PatchPlan& plan, const Loaded& patch,
                                   const TrainingImage& image, const PatchTask& task, const Parameters& p,
                                   float scale) const {
    const NetworkShape& shape = network_.shape();
    const int fold = shape.fold, halo = shape.halo();
    const int padded_height = patch.height + 2 * shape.image_halo(),
              padded_width = patch.width + 2 * shape.image_halo();
    const Pass pass = Network::resolve(arena, plan.full);
    float* noise = arena[plan.fresh_noise].data();
    float* input = pass.activations[0];
    draw_noise(arena, plan, image, task, noise);
    if (fold == 1) {
        recorrupt(patch, image, arena[plan.staging].data(), noise, input);
    } else {
        float* unfolded = arena[plan.unfolded].data();
        recorrupt(patch, image, arena[plan.staging].data(), noise, unfolded);
        fold_pixels(padded_height, padded_width, shape.channels, fold, unfolded, input);
        // The loss is a sum over samples, in whatever order.
        fold_pixels(padded_height, padded_width, shape.channels, fold, noise, unfolded);
        noise = unfolded;
    }
    const int height = patch.height / fold, width = patch.width / fold, samples = shape.samples();
    const Rectangle inside = shape.mirrors_border() ? Rectangle{0, 0, width + 2 * halo, height + 2 * halo}
                                                    : shifted(patch.inside, reach() - shape.image_halo());
    network_.forward(height, width, inside, p.values, p.packed, pass);

    const std::ptrdiff_t row = std::ptrdiff_t{width + 2 * halo} * samples, out_row = std::ptrdiff_t{width} * samples;
    float* diff_output = arena[plan.diff_output].data();
    const float a = terms_.recorruption_strength;
    // There are four times as many samples as at half size.
    const double loss = ops::recorruption_loss_ref(height, width, samples, {noise + halo * row + halo * samples, row},
                                                   {pass.output, out_row}, a + 1 / a, scale / 4 * terms_.recorruption,
                                                   {diff_output, out_row});
    network_.backward(height, width, inside, p.packed, pass, diff_output, p.gradient);
    return loss;
}

double PatchLoss::flops(int height, int width) const {
    const auto passes = [&](int h, int w) { return network_.flops(h, w, false) + network_.flops(h, w, true); };
    const int fold = network_.shape().fold;
    double sum = 0;
    if (has_pair()) sum += 2 * passes(height / 2, width / 2);
    if (terms_.consistency > 0) sum += passes(height, width);
    if (terms_.recorruption > 0) sum += passes(height / fold, width / fold);
    return sum;
}

}  // namespace twofold::zsn2n
