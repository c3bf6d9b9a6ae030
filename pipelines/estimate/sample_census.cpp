#include "pipelines/estimate/sample_census.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

namespace twofold {
namespace {

constexpr double kPile = 0.001;  // share of the samples that is a pile
// How far a stuck pixel stands out of its neighbours: from noise, from a picture that changes as much, and at least.
constexpr float kNoises = 6, kContrasts = 3, kLeast = 8.0f / 255;

// Rows of samples as the file has them.
void load_row(const ImageView& image, std::int64_t y, std::vector<float>* row) {
    load_rectangle(image, 1, 0, y, image.width, 1, row->data(), image.width * image.colour_channels());
}

// The steps that samples are in, as far as they are whole numbers once multiplied by `scale`.
class StepFinder {
  public:
    explicit StepFinder(double scale) : scale_(scale) {}

    void add(float sample) {
        if (!whole_) return;
        const double value = double{sample} * scale_, nearest = std::nearbyint(value);
        whole_ = std::abs(nearest) <= kMost && std::abs(value - nearest) <= 1e-6 * std::max(1.0, std::abs(nearest));
        if (!whole_) return;
        const auto number = static_cast<std::uint64_t>(std::abs(nearest));
        if (step_ != 1) step_ = std::gcd(step_, number);
        largest_ = std::max(largest_, number);
    }
    // 0 where there are no steps.
    int bits() const { return !whole_ || step_ == 0 ? 0 : static_cast<int>(std::bit_width(largest_ / step_)); }

  private:
    static constexpr double kMost = 16777216;  // beyond which every float is a whole number

    double scale_;
    bool whole_ = true;
    std::uint64_t step_ = 0, largest_ = 0;
};

// Float samples may be whole numbers, or those of 8 or 16 bits divided by white.
int count_bits(const ImageView& image) {
    std::vector<float> row(static_cast<std::size_t>(image.width * image.colour_channels()));
    std::vector<StepFinder> steps{StepFinder(1)};
    if (image.type == DataType::kFloat32) {
        steps.emplace_back(255);
        steps.emplace_back(65535);
    }
    for (std::int64_t y = 0; y < image.height; ++y) {
        load_row(image, y, &row);
        for (StepFinder& finder : steps)
            for (const float sample : row) finder.add(sample);
    }
    for (const StepFinder& finder : steps)
        if (finder.bits() > 0) return finder.bits();
    return 0;
}

// How far a sample lies outside of its eight neighbours' range, above 0 for brighter; 0 inside.
float outlier(const std::vector<float>* rows, std::size_t i, std::size_t step, float* brightness, float* contrast) {
    const float value = rows[1][i];
    const float beside[] = {rows[1][i - step], rows[1][i + step]};
    // Most samples are ruled out by these.
    if (value <= std::max(beside[0], beside[1]) && value >= std::min(beside[0], beside[1])) return 0;
    float least = std::min(beside[0], beside[1]), most = std::max(beside[0], beside[1]), sum = beside[0] + beside[1];
    for (const std::size_t r : {std::size_t{0}, std::size_t{2}})
        for (const std::size_t j : {i - step, i, i + step}) {
            least = std::min(least, rows[r][j]);
            most = std::max(most, rows[r][j]);
            sum += rows[r][j];
        }
    *brightness = sum / 8;
    *contrast = most - least;
    return value > most ? value - most : value < least ? value - least : 0;
}

void count_stuck(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise, SampleCensus* census) {
    const auto channels = static_cast<std::size_t>(image.colour_channels());
    std::vector<float> rows[3];
    for (auto& row : rows) row.resize(static_cast<std::size_t>(image.width) * channels);
    load_row(image, 0, &rows[1]);
    load_row(image, 1, &rows[2]);
    for (std::int64_t y = 1; y + 1 < image.height; ++y) {
        std::swap(rows[0], rows[1]);
        std::swap(rows[1], rows[2]);
        load_row(image, y + 1, &rows[2]);
        for (std::size_t i = channels; i + channels < rows[1].size(); ++i) {
            float brightness = 0, contrast = 0;
            const float distance = outlier(rows, i, channels, &brightness, &contrast) / white.white;
            if (std::abs(distance) < kLeast || std::abs(distance) < kContrasts * contrast / white.white) continue;
            const int channel = static_cast<int>(i % channels);
            // The noise of the sample itself, too: a few photons stand far out of none.
            const float sigma =
                std::max(noise.at(channel, brightness / white.white), noise.at(channel, rows[1][i] / white.white));
            if (std::abs(distance) < kNoises * sigma) continue;
            ++(distance > 0 ? census->hot : census->dead);
        }
    }
}

}  // namespace

SampleBounds find_bounds(const ImageView& image) {
    const auto channels = static_cast<std::size_t>(image.colour_channels());
    std::vector<float> row(static_cast<std::size_t>(image.width) * channels);
    std::array<std::int64_t, 4> at_smallest{}, at_largest{};
    std::array<float, 4> smallest, largest;
    smallest.fill(std::numeric_limits<float>::max());
    largest.fill(std::numeric_limits<float>::lowest());
    for (std::int64_t y = 0; y < image.height; ++y) {
        load_row(image, y, &row);
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t i = c; i < row.size(); i += channels) {
                const float sample = row[i];
                if (sample < smallest[c]) smallest[c] = sample, at_smallest[c] = 0;
                if (sample > largest[c]) largest[c] = sample, at_largest[c] = 0;
                at_smallest[c] += sample == smallest[c] ? 1 : 0;
                at_largest[c] += sample == largest[c] ? 1 : 0;
            }
    }
    SampleBounds bounds;
    const bool integer = image.type != DataType::kFloat32;
    const double pixels = double(image.width) * double(image.height);
    for (std::size_t c = 0; c < channels; ++c) {
        bounds.smallest[c] = double{smallest[c]};
        bounds.largest[c] = double{largest[c]};
        const bool flat = smallest[c] == largest[c];
        const auto share = [&](std::int64_t count, bool bound) {
            const double part = double(count) / pixels;
            return bound || (!flat && part >= kPile) ? part : 0;
        };
        bounds.black[c] = share(at_smallest[c], integer && smallest[c] == 0);
        bounds.white[c] = share(at_largest[c], integer && largest[c] == integer_white(image.type));
    }
    return bounds;
}

SampleCensus count_samples(const ImageView& image, const WhiteLevel& white, const NoiseModel& noise,
                           const SampleBounds& bounds) {
    SampleCensus census{bounds};
    census.bits = count_bits(image);
    if (image.height >= 3) count_stuck(image, white, noise, &census);
    return census;
}

}  // namespace twofold
