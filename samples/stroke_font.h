// Capital letters drawn with a pen of round tip.
#ifndef TWOFOLD_SAMPLES_STROKE_FONT_H
#define TWOFOLD_SAMPLES_STROKE_FONT_H

#include <string_view>

namespace twofold::samples {

// A line of text; letters are `height` pixels high, (x, y) is the top left corner of the first. Characters that the
// font does not have are drawn as spaces.
struct Text {
    std::string_view letters;  // A to Z
    double x = 0, y = 0;
    double height = 10;
    double pen = 1.5;  // width of the stroke in pixels
};

// Width of the text in pixels, without the pen.
double text_width(const Text& text);
// Whether the point lies on a stroke. Anti-aliasing is left to the caller's supersampling.
bool on_text(const Text& text, double x, double y);

}  // namespace twofold::samples

#endif
