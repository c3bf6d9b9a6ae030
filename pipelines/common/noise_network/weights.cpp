#include "pipelines/common/noise_network/weights.h"

#include <cmath>
#include <cstring>

#include "pipelines/common/noise/stabilizer.h"
#include "pipelines/common/noise_network/shared_exponent.h"
#include "pipelines/common/stored_bytes.h"
#include "runtime/error.h"
#include "runtime/half.h"

namespace twofold {
namespace {

// Layout: magic (8 bytes), channels, width, depth, fold, ensemble, type of the samples, WeightPrecision (u32 each),
// white (f32), share of the network for half the size (f32), noise that the image was stabilised for (4 channels x 17
// f32, zeros where it was not), number of parameters (u64), parameters, first those of the network, then those of that
// for half the size if there is one, CRC-32 (u32). All little endian.
constexpr char kMagic[] = "TWFWGHT4";
constexpr std::size_t kMagicBytes = sizeof kMagic - 1;
constexpr std::size_t kNoiseValues = 4 * (NoiseModel::kIntervals + 1);
constexpr std::size_t kHeaderBytes = kMagicBytes + 9 * 4 + kNoiseValues * 4 + 8;

[[noreturn]] void refuse(const char* sentence) { throw Error(ErrorCode::kCorruptData, sentence); }

void require_range(std::uint32_t value, std::uint32_t low, std::uint32_t high, const char* sentence) {
    if (value < low || value > high) refuse(sentence);
}

// Of one network.
std::size_t parameter_bytes(const NetworkShape& shape, WeightPrecision precision) {
    switch (precision) {
        case WeightPrecision::kHalf:
            return 2 * shape.parameters();
        case WeightPrecision::kShared:
            return shared_exponent_size(shape);
        case WeightPrecision::kSingle:
            break;
    }
    return 4 * shape.parameters();
}

std::size_t parameter_bytes(const Weights& weights) {
    const std::size_t networks = weights.coarse_values.empty() ? 1 : 2;
    return networks * parameter_bytes(weights.shape, weights.precision);
}

std::byte* put_parameters(std::byte* p, const Weights& weights, const std::vector<float>& values) {
    if (weights.precision == WeightPrecision::kShared) return put_shared_exponent(p, weights.shape, values);
    for (const float value : values)
        p = weights.precision == WeightPrecision::kHalf ? put(p, to_half(value)) : put(p, value);
    return p;
}

void take_parameters(const std::byte*& p, const Weights& weights, std::vector<float>* values) {
    values->resize(weights.shape.parameters());
    if (weights.precision == WeightPrecision::kShared) {
        if (!take_shared_exponent(p, weights.shape, *values))
            refuse("the stored weights are damaged: an exponent or a parameter of 12 bits is out of range");
    } else {
        for (float& value : *values)
            value = weights.precision == WeightPrecision::kHalf ? from_half(take<std::uint16_t>(p)) : take<float>(p);
    }
    for (const float value : *values)
        if (!std::isfinite(value)) refuse("the stored weights are damaged: a parameter is not a finite number");
}

}  // namespace

std::size_t stored_size(const Weights& weights) { return kHeaderBytes + parameter_bytes(weights) + kChecksumBytes; }

void store_weights(const Weights& weights, std::byte* buffer) {
    std::memcpy(buffer, kMagic, kMagicBytes);
    std::byte* p = buffer + kMagicBytes;
    p = put(p, static_cast<std::uint32_t>(weights.shape.channels));
    p = put(p, static_cast<std::uint32_t>(weights.shape.width));
    p = put(p, static_cast<std::uint32_t>(weights.shape.depth));
    p = put(p, static_cast<std::uint32_t>(weights.shape.fold));
    p = put(p, static_cast<std::uint32_t>(weights.ensemble));
    p = put(p, static_cast<std::uint32_t>(weights.type));
    p = put(p, static_cast<std::uint32_t>(weights.precision));
    p = put(p, weights.white);
    p = put(p, weights.blend);
    for (const auto& channel : weights.stabilized)
        for (const float sigma : channel) p = put(p, sigma);
    p = put(p, static_cast<std::uint64_t>(weights.values.size() + weights.coarse_values.size()));
    p = put_parameters(p, weights, weights.values);
    if (!weights.coarse_values.empty()) p = put_parameters(p, weights, weights.coarse_values);
    put(p, crc32(buffer, static_cast<std::size_t>(p - buffer)));
}

Weights load_weights(const std::byte* buffer, std::size_t size) {
    if (size < kMagicBytes || std::memcmp(buffer, kMagic, kMagicBytes) != 0)
        refuse("these are not stored weights of this version: the file does not begin with TWFWGHT4");
    if (size < kHeaderBytes + kChecksumBytes) refuse("the stored weights are cut short");

    const std::byte* p = buffer + kMagicBytes;
    const auto channels = take<std::uint32_t>(p);
    const auto width = take<std::uint32_t>(p);
    const auto depth = take<std::uint32_t>(p);
    const auto fold = take<std::uint32_t>(p);
    const auto ensemble = take<std::uint32_t>(p);
    const auto type = take<std::uint32_t>(p);
    const auto precision = take<std::uint32_t>(p);
    const auto white = take<float>(p);
    const auto blend = take<float>(p);
    Weights weights;
    for (auto& channel : weights.stabilized)
        for (float& sigma : channel) sigma = take<float>(p);
    const auto count = take<std::uint64_t>(p);
    require_range(channels, 1, 4, "the stored weights are damaged: the number of channels is not 1 to 4");
    require_range(width, 16, kMaxWidth, "the stored weights are damaged: the network's width is out of range");
    if (width % 16 != 0) refuse("the stored weights are damaged: the network's width is not a multiple of 16");
    require_range(depth, 1, kMaxDepth, "the stored weights are damaged: the network's depth is out of range");
    require_range(fold, 1, kMaxFold, "the stored weights are damaged: the network's fold is out of range");
    if (ensemble != 1 && ensemble != 8) refuse("the stored weights are damaged: the ensemble is neither 1 nor 8");
    require_range(type, 0, 2, "the stored weights are damaged: the type of the samples is unknown");
    if (precision != 2 && precision != 4 && precision != 12)
        refuse("the stored weights are damaged: the precision of the parameters is unknown");
    if (!(white >= 0) || std::signbit(white) || !std::isfinite(white))
        refuse("the stored weights are damaged: white is neither a positive number nor 0");
    if (!(blend >= 0 && blend <= 1))
        refuse("the stored weights are damaged: the share of the network for half the size is not 0 to 1");
    for (const auto& channel : weights.stabilized)
        for (const float sigma : channel)
            if (!(sigma >= 0 && sigma <= Stabilizer::kMostSigma))
                refuse("the stored weights are damaged: the strength of the noise is out of range");

    weights.blend = blend;
    weights.precision = static_cast<WeightPrecision>(precision);
    weights.type = static_cast<DataType>(type);
    weights.white = white;
    weights.shape = {static_cast<int>(channels), static_cast<int>(width), static_cast<int>(depth),
                     static_cast<int>(fold)};
    weights.ensemble = static_cast<int>(ensemble);
    const std::size_t networks = blend > 0 ? 2 : 1;
    if (count != networks * weights.shape.parameters())
        refuse("the stored weights are damaged: the number of parameters does not fit the network");
    if (size != kHeaderBytes + networks * parameter_bytes(weights.shape, weights.precision) + kChecksumBytes)
        refuse("the stored weights are cut short, or something follows them");
    const std::byte* checksum = buffer + size - kChecksumBytes;
    if (crc32(buffer, size - kChecksumBytes) != take<std::uint32_t>(checksum)) {
        refuse("the stored weights are damaged: the checksum does not match");
    }

    take_parameters(p, weights, &weights.values);
    if (blend > 0) take_parameters(p, weights, &weights.coarse_values);
    return weights;
}

}  // namespace twofold
