#include "pipelines/common/noise_network/weights.h"

#include <cmath>
#include <cstring>

#include "pipelines/common/noise/stabilizer.h"
#include "pipelines/common/stored_bytes.h"
#include "runtime/error.h"
#include "runtime/half.h"

namespace twofold {
namespace {

// Layout: magic (8 bytes), channels, width, depth, fold, ensemble, type of the samples, bytes of a parameter (u32
// each), white (f32), share of the network for half the size (f32), noise that the image was stabilised for (4 channels
// x 17 f32, zeros where it was not), number of parameters (u64), parameters (f32 or f16), first those of the network,
// then those of that for half the size if there is one, CRC-32 (u32). All little endian.
constexpr char kMagic[] = "TWFWGHT4";
constexpr std::size_t kMagicBytes = sizeof kMagic - 1;
constexpr std::size_t kNoiseValues = 4 * (NoiseModel::kIntervals + 1);
constexpr std::size_t kHeaderBytes = kMagicBytes + 9 * 4 + kNoiseValues * 4 + 8;

[[noreturn]] void refuse(const char* sentence) { throw Error(ErrorCode::kCorruptData, sentence); }

void require_range(std::uint32_t value, std::uint32_t low, std::uint32_t high, const char* sentence) {
    if (value < low || value > high) refuse(sentence);
}

std::uint32_t parameter_bytes(const Weights& weights) { return weights.half ? 2 : 4; }

}  // namespace

std::size_t stored_size(const Weights& weights) {
    return kHeaderBytes + (weights.values.size() + weights.coarse_values.size()) * parameter_bytes(weights) +
           kChecksumBytes;
}

void store_weights(const Weights& weights, std::byte* buffer) {
    std::memcpy(buffer, kMagic, kMagicBytes);
    std::byte* p = buffer + kMagicBytes;
    p = put(p, static_cast<std::uint32_t>(weights.shape.channels));
    p = put(p, static_cast<std::uint32_t>(weights.shape.width));
    p = put(p, static_cast<std::uint32_t>(weights.shape.depth));
    p = put(p, static_cast<std::uint32_t>(weights.shape.fold));
    p = put(p, static_cast<std::uint32_t>(weights.ensemble));
    p = put(p, static_cast<std::uint32_t>(weights.type));
    p = put(p, parameter_bytes(weights));
    p = put(p, weights.white);
    p = put(p, weights.blend);
    for (const auto& channel : weights.stabilized)
        for (const float sigma : channel) p = put(p, sigma);
    p = put(p, static_cast<std::uint64_t>(weights.values.size() + weights.coarse_values.size()));
    for (const auto* values : {&weights.values, &weights.coarse_values})
        for (const float value : *values) p = weights.half ? put(p, to_half(value)) : put(p, value);
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
    if (precision != 2 && precision != 4)
        refuse("the stored weights are damaged: a parameter takes neither 2 nor 4 bytes");
    if (!(white >= 0) || std::signbit(white) || !std::isfinite(white))
        refuse("the stored weights are damaged: white is neither a positive number nor 0");
    if (!(blend >= 0 && blend <= 1))
        refuse("the stored weights are damaged: the share of the network for half the size is not 0 to 1");
    for (const auto& channel : weights.stabilized)
        for (const float sigma : channel)
            if (!(sigma >= 0 && sigma <= Stabilizer::kMostSigma))
                refuse("the stored weights are damaged: the strength of the noise is out of range");

    weights.blend = blend;
    weights.half = precision == 2;
    weights.type = static_cast<DataType>(type);
    weights.white = white;
    weights.shape = {static_cast<int>(channels), static_cast<int>(width), static_cast<int>(depth),
                     static_cast<int>(fold)};
    weights.ensemble = static_cast<int>(ensemble);
    const std::size_t networks = blend > 0 ? 2 : 1;
    const std::size_t parameters = networks * weights.shape.parameters();
    if (count != parameters)
        refuse("the stored weights are damaged: the number of parameters does not fit the network");
    if (size != kHeaderBytes + parameters * precision + kChecksumBytes) {
        refuse("the stored weights are cut short, or something follows them");
    }
    const std::byte* checksum = buffer + size - kChecksumBytes;
    if (crc32(buffer, size - kChecksumBytes) != take<std::uint32_t>(checksum)) {
        refuse("the stored weights are damaged: the checksum does not match");
    }

    weights.values.resize(weights.shape.parameters());
    if (blend > 0) weights.coarse_values.resize(weights.shape.parameters());
    for (auto* values : {&weights.values, &weights.coarse_values})
        for (float& value : *values) {
            value = weights.half ? from_half(take<std::uint16_t>(p)) : take<float>(p);
            if (!std::isfinite(value)) refuse("the stored weights are damaged: a parameter is not a finite number");
        }
    return weights;
}

}  // namespace twofold
