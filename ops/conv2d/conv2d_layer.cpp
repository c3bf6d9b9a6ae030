#include "ops/conv2d/conv2d_layer.h"

#include <array>
#include <string>

#include "ops/conv2d/layer_algorithm.h"
#include "runtime/error.h"

namespace twofold::ops {
namespace {

struct Entry {
    const char* name;
    bool ours;                                  // chosen by "simd"
    bool (*pays)(const ConvLayerShape& shape);  // on this shape, against those further down
    std::unique_ptr<ConvLayerAlgorithm> (*make)(const ConvLayerShape& shape, int threads);
};

bool always(const ConvLayerShape&) { return true; }

// Below some 32x32 outputs the products are too small to pay for the transforms of the weights, which are done for
// every step of training. Measured with 128 channels, weights included: 32x32 1.1 times direct's speed, 16x16 0.5
// times.
// Stride 2 saves less: with 128 channels 32x32 1.05 times, 64x64 1.3 times; with 64, 32 and 16 channels 1.2, 1.1 and
// 0.8 times on 64x64.
bool pays_transforms(const ConvLayerShape& shape) {
    const bool few_channels = shape.in < 32 || shape.out < 32;
    return shape.height * shape.width >= 32 * 32 && !(shape.stride == 2 && few_channels);
}

// Best first.
constexpr auto kAlgorithms = std::to_array<Entry>({
    {"winograd", true, pays_transforms, make_layer_winograd},
    {"direct", true, always, make_layer_direct},
    {"ref", false, always, make_layer_ref},
});

std::unique_ptr<const ConvLayerAlgorithm> choose(const ConvLayerShape& shape, std::string_view name, int threads) {
    for (const Entry& entry : kAlgorithms) {
        const bool any = name == "auto" || (name == "simd" && entry.ours);
        if (name != entry.name && !(any && entry.pays(shape))) continue;
        if (auto algorithm = entry.make(shape, threads)) return algorithm;
    }
    throw Error(ErrorCode::kUnsupported, "no convolution \"" + std::string(name) + "\" for kernel " +
                                             std::to_string(shape.kernel) + ", stride " + std::to_string(shape.stride) +
                                             ", " + std::to_string(shape.in) + " to " + std::to_string(shape.out) +
                                             " channels");
}

}  // namespace

Conv2dLayer::Conv2dLayer(const ConvLayerShape& shape, std::string_view implementation, int threads)
    : algorithm_(choose(shape, implementation, threads)) {}
Conv2dLayer::~Conv2dLayer() = default;
Conv2dLayer::Conv2dLayer(Conv2dLayer&&) noexcept = default;
Conv2dLayer& Conv2dLayer::operator=(Conv2dLayer&&) noexcept = default;

const ConvLayerShape& Conv2dLayer::shape() const { return algorithm_->shape(); }
const char* Conv2dLayer::algorithm() const { return algorithm_->name(); }
std::size_t Conv2dLayer::packed_size() const { return algorithm_->packed_size(); }
std::size_t Conv2dLayer::scratch_size() const { return algorithm_->scratch_size(); }

void Conv2dLayer::pack(ThreadTeam& team, const float* weights, float* packed) const {
    algorithm_->pack(team, weights, packed);
}
void Conv2dLayer::forward(ThreadTeam& team, ConstMap src, const float* packed, const float* bias, Map dst,
                          float* scratch) const {
    algorithm_->forward(team, src, packed, bias, dst, scratch);
}
void Conv2dLayer::backward_data(ThreadTeam& team, ConstMap diff_dst, const float* packed, Map diff_src,
                                float* scratch) const {
    algorithm_->backward_data(team, diff_dst, packed, diff_src, scratch);
}
void Conv2dLayer::backward_weights(ThreadTeam& team, ConstMap src, ConstMap diff_dst, float* diff_weights,
                                   float* diff_bias, float* scratch) const {
    algorithm_->backward_weights(team, src, diff_dst, diff_weights, diff_bias, scratch);
}

}  // namespace twofold::ops
