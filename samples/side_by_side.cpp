#include "samples/side_by_side.h"

#include <algorithm>
#include <stdexcept>

#include "samples/stroke_font.h"

namespace twofold::samples {
namespace {

constexpr std::uint8_t kPaper = 24, kInk = 236;
constexpr int kPointsAcross = 4;  // for anti-aliasing

void check(const std::vector<Panel>& panels) {
    if (panels.empty()) throw std::invalid_argument("There is no picture to show.");
    const image_io::Image& first = panels.front().picture;
    for (const Panel& panel : panels) {
        const image_io::Image& picture = panel.picture;
        if (picture.channels != 3 || picture.type != image_io::SampleType::kUint8) {
            throw std::invalid_argument("Only 8-bit RGB pictures can be shown side by side.");
        }
        if (picture.width != first.width || picture.height != first.height) {
            throw std::invalid_argument("Pictures that are shown side by side must be of one size.");
        }
    }
}

void draw_caption(const std::string& caption, std::int64_t left, std::int64_t width, image_io::Image* page) {
    Text text{caption, 0, 8, 11, 1.8};
    text.x = static_cast<double>(left) + (static_cast<double>(width) - text_width(text)) / 2;
    for (std::int64_t y = 0; y < kCaptionHeight; ++y) {
        for (std::int64_t x = left; x < left + width; ++x) {
            int covered = 0;
            for (int i = 0; i < kPointsAcross * kPointsAcross; ++i) {
                const double dx = (i % kPointsAcross + 0.5) / kPointsAcross;
                const double dy = (i / kPointsAcross + 0.5) / kPointsAcross;
                covered += on_text(text, static_cast<double>(x) + dx, static_cast<double>(y) + dy);
            }
            const int value = kPaper + (kInk - kPaper) * covered / (kPointsAcross * kPointsAcross);
            const auto at = static_cast<std::size_t>(3 * (y * page->width + x));
            std::fill_n(page->pixels.begin() + static_cast<std::ptrdiff_t>(at), 3, static_cast<std::uint8_t>(value));
        }
    }
}

}  // namespace

image_io::Image side_by_side(const std::vector<Panel>& panels) {
    check(panels);
    const image_io::Image& first = panels.front().picture;
    const auto count = static_cast<std::int64_t>(panels.size());
    image_io::Image page;
    page.width = count * first.width + (count - 1) * kGap;
    page.height = first.height + kCaptionHeight;
    page.channels = 3;
    page.pixels.assign(page.row_bytes() * static_cast<std::size_t>(page.height), kPaper);
    for (std::int64_t i = 0; i < count; ++i) {
        const Panel& panel = panels[static_cast<std::size_t>(i)];
        const std::int64_t left = i * (first.width + kGap);
        draw_caption(panel.caption, left, first.width, &page);
        for (std::int64_t y = 0; y < first.height; ++y) {
            const auto from = static_cast<std::ptrdiff_t>(3 * y * first.width);
            const auto to = static_cast<std::ptrdiff_t>(3 * ((y + kCaptionHeight) * page.width + left));
            std::copy_n(panel.picture.pixels.begin() + from, 3 * first.width, page.pixels.begin() + to);
        }
    }
    return page;
}

}  // namespace twofold::samples
