// Philox on many counters at a time, then look-ups in the table, which stays in the first-level cache.
#include "platform/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/noise/normal_field_simd.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h must come first
#include <hwy/highway.h>

#include <algorithm>

#include "ops/noise/normal_field.h"
#include "ops/row_bands.h"

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Counter blocks, and numbers, that are worked at once.
constexpr int kBlocks = 32;
constexpr int kRun = NormalTable::kBlock * kBlocks;

// As runtime/random.h, kBlocks counters side by side: words[j][b] is word j of block b. Plain loops, which compilers
// turn into vectors of each instruction set.
void philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter, std::uint32_t (*HWY_RESTRICT x)[kBlocks]) {
    for (int b = 0; b < kBlocks; ++b) {
        const std::uint64_t own = counter + static_cast<std::uint64_t>(b);
        x[0][b] = static_cast<std::uint32_t>(own);
        x[1][b] = static_cast<std::uint32_t>(own >> 32);
        x[2][b] = static_cast<std::uint32_t>(stream);
        x[3][b] = static_cast<std::uint32_t>(stream >> 32);
    }
    std::uint32_t key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        for (int b = 0; b < kBlocks; ++b) {
            const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * x[0][b];
            const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * x[2][b];
            x[0][b] = static_cast<std::uint32_t>(product1 >> 32) ^ x[1][b] ^ key0;
            x[1][b] = static_cast<std::uint32_t>(product1);
            x[2][b] = static_cast<std::uint32_t>(product0 >> 32) ^ x[3][b] ^ key1;
            x[3][b] = static_cast<std::uint32_t>(product0);
        }
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

// The kRun numbers of the blocks from `counter` on, in the order of blocks.
void normal_run(const float* table, std::uint64_t seed, std::uint64_t stream, std::uint64_t counter, float* numbers) {
    HWY_ALIGN std::uint32_t words[4][kBlocks];
    philox(seed, stream, counter, words);
    for (int b = 0; b < kBlocks; ++b)
        for (int j = 0; j < 4; ++j) {
            const std::uint32_t word = words[j][b];
            *numbers++ = table[word & 0xFFF];
            *numbers++ = table[word >> 16 & 0xFFF];
        }
}

void scale_add(const float* src, float sigma, const float* numbers, int count, float* dst) {
    const hn::CappedTag<float, 16> d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const auto factor = hn::Set(d, sigma);
    int i = 0;
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::MulAdd(factor, hn::LoadU(d, numbers + i), hn::LoadU(d, src + i)), d, dst + i);
    const hn::CappedTag<float, 1> d1;
    for (; i < count; ++i)
        hn::StoreU(hn::MulAdd(hn::Set(d1, sigma), hn::LoadU(d1, numbers + i), hn::LoadU(d1, src + i)), d1, dst + i);
}

void normal_row(const float* table, std::uint64_t seed, std::uint64_t stream, std::uint64_t counter, float sigma,
                const ConstFeatureMap& src, const FeatureMap& dst, int y) {
    HWY_ALIGN float numbers[kRun];
    const int total = src.width * src.channels;
    const bool dense = src.dense_rows() && dst.dense_rows();
    for (int start = 0; start < total; start += kRun, counter += kBlocks) {
        const int count = std::min(kRun, total - start);
        normal_run(table, seed, stream, counter, numbers);
        if (dense) {
            scale_add(src.at(y, 0) + start, sigma, numbers, count, dst.at(y, 0) + start);
            continue;
        }
        for (int i = 0; i < count;) {
            const int x = (start + i) / src.channels, c = (start + i) % src.channels;
            const int run = std::min(count - i, src.channels - c);
            scale_add(src.at(y, x) + c, sigma, numbers + i, run, dst.at(y, x) + c);
            i += run;
        }
    }
}

}  // namespace
}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace twofold::ops {

HWY_EXPORT(normal_row);

void fill_normal(ThreadTeam& team, const NormalTable& table, const RandomField& field, float sigma, ConstFeatureMap src,
                 FeatureMap dst) {
    const auto row = HWY_DYNAMIC_DISPATCH(normal_row);
    const int blocks = (src.width * src.channels + NormalTable::kBlock - 1) / NormalTable::kBlock;
    for_each_band(team, src.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y)
            row(table.quantiles(), field.seed, field.stream,
                field.counter + static_cast<std::uint64_t>(y) * static_cast<std::uint64_t>(blocks), sigma, src, dst, y);
    });
}

}  // namespace twofold::ops
#endif
