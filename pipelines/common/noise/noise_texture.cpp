#include "pipelines/common/noise/noise_texture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "pipelines/common/noise/level_curve.h"
#include "pipelines/common/noise/noise_bands.h"
#include "pipelines/common/noise/plane.h"
#include "pipelines/common/noise/random_window.h"
#include "pipelines/common/noise/second_difference.h"
#include "runtime/random.h"

namespace twofold {
namespace {

constexpr std::uint64_t kWindowStream = 5, kSpotStream = 6, kPlaceStream = std::uint64_t{1} << 40;
constexpr std::uint64_t kWindows = 4096;  // at most
constexpr int kSide = 16;                 // of a window
constexpr int kSamples = kSide * kSide;
constexpr int kFreedoms = kSamples - 3;  // a plane is taken away
constexpr std::size_t kClasses = 8;      // of brightness, with equally many windows
constexpr double kQuiet = 0.05;          // share of a class that shows its noise ...
constexpr double kQuietVariance = 0.6;   // ... and of the variance that these quietest windows have
constexpr std::size_t kFewestPieces = 32, kMostPieces = 400;
constexpr double kMostScore = 1.2;  // of a window that holds nothing but noise
constexpr float kBlack = 0.002f, kWhite = 0.998f;
constexpr int kMostClipped = kSamples / 4;
constexpr int kSpots = 10000;  // 150 on each pixel of the field

struct Window {
    WindowPlace place{};
    std::array<float, 4> brightness, variance, fine;  // a channel each; `fine` is the energy of the second difference
    bool clipped = false;
    double score = 0;  // the largest variance, in units of what is expected at that brightness
};

// Reads windows of an image and keeps one at a time.
class WindowReader {
  public:
    WindowReader(const ImageView& image, const WhiteLevel& white)
        : image_(image), white_(white), pixels_(static_cast<std::size_t>(kSamples * image.colour_channels())) {}

    void load(WindowPlace place) { load_window(image_, white_, place, kSide, kSide, &pixels_); }
    // Channel `c` of the window that was loaded last.
    bool is_clipped(int c) const {
        int count = 0;
        for (int i = 0; i < kSamples; ++i) {
            const float value = pixels_[static_cast<std::size_t>(i * image_.colour_channels() + c)];
            if (value <= kBlack || value >= kWhite) ++count;
        }
        return count > kMostClipped;
    }
    float fine_energy(int c) const {
        const int channels = image_.colour_channels();
        return second_difference_energy(pixels_.data() + (kSide + 1) * channels + c, channels,
                                        std::ptrdiff_t{kSide} * channels, kSide - 2, kSide - 2, 1);
    }
    float take_plane(int c, float* squares) {
        return twofold::take_plane(pixels_.data() + c, kSide, image_.colour_channels(), squares);
    }
    const std::vector<float>& pixels() const { return pixels_; }

  private:
    const ImageView& image_;
    const WhiteLevel& white_;
    std::vector<float> pixels_;
};

std::vector<Window> sample_windows(const ImageView& image, WindowReader& reader) {
    std::vector<Window> windows;
    const WindowPlaces places(image, kSide, kSide, kWindowStream, kWindows);
    windows.reserve(places.size());
    for (std::uint64_t i = 0; i < places.size(); ++i) {
        Window& window = windows.emplace_back();
        window.place = places[i];
        reader.load(window.place);
        for (int c = 0; c < image.colour_channels(); ++c) {
            window.clipped = window.clipped || reader.is_clipped(c);
            window.fine[static_cast<std::size_t>(c)] = reader.fine_energy(c);
            float squares = 0;
            window.brightness[static_cast<std::size_t>(c)] = reader.take_plane(c, &squares);
            window.variance[static_cast<std::size_t>(c)] = squares / kFreedoms;
        }
    }
    drop_clipped(windows, 20, [](const Window& window) { return window.clipped; });
    return windows;
}

// Variance of one channel by brightness. The finest noise tells how it changes with brightness, for it is the least
// mixed up with the picture. How much coarser noise there is beside it is the same everywhere, and shows where the
// picture is flat: in some classes of brightness, not in all.
LevelCurve level_curve(const std::vector<Window>& windows, std::size_t channel) {
    std::vector<std::size_t> order(windows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const float first = windows[a].brightness[channel], second = windows[b].brightness[channel];
        return first != second ? first < second : a < b;
    });
    LevelCurve curve;
    std::vector<float> fine, variances, ratios;
    for (std::size_t k = 0; k < kClasses; ++k) {
        const std::size_t begin = k * order.size() / kClasses, end = (k + 1) * order.size() / kClasses;
        fine.clear();
        variances.clear();
        double brightness = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const Window& window = windows[order[i]];
            fine.push_back(window.fine[channel]);
            variances.push_back(window.variance[channel]);
            brightness += double{window.brightness[channel]};
        }
        const float quiet = quantile(fine, kQuiet);
        curve.push_back({brightness / double(end - begin), double{quiet}});
        if (quiet > 0) ratios.push_back(quantile(variances, kQuiet) / quiet);
    }
    smooth(curve);
    const double ratio = ratios.empty() ? 0 : double{quantile(ratios, 0.25)} / kQuietVariance;
    for (LevelPoint& point : curve) point.variance *= ratio;
    return curve;
}

// Leaves windows of nothing but noise: as noisy as is expected there, or the quietest where there are too few of those.
// The quietest of all would do no justice to coarse noise.
void choose_pieces(std::vector<Window>* windows) {
    const auto is_quieter = [](const Window& a, const Window& b) {
        return a.score != b.score       ? a.score < b.score
               : a.place.x != b.place.x ? a.place.x < b.place.x
                                        : a.place.y < b.place.y;
    };
    const auto is_noise = [](const Window& window) { return window.score <= kMostScore; };
    if (static_cast<std::size_t>(std::ranges::count_if(*windows, is_noise)) >= kFewestPieces) {
        std::erase_if(*windows, [&](const Window& window) { return !is_noise(window); });
    } else {
        std::ranges::sort(*windows, is_quieter);
        windows->resize(std::min(windows->size(), kFewestPieces));
    }
    windows->resize(std::min(windows->size(), kMostPieces));  // they are in random order
}

}  // namespace

NoiseTexture::NoiseTexture(const ImageView& image, const WhiteLevel& white)
    : channels_(image.colour_channels()),
      field_(static_cast<std::size_t>(kPeriod * kPeriod * image.colour_channels())) {
    WindowReader reader(image, white);
    std::vector<Window> windows = sample_windows(image, reader);

    // Strength by brightness.
    double variance_sum = 0;
    const auto channels = static_cast<std::size_t>(channels_);
    for (std::size_t c = 0; c < channels; ++c) {
        const LevelCurve& curve = curves_.emplace_back(level_curve(windows, c));
        double channel_sum = 0;
        for (std::size_t k = 0; k <= NoiseModel::kIntervals; ++k)
            model_.sigma[c][k] = static_cast<float>(std::sqrt(interpolate(curve, double(k) / NoiseModel::kIntervals)));
        for (Window& window : windows) {
            const double expected = interpolate(curve, double{window.brightness[c]});
            channel_sum += expected;
            window.score = std::max(window.score, double{window.variance[c]} / std::max(expected, 1e-12));
        }
        sigma_[c] = std::sqrt(channel_sum / double(windows.size()));
        variance_sum += channel_sum;
    }
    model_.mean_sigma = std::sqrt(variance_sum / double(windows.size() * channels));
    model_.measured = true;

    choose_pieces(&windows);
    std::vector<float> pieces;
    pieces.reserve(windows.size() * reader.pixels().size());
    for (const Window& window : windows) {
        reader.load(window.place);
        std::array<float, 4> scale{};
        for (std::size_t c = 0; c < channels; ++c) {
            float squares = 0;
            const float brightness = reader.take_plane(static_cast<int>(c), &squares);
            const double expected = interpolate(curves_[c], double{brightness});
            scale[c] = expected > 0 ? static_cast<float>(1 / std::sqrt(expected)) : 0;
        }
        for (std::size_t j = 0; j < reader.pixels().size(); ++j)
            pieces.push_back(reader.pixels()[j] * scale[j % channels]);
    }

    add_spots(pieces);
    for (std::size_t c = 0; c < channels; ++c) make_unit_variance(c);
}

void NoiseTexture::add_spots(const std::vector<float>& pieces) {
    const auto channels = static_cast<std::size_t>(channels_), size = kSamples * channels;
    for (std::uint64_t i = 0; i < kSpots; ++i) {
        const RandomBlock words = random_block(0, kSpotStream, i);
        const std::int64_t piece = uniform_index(words[0], static_cast<std::int64_t>(pieces.size() / size));
        const auto x0 = static_cast<std::size_t>(words[1] % kPeriod), y0 = static_cast<std::size_t>(words[2] % kPeriod);
        const float sign = (words[3] & 1) != 0 ? 1.0f : -1.0f;
        const float* p = pieces.data() + static_cast<std::size_t>(piece) * size;
        for (std::size_t y = 0; y < kSide; ++y)
            for (std::size_t x = 0; x < kSide; ++x) {
                float* to = field_.data() + ((y0 + y) % kPeriod * kPeriod + (x0 + x) % kPeriod) * channels;
                for (std::size_t c = 0; c < channels; ++c) to[c] += sign * *p++;
            }
    }
}

void NoiseTexture::make_unit_variance(std::size_t channel) {
    const auto channels = static_cast<std::size_t>(channels_);
    double squares = 0;
    for (std::size_t i = channel; i < field_.size(); i += channels) squares += double{field_[i]} * double{field_[i]};
    if (squares <= 0) return;  // a channel without noise
    const auto scale = static_cast<float>(std::sqrt(double(kPeriod * kPeriod) / squares));
    for (std::size_t i = channel; i < field_.size(); i += channels) field_[i] *= scale;
}

void NoiseTexture::fill(std::uint64_t seed, std::uint64_t stream, int height, int width, float* dst) const {
    // Two pieces of the field add up, so that a piece is not met again for as many draws as it has pixels, squared.
    const RandomBlock words = random_block(seed, kPlaceStream + stream, 0);
    const auto place = [](std::uint32_t word) { return static_cast<int>(word % kPeriod); };
    const float first = std::sqrt(0.5f);
    const float second = (words[0] >> 31) != 0 ? first : -first;
    const int x1 = place(words[0]), y1 = place(words[1]), x2 = place(words[2]), y2 = place(words[3]);
    for (int y = 0; y < height; ++y) {
        const float* row1 = field_.data() + (y1 + y) % kPeriod * kPeriod * channels_;
        const float* row2 = field_.data() + (y2 + y) % kPeriod * kPeriod * channels_;
        for (int x = 0; x < width; ++x) {
            const float* p1 = row1 + (x1 + x) % kPeriod * channels_;
            const float* p2 = row2 + (x2 + x) % kPeriod * channels_;
            for (int c = 0; c < channels_; ++c) *dst++ = first * p1[c] + second * p2[c];
        }
    }
}

bool can_be_correlated(const ImageView& image) {
    return std::min(image.width, image.height) >= NoiseTexture::kSmallestSide;
}

bool is_correlated(const ImageView& image, const WhiteLevel& white) {
    return can_be_correlated(image) && measure_noise_bands(image, white).correlated();
}

bool channels_share_noise(const NoiseModel& model, const ImageView& image) {
    return image.colour_channels() == 3 && !model.apart && can_be_correlated(image);
}

}  // namespace twofold
