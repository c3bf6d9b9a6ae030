#include "pipelines/common/noise/line_offsets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "pipelines/common/noise/level_curve.h"

namespace twofold {
namespace {

constexpr std::int64_t kMostSamples = 2048;  // pixels of a row that are looked at
constexpr int kMostApart = 2;                // rows, of those that are compared
constexpr int kBand = 2 * kMostApart;        // of the matrix, beside its diagonal
// What medians are taken to be uncertain by, over what independent pixels would make them: those of a picture are not.
constexpr double kDependence = 12;
constexpr double kMedianVariance = 1.5708;  // of the median of so many normal numbers, times their number
constexpr double kSigmaOfDeviation = 1.4826;
constexpr double kLeastVariance = 1e-10;

// Means of the colour channels, at the same pixels of every row.
class GreyRows {
  public:
    GreyRows(const ImageView& image, const WhiteLevel& white) : image_(image), white_(white) {
        step_ = (image.width + kMostSamples - 1) / kMostSamples;
        count_ = static_cast<std::size_t>((image.width + step_ - 1) / step_);
        pixels_.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.colour_channels()));
        for (std::vector<float>& row : rows_) row.resize(count_);
    }
    std::size_t count() const { return count_; }
    // One of the last kBand + 1 that were asked for.
    const std::vector<float>& operator[](std::int64_t y) {
        std::vector<float>& row = rows_[static_cast<std::size_t>(y) % rows_.size()];
        for (; loaded_ <= y; ++loaded_) load(loaded_);
        return row;
    }

  private:
    void load(std::int64_t y) {
        const int channels = image_.colour_channels();
        load_rectangle(image_, white_.white, 0, y, image_.width, 1, pixels_.data(), 0);
        std::vector<float>& row = rows_[static_cast<std::size_t>(y) % rows_.size()];
        for (std::size_t i = 0; i < count_; ++i) {
            const float* pixel = pixels_.data() + static_cast<std::ptrdiff_t>(i) * step_ * channels;
            float sum = 0;
            for (int c = 0; c < channels; ++c) sum += pixel[c];
            row[i] = sum / static_cast<float>(channels);
        }
    }

    const ImageView& image_;
    const WhiteLevel& white_;
    std::int64_t step_ = 1, loaded_ = 0;
    std::size_t count_ = 0;
    std::vector<float> pixels_;
    std::array<std::vector<float>, kBand + 1> rows_;
};

// Solves a symmetric positive definite system; row[i] holds the diagonal and kBand elements to the right of it.
class BandedSystem {
  public:
    explicit BandedSystem(std::size_t size) : rows_(size), right_(size) {}

    void add_to_diagonal(double value) {
        for (auto& row : rows_) row[0] += value;
    }
    // The equation x[i] - (x[i - apart] + x[i + apart]) / 2 = value, with a weight.
    void add_difference(std::size_t i, std::size_t apart, double value, double weight) {
        const std::array<std::size_t, 3> at = {i - apart, i, i + apart};
        constexpr std::array<double, 3> kFactor = {-0.5, 1, -0.5};
        for (std::size_t a = 0; a < 3; ++a) {
            right_[at[a]] += weight * kFactor[a] * value;
            for (std::size_t b = a; b < 3; ++b) rows_[at[a]][at[b] - at[a]] += weight * kFactor[a] * kFactor[b];
        }
    }
    // By Cholesky's decomposition, in place.
    std::vector<float> solve() {
        const std::size_t n = rows_.size();
        for (std::size_t i = 0; i < n; ++i) {
            auto& row = rows_[i];
            const double pivot = 1 / std::sqrt(row[0]);
            for (double& value : row) value *= pivot;
            right_[i] *= pivot;
            for (std::size_t k = 1; k <= kBand && i + k < n; ++k) {
                for (std::size_t j = k; j <= kBand; ++j) rows_[i + k][j - k] -= row[k] * row[j];
                right_[i + k] -= row[k] * right_[i];
            }
        }
        std::vector<float> x(n);
        for (std::size_t i = n; i-- > 0;) {
            for (std::size_t k = 1; k <= kBand && i + k < n; ++k) right_[i] -= rows_[i][k] * right_[i + k];
            right_[i] /= rows_[i][0];
            x[i] = static_cast<float>(right_[i]);
        }
        return x;
    }

  private:
    std::vector<std::array<double, kBand + 1>> rows_;
    std::vector<double> right_;
};

}  // namespace

std::vector<float> measure_row_offsets(const ImageView& image, const WhiteLevel& white, double sigma) {
    GreyRows rows(image, white);
    std::vector<float> differences(rows.count());
    BandedSystem system(static_cast<std::size_t>(image.height));
    system.add_to_diagonal(1 / (sigma * sigma));
    for (std::int64_t last = 2; last < image.height; ++last)
        for (std::int64_t apart = 1; apart <= kMostApart && last - 2 * apart >= 0; ++apart) {
            const std::vector<float>& lower = rows[last];
            const std::vector<float>&middle = rows[last - apart], &upper = rows[last - 2 * apart];
            for (std::size_t i = 0; i < differences.size(); ++i)
                differences[i] = middle[i] - 0.5f * (upper[i] + lower[i]);
            const float median = quantile(differences, 0.5);
            for (float& difference : differences) difference = std::fabs(difference - median);
            const double deviation = kSigmaOfDeviation * double{quantile(differences, 0.5)};
            const double variance =
                kDependence * kMedianVariance * deviation * deviation / double(differences.size()) + kLeastVariance;
            system.add_difference(static_cast<std::size_t>(last - apart), static_cast<std::size_t>(apart), median,
                                  1 / variance);
        }
    return system.solve();
}

std::vector<float> measure_column_offsets(const ImageView& image, const WhiteLevel& white, double sigma) {
    return measure_row_offsets(transposed(image), white, sigma);
}

}  // namespace twofold
