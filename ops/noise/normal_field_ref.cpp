#include <array>

#include "ops/noise/normal_field.h"
#include "ops/row_bands.h"
#include "runtime/random.h"

namespace twofold::ops {
namespace {

// Number of counter blocks of a row.
std::uint64_t row_blocks(int width, int channels, int numbers) {
    const std::uint64_t samples = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(channels);
    return (samples + static_cast<std::uint64_t>(numbers) - 1) / static_cast<std::uint64_t>(numbers);
}

}  // namespace

std::uint64_t random_field_counters(int height, int width, int channels) {
    return static_cast<std::uint64_t>(height) * row_blocks(width, channels, 4);
}

void fill_uniform(ThreadTeam& team, const RandomField& field, float low, float high, FeatureMap dst) {
    const std::uint64_t blocks = row_blocks(dst.width, dst.channels, 4);
    for_each_band(team, dst.height, [&](int, int first, int last) {
        for (int y = first; y < last; ++y) {
            std::uint64_t counter = field.counter + static_cast<std::uint64_t>(y) * blocks;
            RandomBlock words{};
            std::size_t next = words.size();
            for (int x = 0; x < dst.width; ++x)
                for (int c = 0; c < dst.channels; ++c) {
                    if (next == words.size()) {
                        words = random_block(field.seed, field.stream, counter++);
                        next = 0;
                    }
                    const float uniform = (static_cast<float>(words[next++] >> 9) + 0.5f) * 0x1p-23f;
                    dst.at(y, x)[c] = low + (high - low) * uniform;
                }
        }
    });
}

namespace ref {

void fill_normal(const NormalTable& table, const RandomField& field, float sigma, ConstFeatureMap src, FeatureMap dst) {
    const std::uint64_t blocks = row_blocks(src.width, src.channels, NormalTable::kBlock);
    for (int y = 0; y < src.height; ++y)
        for (int x = 0; x < src.width; ++x)
            for (int c = 0; c < src.channels; ++c) {
                const std::uint64_t i = static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(src.channels) +
                                        static_cast<std::uint64_t>(c);
                const std::uint64_t counter =
                    field.counter + static_cast<std::uint64_t>(y) * blocks + i / NormalTable::kBlock;
                const std::uint32_t word = random_block(field.seed, field.stream, counter)[i % NormalTable::kBlock / 2];
                const float normal = table.quantile(i % 2 ? word >> 16 & 0xFFF : word & 0xFFF);
                dst.at(y, x)[c] = src.at(y, x)[c] + sigma * normal;
            }
}

}  // namespace ref

}  // namespace twofold::ops
