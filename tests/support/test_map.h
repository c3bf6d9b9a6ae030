// A feature map for tests that owns its memory: a slice of wider pixels in longer rows, with a border if asked for,
// whose surroundings hold a mark that no op may touch.
#ifndef TWOFOLD_TESTS_SUPPORT_TEST_MAP_H
#define TWOFOLD_TESTS_SUPPORT_TEST_MAP_H

#include <cmath>
#include <vector>

#include "ops/feature_map.h"
#include "tests/support/random_values.h"

namespace twofold::test {

constexpr float kMark = 12345.5f;

class TestMap {
  public:
    // `extra` channels beside those of the map (half of them before it) and floats at the end of each row.
    TestMap(int height, int width, int channels, int extra = 0, int border = 0)
        : memory_(static_cast<std::size_t>((height + 2 * border) * ((width + 2 * border) * (channels + extra) + extra)),
                  kMark) {
        const std::ptrdiff_t pixel = channels + extra, row = (width + 2 * border) * pixel + extra;
        map_ = {memory_.data() + border * (row + pixel) + extra / 2, row, pixel, height, width, channels};
    }
    TestMap(const TestMap&) = delete;
    TestMap& operator=(const TestMap&) = delete;

    operator const ops::FeatureMap&() const { return map_; }
    operator ops::ConstFeatureMap() const { return map_; }
    const ops::FeatureMap& map() const { return map_; }

    // The map's values in the order of pixels and channels.
    std::vector<float> values() const {
        std::vector<float> result;
        visit([&](float& value) { result.push_back(value); });
        return result;
    }
    void set(const std::vector<float>& values) {
        std::size_t i = 0;
        visit([&](float& value) { value = values[i++]; });
    }
    void fill(float constant) {
        visit([&](float& value) { value = constant; });
    }
    TestMap& randomise(std::uint64_t stream, double scale = 2) {
        set(random_values(size(), stream, scale));
        return *this;
    }
    std::size_t size() const {
        return static_cast<std::size_t>(map_.height) * static_cast<std::size_t>(map_.width * map_.channels);
    }
    // How many floats hold the mark.
    std::size_t marks() const {
        std::size_t count = 0;
        for (const float value : memory_) count += value == kMark;
        return count;
    }
    std::size_t memory() const { return memory_.size(); }

  private:
    template <typename Visitor>
    void visit(const Visitor& visitor) const {
        for (int y = 0; y < map_.height; ++y)
            for (int x = 0; x < map_.width; ++x)
                for (int c = 0; c < map_.channels; ++c) visitor(map_.at(y, x)[c]);
    }

    std::vector<float> memory_;
    ops::FeatureMap map_;
};

inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
    return sum;
}

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        const double d = std::abs(double{a[i]} - double{b[i]});
        if (!(d <= largest)) largest = d;  // NaN too
    }
    return largest;
}

// ((a y + b x + c k) mod m - o) / s at pixel (y, x), channel k: numbers that are easy to make elsewhere, too.
struct Pattern {
    int a, b, c, m, o, s;
};
constexpr Pattern kSrcPattern{7, 5, 3, 11, 5, 4}, kDiffPattern{3, 4, 5, 7, 3, 2};

inline void set_pattern(TestMap& map, const Pattern& p) {
    std::vector<float> values;
    for (int y = 0; y < map.map().height; ++y)
        for (int x = 0; x < map.map().width; ++x)
            for (int k = 0; k < map.map().channels; ++k)
                values.push_back(static_cast<float>((p.a * y + p.b * x + p.c * k) % p.m - p.o) /
                                 static_cast<float>(p.s));
    map.set(values);
}

}  // namespace twofold::test

#endif
