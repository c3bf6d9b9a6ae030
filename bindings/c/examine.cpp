#include "pipelines/estimate/examination.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "bindings/c/guard.h"
#include "bindings/c/image.h"
#include "pipelines/common/noise/levelled_image.h"
#include "pipelines/estimate/residual_tiles.h"

using namespace twofold;
using namespace twofold::c_api;

static_assert(TWOFOLD_RESIDUAL_BIASED == int{kResidualBiased} &&
              TWOFOLD_RESIDUAL_STRUCTURED == int{kResidualStructured} &&
              TWOFOLD_RESIDUAL_STRONG == int{kResidualStrong} && TWOFOLD_RESIDUAL_WEAK == int{kResidualWeak} &&
              TWOFOLD_RESIDUAL_COARSE == int{kResidualCoarse});

namespace {

void draw(const StructureMap& map, const ImageView& image) {
    const float white = image.type == DataType::kFloat32 ? 1 : integer_white(image.type);
    std::vector<float> row(static_cast<std::size_t>(image.width));
    for (std::int64_t y = 0; y < image.height; ++y) {
        const float* tiles = map.tiles.data() + y / ResidualTiles::kSide * map.columns;
        for (std::size_t x = 0; x < row.size(); ++x) row[x] = tiles[x / ResidualTiles::kSide];
        store_rectangle(image, white, 0, y, image.width, 1, row.data(), image.width);
    }
}

// Line noise is not like the other noise, and whether it was all that was taken away could not be told from its
// variance: where it is gone, the rest is examined without it.
std::optional<LevelledImage> level_lines(const ImageView& noisy, const ImageView& denoised, float white,
                                         float strength) {
    const WhiteLevel level = find_white_level(noisy, white);
    const LineNoise before = find_line_noise(noisy, level);
    if (!before.stands_out()) return std::nullopt;
    const LineNoise after = find_line_noise(denoised, find_white_level(denoised, white));
    const auto is_left = [&](double was, double is) { return is > (1 - 0.5 * double{strength}) * was; };
    if (is_left(before.rows, after.rows) || is_left(before.columns, after.columns)) return std::nullopt;
    return std::make_optional<LevelledImage>(noisy, level, before, strength);
}

}  // namespace

twofold_status twofold_examine(twofold_context* context, const twofold_image* noisy, const twofold_image* denoised,
                               double white, double strength, const twofold_image* map,
                               twofold_examination* examination) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(noisy && denoised, "an image is NULL");
        require_argument(examination != nullptr, "the place for the examination is NULL");
        require_white_level(white);
        require_argument(strength > 0 && strength <= 1, "the strength must be above 0 and at most 1");
        const ImageView before = checked_view(*noisy, Access::kRead, "noisy");
        const ImageView after = checked_view(*denoised, Access::kRead, "denoised");
        require_argument(before.width == after.width && before.height == after.height,
                         "the noisy and the denoised image differ in size");
        require_argument(before.colour_channels() == after.colour_channels(),
                         "the noisy and the denoised image differ in their number of colour channels");
        ImageView drawn;
        if (map) drawn = checked_map(*map, before, "map");
        check_finite(before, "noisy");
        check_finite(after, "denoised");
        const std::optional<LevelledImage> levelled =
            level_lines(before, after, static_cast<float>(white), static_cast<float>(strength));
        const Examination result =
            examine(levelled ? levelled->view() : before, after, static_cast<float>(white), strength);
        if (map) draw(result.map, drawn);
        *examination = {};
        examination->channels = before.colour_channels();
        examination->warnings = result.warnings;
        examination->variance_ratio = result.variance_ratio;
        examination->correlation = result.correlation;
        examination->structured = result.structured;
        const auto to_255 = [](double value) { return 255 * value; };
        std::ranges::transform(result.mean, examination->mean, to_255);
        std::ranges::transform(result.sigma, examination->sigma, to_255);
        std::ranges::transform(result.noise_sigma, examination->noise_sigma, to_255);
    });
}
