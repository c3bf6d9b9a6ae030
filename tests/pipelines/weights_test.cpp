#include "pipelines/common/noise_network/weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "runtime/error.h"
#include "tests/support/catch.h"

using namespace twofold;

namespace {

using Bytes = std::vector<std::byte>;

Weights make_weights(int channels, int width, int depth, int ensemble, int fold = 1, float blend = 0) {
    Weights weights;
    weights.shape = {channels, width, depth, fold};
    weights.ensemble = ensemble;
    weights.type = DataType::kUint16;
    weights.white = 4095;
    weights.values.resize(weights.shape.parameters());
    for (std::size_t i = 0; i < weights.values.size(); ++i) weights.values[i] = std::sin(static_cast<float>(i)) * 0.1f;
    weights.blend = blend;
    if (blend > 0) weights.stabilized[0][3] = 0.25f;
    if (blend > 0) weights.coarse_values.assign(weights.values.rbegin(), weights.values.rend());
    return weights;
}

Bytes stored(const Weights& weights) {
    Bytes bytes(stored_size(weights));
    store_weights(weights, bytes.data());
    return bytes;
}

bool is_refused(const Bytes& bytes) {
    try {
        load_weights(bytes.data(), bytes.size());
        return false;
    } catch (const Error& error) {
        return error.code() == ErrorCode::kCorruptData && std::strlen(error.what()) > 0;
    }
}

// Written bit by bit, unlike the table in the library.
void sign(Bytes* bytes) {
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::size_t i = 0; i + 4 < bytes->size(); ++i) {
        crc ^= std::to_integer<std::uint32_t>((*bytes)[i]);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        (*bytes)[bytes->size() - 4 + i] = static_cast<std::byte>((~crc >> (8 * i)) & 0xFF);
    }
}

Bytes with_field(Bytes bytes, std::size_t offset, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) bytes[offset + i] = static_cast<std::byte>((value >> (8 * i)) & 0xFF);
    sign(&bytes);
    return bytes;
}

}  // namespace

TEST_CASE("weights come back as they were", "[weights]") {
    for (const Weights& weights :
         {make_weights(1, 16, 1, 1), make_weights(3, 48, 2, 8), make_weights(4, 32, 3, 1), make_weights(2, 16, 8, 8),
          make_weights(3, 16, 2, 8, 2), make_weights(3, 48, 2, 8, 1, 0.75f)}) {
        const Bytes bytes = stored(weights);
        const Weights loaded = load_weights(bytes.data(), bytes.size());
        CHECK(loaded.shape.channels == weights.shape.channels);
        CHECK(loaded.shape.width == weights.shape.width);
        CHECK(loaded.shape.depth == weights.shape.depth);
        CHECK(loaded.shape.fold == weights.shape.fold);
        CHECK(loaded.ensemble == weights.ensemble);
        CHECK(loaded.type == weights.type);
        CHECK(loaded.white == weights.white);
        CHECK(loaded.values == weights.values);
        CHECK(loaded.coarse_values == weights.coarse_values);
        CHECK(loaded.blend == weights.blend);
        CHECK(loaded.stabilized == weights.stabilized);
        CHECK(loaded.stabilizes() == (weights.blend > 0));
        CHECK(stored(loaded) == bytes);
    }
}

TEST_CASE("the stored form is the documented one", "[weights]") {
    const Weights weights = make_weights(1, 16, 1, 8, 1);
    Bytes bytes = stored(weights);
    REQUIRE(bytes.size() == 8 + 36 + 4 * 68 + 8 + 4 * weights.values.size() + 4);
    CHECK(std::memcmp(bytes.data(), "TWFWGHT4\1\0\0\0\x10\0\0\0\1\0\0\0\1\0\0\0\x08\0\0\0\1\0\0\0\4\0\0\0", 36) == 0);
    CHECK(std::memcmp(bytes.data() + 36, "\0\xf0\x7f\x45", 4) == 0);         // 4095 as a float
    CHECK(std::memcmp(bytes.data() + 40, "\0\0\0\0", 4) == 0);               // no second network
    for (std::size_t i = 44; i < 316; ++i) CHECK(bytes[i] == std::byte{0});  // not stabilised
    CHECK(std::memcmp(bytes.data() + 316, "\xb1\0\0\0\0\0\0\0", 8) == 0);    // 177 parameters
    const Bytes original = bytes;
    sign(&bytes);
    CHECK(bytes == original);
}

TEST_CASE("weights stored in half precision are those of float16", "[weights]") {
    Weights weights = make_weights(3, 16, 2, 8);
    weights.precision = WeightPrecision::kHalf;
    weights.white = 0;
    const Bytes bytes = stored(weights);
    REQUIRE(bytes.size() == 8 + 36 + 4 * 68 + 8 + 2 * weights.values.size() + 4);
    const Weights loaded = load_weights(bytes.data(), bytes.size());
    CHECK(loaded.precision == WeightPrecision::kHalf);
    for (std::size_t i = 0; i < weights.values.size(); ++i)
        REQUIRE(std::abs(loaded.values[i] - weights.values[i]) <= std::abs(weights.values[i]) / 2048 + 1e-7f);
    CHECK(stored(loaded) == bytes);
    Weights huge = weights;
    huge.values[7] = 1e6f;
    CHECK(is_refused(stored(huge)));
}

TEST_CASE("weights of 12 bits are as near as those allow, and come back as they are", "[weights]") {
    Weights weights = make_weights(3, 16, 2, 8, 1, 0.5f);
    weights.precision = WeightPrecision::kShared;
    // Channels of every size, one of zeros among them; the largest weight of one rounds up to a power of two.
    const LayerShape layer = weights.shape.layer(1);
    for (std::size_t i = 0; i < layer.weights(); ++i)
        weights.values[layer.offset + i] *= std::ldexp(1.0f, static_cast<int>(i % 16) * 9 - 100);
    for (std::size_t i = 3; i < layer.weights(); i += 16) weights.values[layer.offset + i] = 0;
    weights.values[layer.offset + 5] = std::nextafter(2.0f, 0.0f);
    const Bytes bytes = stored(weights);
    // 16 * 27, 16 * 144 and 3 * 16 weights, and 35 channels of output, in two networks.
    REQUIRE(bytes.size() == 8 + 36 + 4 * 68 + 8 + 2 * ((432 + 2304 + 48) * 3 / 2 + 35 * 5) + 4);
    const Weights loaded = load_weights(bytes.data(), bytes.size());
    CHECK(loaded.precision == WeightPrecision::kShared);
    CHECK(stored(loaded) == bytes);
    CHECK(load_weights(bytes.data(), bytes.size()).values == loaded.values);
    for (int i = 0; i < weights.shape.layers(); ++i) {
        const LayerShape l = weights.shape.layer(i);
        const auto out = static_cast<std::size_t>(l.out);
        for (std::size_t o = 0; o < out; ++o) {
            float largest = 0;
            for (std::size_t k = o; k < l.weights(); k += out)
                largest = std::max(largest, std::abs(weights.values[l.offset + k]));
            for (std::size_t k = o; k < l.weights(); k += out)
                REQUIRE(std::abs(loaded.values[l.offset + k] - weights.values[l.offset + k]) <= largest / 2046);
            REQUIRE(loaded.values[l.offset + l.weights() + o] == weights.values[l.offset + l.weights() + o]);
        }
    }
    for (const float bad : {1e33f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        Weights wild = weights;
        wild.values[7] = bad;
        CHECK(is_refused(stored(wild)));
    }
    // -2048 is not written, nor is an exponent beyond all weights.
    const std::size_t first = 8 + 36 + 4 * 68 + 8;
    CHECK_FALSE(is_refused(with_field(bytes, first + 16 * 5, 0x801, 2)));
    CHECK(is_refused(with_field(bytes, first + 16 * 5, 0x800, 2)));
    CHECK(is_refused(with_field(bytes, first, 120, 1)));
    CHECK(is_refused(with_field(bytes, first, 0x80, 1)));
}

TEST_CASE("weights cut at any byte are refused", "[weights]") {
    const Bytes bytes = stored(make_weights(1, 16, 1, 1));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        REQUIRE(is_refused(cut));
        if (size >= 4) {
            sign(&cut);  // also with a checksum that fits
            REQUIRE(is_refused(cut));
        }
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    CHECK(is_refused(longer));
    sign(&longer);
    CHECK(is_refused(longer));
}

TEST_CASE("weights with any one bit flipped are refused", "[weights]") {
    Bytes bytes = stored(make_weights(1, 16, 1, 1));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
        REQUIRE(is_refused(bytes));
        bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    }
    CHECK_FALSE(is_refused(bytes));
}

TEST_CASE("fields out of range are refused with a checksum that fits", "[weights]") {
    const Bytes bytes = stored(make_weights(1, 16, 1, 1));
    REQUIRE_FALSE(is_refused(with_field(bytes, 8, 1, 4)));
    const std::uint32_t values[] = {0, 2, 3, 4, 5, 7, 9, 15, 17, 24, 32, 256, 272, 0x7fffffff, 0x80000000, 0xffffffff};
    for (const std::size_t offset : {8u, 12u, 16u, 20u, 24u}) {
        for (const std::uint32_t value : values) {
            CAPTURE(offset, value);
            CHECK(is_refused(with_field(bytes, offset, value, 4)));
        }
    }
    CHECK_FALSE(is_refused(with_field(bytes, 24, 8, 4)));
    for (const std::uint32_t type : {3u, 4u, 0xffffffffu}) CHECK(is_refused(with_field(bytes, 28, type, 4)));
    for (const std::uint32_t white : {0x80000000u, 0xbf800000u, 0x7f800000u, 0x7fc00000u})
        CHECK(is_refused(with_field(bytes, 36, white, 4)));
    CHECK_FALSE(is_refused(with_field(bytes, 36, 0, 4)));
    for (const std::uint32_t precision : {0u, 1u, 2u, 3u, 8u}) CHECK(is_refused(with_field(bytes, 32, precision, 4)));
    // One that is not there, and shares that are none.
    for (const std::uint32_t blend : {0x3f800000u, 0x40000000u, 0xbf800000u, 0x7fc00000u})
        CHECK(is_refused(with_field(bytes, 40, blend, 4)));
    CHECK(is_refused(with_field(stored(make_weights(1, 16, 1, 1, 1, 0.5f)), 40, 0, 4)));
    // Noise that is negative, endless or none.
    for (const std::uint32_t sigma : {0xbf800000u, 0x7f800000u, 0x7fc00000u, 0x7f000000u})
        CHECK(is_refused(with_field(bytes, 48, sigma, 4)));
    CHECK_FALSE(is_refused(with_field(bytes, 48, 0x3f800000u, 4)));
    const Bytes folded = stored(make_weights(1, 16, 1, 1, 2));
    for (const std::uint32_t fold : {0u, 1u, 3u, 4u, 0xffffffffu}) {
        CAPTURE(fold);
        CHECK(is_refused(with_field(folded, 20, fold, 4)));
    }
    for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{176}, std::uint64_t{178}, ~std::uint64_t{0},
                                      std::uint64_t{177} + (std::uint64_t{1} << 62)}) {
        CHECK(is_refused(with_field(bytes, 316, count, 8)));
    }
    for (const std::uint32_t value : {0x7f800000u, 0xff800000u, 0x7fc00000u, 0x7f800001u}) {
        CHECK(is_refused(with_field(bytes, 324 + 40, value, 4)));
    }
}
