#include "pipelines/zsn2n/weights.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "pipelines/common/noise/stabilizer.h"
#include "runtime/error.h"

namespace twofold::zsn2n {
namespace {

// Layout: magic (8 bytes), channels, width, depth, fold, ensemble, type of the samples (u32 each), white (f32), share
// of the network for half the size (f32), noise that the image was stabilised for (4 channels x 17 f32, zeros where it
// was not), number of parameters (u64), parameters (f32), first those of the network, then those of that for half the
// size if there is one, CRC-32 (u32). All little endian.
constexpr char kMagic[] = "TWFWGHT3";
constexpr std::size_t kMagicBytes = sizeof kMagic - 1;
constexpr std::size_t kNoiseValues = 4 * (NoiseModel::kIntervals + 1);
constexpr std::size_t kHeaderBytes = kMagicBytes + 8 * 4 + kNoiseValues * 4 + 8;
constexpr std::size_t kChecksumBytes = 4;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
        table[i] = value;
    }
    return table;
}

// CRC-32 of IEEE 802.3, reflected, as in PNG and zip.
std::uint32_t crc32(const std::byte* data, std::size_t size) {
    static constexpr auto kTable = make_crc_table();
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::size_t i = 0; i < size; ++i) {
        crc = (crc >> 8) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(data[i])) & 0xFFu];
    }
    return ~crc;
}

template <typename Unsigned>
std::byte* put(std::byte* p, Unsigned value) {
    for (std::size_t i = 0; i < sizeof value; ++i) *p++ = static_cast<std::byte>((value >> (8 * i)) & 0xFFu);
    return p;
}

template <typename Unsigned>
Unsigned take(const std::byte*& p) {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value |= Unsigned{std::to_integer<std::uint8_t>(*p++)} << (8 * i);
    return value;
}

[[noreturn]] void refuse(const char* sentence) { throw Error(ErrorCode::kCorruptData, sentence); }

void require_range(std::uint32_t value, std::uint32_t low, std::uint32_t high, const char* sentence) {
    if (value < low || value > high) refuse(sentence);
}

}  // namespace

std::size_t stored_size(const Weights& weights) {
    return kHeaderBytes + (weights.values.size() + weights.coarse_values.size()) * sizeof(float) + kChecksumBytes;
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
    p = put(p, std::bit_cast<std::uint32_t>(weights.white));
    p = put(p, std::bit_cast<std::uint32_t>(weights.blend));
    for (const auto& channel : weights.stabilized)
        for (const float sigma : channel) p = put(p, std::bit_cast<std::uint32_t>(sigma));
    p = put(p, static_cast<std::uint64_t>(weights.values.size() + weights.coarse_values.size()));
    for (const auto* values : {&weights.values, &weights.coarse_values})
        for (const float value : *values) p = put(p, std::bit_cast<std::uint32_t>(value));
    put(p, crc32(buffer, static_cast<std::size_t>(p - buffer)));
}

Weights load_weights(const std::byte* buffer, std::size_t size) {
    if (size < kMagicBytes || std::memcmp(buffer, kMagic, kMagicBytes) != 0)
        refuse("these are not stored weights of this version: the file does not begin with TWFWGHT3");
    if (size < kHeaderBytes + kChecksumBytes) refuse("the stored weights are cut short");

    const std::byte* p = buffer + kMagicBytes;
    const auto channels = take<std::uint32_t>(p);
    const auto width = take<std::uint32_t>(p);
    const auto depth = take<std::uint32_t>(p);
    const auto fold = take<std::uint32_t>(p);
    const auto ensemble = take<std::uint32_t>(p);
    const auto type = take<std::uint32_t>(p);
    const auto white = std::bit_cast<float>(take<std::uint32_t>(p));
    const auto blend = std::bit_cast<float>(take<std::uint32_t>(p));
    Weights weights;
    for (auto& channel : weights.stabilized)
        for (float& sigma : channel) sigma = std::bit_cast<float>(take<std::uint32_t>(p));
    const auto count = take<std::uint64_t>(p);
    require_range(channels, 1, 4, "the stored weights are damaged: the number of channels is not 1 to 4");
    require_range(width, 16, kMaxWidth, "the stored weights are damaged: the network's width is out of range");
    if (width % 16 != 0) refuse("the stored weights are damaged: the network's width is not a multiple of 16");
    require_range(depth, 1, kMaxDepth, "the stored weights are damaged: the network's depth is out of range");
    require_range(fold, 1, kMaxFold, "the stored weights are damaged: the network's fold is out of range");
    if (ensemble != 1 && ensemble != 8) refuse("the stored weights are damaged: the ensemble is neither 1 nor 8");
    require_range(type, 0, 2, "the stored weights are damaged: the type of the samples is unknown");
    if (!(white > 0) || !std::isfinite(white)) refuse("the stored weights are damaged: white is not a positive number");
    if (!(blend >= 0 && blend <= 1))
        refuse("the stored weights are damaged: the share of the network for half the size is not 0 to 1");
    for (const auto& channel : weights.stabilized)
        for (const float sigma : channel)
            if (!(sigma >= 0 && sigma <= Stabilizer::kMostSigma))
                refuse("the stored weights are damaged: the strength of the noise is out of range");

    weights.blend = blend;
    weights.type = static_cast<DataType>(type);
    weights.white = white;
    weights.shape = {static_cast<int>(channels), static_cast<int>(width), static_cast<int>(depth),
                     static_cast<int>(fold)};
    weights.ensemble = static_cast<int>(ensemble);
    const std::size_t networks = blend > 0 ? 2 : 1;
    const std::size_t parameters = networks * weights.shape.parameters();
    if (count != parameters)
        refuse("the stored weights are damaged: the number of parameters does not fit the network");
    if (size != kHeaderBytes + parameters * sizeof(float) + kChecksumBytes) {
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
            value = std::bit_cast<float>(take<std::uint32_t>(p));
            if (!std::isfinite(value)) refuse("the stored weights are damaged: a parameter is not a finite number");
        }
    return weights;
}

}  // namespace twofold::zsn2n
