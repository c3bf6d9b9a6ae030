#include "pipelines/estimate/autocorrelation.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "pipelines/common/noise/plane.h"
#include "pipelines/common/noise/random_window.h"

namespace twofold {
namespace {

constexpr std::uint64_t kStream = 9;
constexpr std::uint64_t kWindows = 4096;  // at most
// Windows that are looked at: those up to this much noisier than the quietest hundredth. The quietest alone would be
// those where coarse noise is weak by chance.
constexpr float kNoisier = 1.5f;
constexpr std::size_t kQuietest = 100;  // a hundredth
constexpr std::size_t kMost = 512;
constexpr int kSide = 16;
constexpr std::size_t kSamples = kSide * kSide;
constexpr float kBlack = 0.002f, kWhite = 0.998f;
constexpr std::size_t kMostClipped = kSamples / 16;

struct Window {
    WindowPlace place;
    float energy;  // of what is left of it without its planes
};

class Reader {
  public:
    Reader(const ImageView& image, const WhiteLevel& white, bool apart)
        : image_(image),
          white_(white),
          apart_(apart),
          channels_(static_cast<std::size_t>(image.colour_channels())),
          pixels_(kSamples * channels_) {}

    // Leaves the window in samples(). Returns its energy, or below 0 where clipping has taken some.
    float load(WindowPlace place) {
        load_window(image_, white_, place, kSide, kSide, &pixels_);
        const auto clipped =
            std::ranges::count_if(pixels_, [](float value) { return value <= kBlack || value >= kWhite; });
        if (static_cast<std::size_t>(clipped) > kMostClipped * channels_) return -1;
        if (apart_) subtract();
        float energy = 0;
        for (std::size_t c = 0; c < channels_; ++c) {
            float squares = 0;
            take_plane(pixels_.data() + c, kSide, static_cast<int>(channels_), &squares);
            energy += squares;
        }
        return energy;
    }
    const std::vector<float>& samples() const { return pixels_; }

  private:
    void subtract() {
        for (std::size_t i = 0; i < pixels_.size(); i += 3) {
            const float red = pixels_[i], green = pixels_[i + 1], blue = pixels_[i + 2];
            pixels_[i] = red - green;
            pixels_[i + 1] = red - blue;
            pixels_[i + 2] = green - blue;
        }
    }

    const ImageView& image_;
    const WhiteLevel& white_;
    bool apart_;
    std::size_t channels_;
    std::vector<float> pixels_;
};

// Mean product of samples (dx, dy) apart, dy >= 0.
double mean_product(const std::vector<float>& samples, std::size_t channels, int dx, int dy) {
    double sum = 0;
    const int first = std::max(0, -dx), end = kSide - std::max(0, dx);
    for (int y = 0; y + dy < kSide; ++y) {
        const float* row = samples.data() + static_cast<std::size_t>(y * kSide + first) * channels;
        const float* other = samples.data() + static_cast<std::size_t>((y + dy) * kSide + first + dx) * channels;
        for (std::size_t i = 0; i < static_cast<std::size_t>(end - first) * channels; ++i)
            sum += double{row[i]} * double{other[i]};
    }
    return sum / double((end - first) * (kSide - dy));
}

}  // namespace

Autocorrelation measure_autocorrelation(const ImageView& image, const WhiteLevel& white, bool apart) {
    Reader reader(image, white, apart);
    std::vector<Window> windows;
    const WindowPlaces places(image, kSide, kSide, kStream, kWindows);
    for (std::uint64_t i = 0; i < places.size(); ++i) {
        const WindowPlace place = places[i];
        const float energy = reader.load(place);
        if (energy > 0) windows.push_back({place, energy});
    }
    if (!windows.empty()) {
        std::vector<Window> sorted = windows;
        std::ranges::sort(sorted, {}, &Window::energy);
        const float most = kNoisier * sorted[sorted.size() / kQuietest].energy;
        std::erase_if(windows, [most](const Window& window) { return window.energy > most; });
        windows.resize(std::min(windows.size(), kMost));  // they are in random order
    }

    constexpr int kReach = kCorrelationReach;
    Autocorrelation correlation{};
    const auto at = [&](int dx, int dy) -> double& {
        return correlation[static_cast<std::size_t>(dy + kReach)][static_cast<std::size_t>(dx + kReach)];
    };
    for (const Window& window : windows) {
        reader.load(window.place);
        // Of equal weight, however strong the noise is.
        for (int dy = 0; dy <= kReach; ++dy)
            for (int dx = -kReach; dx <= kReach; ++dx)
                at(dx, dy) +=
                    mean_product(reader.samples(), static_cast<std::size_t>(image.colour_channels()), dx, dy) /
                    double{window.energy};
    }
    const double variance = at(0, 0);
    for (auto& row : correlation)
        for (double& value : row) value = variance > 0 ? value / variance : 0;
    for (int dy = 1; dy <= kReach; ++dy)
        for (int dx = -kReach; dx <= kReach; ++dx) at(-dx, -dy) = at(dx, dy);
    at(0, 0) = 1;
    return correlation;
}

}  // namespace twofold
