// Outlines of things.
#ifndef TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_SHAPE_H
#define TWOFOLD_PIPELINES_RENDERED_PRIOR_SCENES_SHAPE_H

#include <array>

#include "pipelines/rendered_prior/scenes/draws.h"

namespace twofold::rendered {

struct Shape {
    enum Kind { kDisc, kEllipse, kPolygon, kStroke, kArc, kBlob, kGlyph };
    static constexpr int kMostEdges = 7;
    static constexpr int kMostPens = 5;
    static constexpr int kDirections = 32;

    Kind kind = kDisc;
    float x = 0, y = 0, radius = 1;                       // nothing of it is further from (x, y) than the radius
    float cosine = 1, sine = 0;                           // of its turn
    float width = 0.1f;                                   // of ellipse, stroke, arc and pen, as a share of the radius
    float arc = 0;                                        // cosine of half of its opening
    int parts = 0;                                        // edges, or strokes of the pen
    std::array<std::array<float, 4>, kMostEdges> part{};  // edge: normal, distance; pen: from, to
    std::array<float, kDirections> outline{};             // radius of a blob by direction

    bool contains(float px, float py) const;
};

Shape draw_shape(Draws& draws, double x, double y, double radius);
// A letter of an unknown alphabet.
Shape draw_glyph(Draws& draws, double x, double y, double radius, double turn, double pen);

}  // namespace twofold::rendered

#endif
