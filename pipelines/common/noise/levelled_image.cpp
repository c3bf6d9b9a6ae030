#include "pipelines/common/noise/levelled_image.h"

#include <algorithm>

#include "ops/feature_map.h"
#include "pipelines/common/noise/line_noise.h"
#include "pipelines/common/noise/line_offsets.h"
#include "pipelines/common/noise/noise_model.h"

namespace twofold {
namespace {

// What counts as line noise: offsets of at least 1.5 of 255 levels and 0.15 of the other noise. Pictures without any,
// of all that were tried, measure less than 1.2 levels or 0.06 of the noise, by their texture and their horizons; and
// weaker offsets cost little.
constexpr double kLeast = 1.5 / 255, kLeastShare = 0.15;
constexpr int kWindows = 256;  // of 1024, so that what takes a tenth of a second is not held up

double standing_out(double offsets, double sigma) {
    return offsets >= std::max(kLeast, kLeastShare * sigma) ? offsets : 0;
}

}  // namespace

LineNoise find_line_noise(const ImageView& image, const WhiteLevel& white) {
    const double rows = measure_row_noise(image, white, kWindows),
                 columns = measure_column_noise(image, white, kWindows);
    if (std::max(rows, columns) < kLeast) return {};
    const double sigma = estimate_noise(image, white).mean_sigma;
    return {standing_out(rows, sigma), standing_out(columns, sigma)};
}

std::uint64_t LevelledImage::bytes(const ImageView& image) {
    return ops::dense_size(image.height, image.width, image.channels) * std::uint64_t{sample_bytes(image.type)};
}

LevelledImage::LevelledImage(const ImageView& image, const WhiteLevel& white, const LineNoise& noise, float strength)
    : noise_(noise), samples_(static_cast<std::size_t>(bytes(image))), view_(packed_view(image, samples_.data())) {
    std::vector<float> rows(static_cast<std::size_t>(image.height)), columns(static_cast<std::size_t>(image.width));
    if (noise.rows > 0) rows = measure_row_offsets(image, white, noise.rows);
    if (noise.columns > 0) columns = measure_column_offsets(image, white, noise.columns);
    const bool is_float = image.type == DataType::kFloat32;
    const auto channels = static_cast<std::size_t>(image.colour_channels());
    std::vector<float> samples(columns.size() * channels);
    for (std::int64_t y = 0; y < image.height; ++y) {
        load_rectangle(image, white.white, 0, y, image.width, 1, samples.data(), 0);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const float level = samples[i] - strength * (rows[static_cast<std::size_t>(y)] + columns[i / channels]);
            samples[i] = is_float ? level : std::clamp(level, 0.0f, 1.0f);
        }
        store_rectangle(view_, white.white, 0, y, image.width, 1, samples.data(), 0);
        if (image.has_alpha) copy_alpha_row(image, view_, y);
    }
}

}  // namespace twofold
