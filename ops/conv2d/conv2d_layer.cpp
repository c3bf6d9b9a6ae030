#include "ops/conv2d/conv2d_layer.h"

#include <array>
#include <string>

#include "ops/conv2d/layer_algorithm.h"
#include "runtime/error.h"

namespace twofold::ops {
namespace {

struct Entry {
    const char* name;
    bool ours;  // chosen by "simd"
    std::unique_ptr<ConvLayerAlgorithm> (*make)(const ConvLayerShape& shape, int threads);
};

// Best first.
constexpr auto kAlgorithms = std::to_array<Entry>({
    {"winograd", true, make_layer_winograd},
    {"direct", true, make_layer_direct},
    {"ref", false, make_layer_ref},
});

std::unique_ptr<const ConvLayerAlgorithm> choose(const ConvLayerShape& shape, std::string_view name, int threads) {
    for (const Entry& entry : kAlgorithms) {
        if (name != "auto" && name != entry.name && !(name == "simd" && entry.ours)) continue;
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
