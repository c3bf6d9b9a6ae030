// Little-endian fields and the checksum of what is stored.
#ifndef TWOFOLD_PIPELINES_COMMON_STORED_BYTES_H
#define TWOFOLD_PIPELINES_COMMON_STORED_BYTES_H

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace twofold {

constexpr std::size_t kChecksumBytes = 4;

template <typename Unsigned>
std::byte* put(std::byte* p, Unsigned value) {
    for (std::size_t i = 0; i < sizeof value; ++i) *p++ = static_cast<std::byte>((value >> (8 * i)) & 0xFFu);
    return p;
}

inline std::byte* put(std::byte* p, float value) { return put(p, std::bit_cast<std::uint32_t>(value)); }

template <typename Value>
Value take(const std::byte*& p) {
    if constexpr (std::is_same_v<Value, float>) {
        return std::bit_cast<float>(take<std::uint32_t>(p));
    } else {
        Value value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i)
            value = static_cast<Value>(value | Value{std::to_integer<std::uint8_t>(*p++)} << (8 * i));
        return value;
    }
}

// CRC-32 of IEEE 802.3, reflected, as in PNG and zip.
std::uint32_t crc32(const std::byte* data, std::size_t size);

}  // namespace twofold

#endif
