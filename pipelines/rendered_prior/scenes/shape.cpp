#include "pipelines/rendered_prior/scenes/shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace twofold::rendered {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

Shape placed(Shape::Kind kind, double x, double y, double radius, double turn) {
    Shape shape;
    shape.kind = kind;
    shape.x = static_cast<float>(x);
    shape.y = static_cast<float>(y);
    shape.radius = static_cast<float>(radius);
    shape.cosine = static_cast<float>(std::cos(turn));
    shape.sine = static_cast<float>(std::sin(turn));
    return shape;
}

// Half-planes all around, so that the shape is bounded.
void draw_polygon(Draws& draws, Shape* shape) {
    shape->parts = static_cast<int>(3 + draws.index(Shape::kMostEdges - 2));
    for (int i = 0; i < shape->parts; ++i) {
        const double angle = kTurn * (i + draws.uniform(-0.3, 0.3)) / shape->parts;
        shape->part[static_cast<std::size_t>(i)] = {static_cast<float>(std::cos(angle)),
                                                    static_cast<float>(std::sin(angle)),
                                                    static_cast<float>(draws.uniform(0.3, 0.9)), 0};
    }
}

void draw_blob(Draws& draws, Shape* shape) {
    std::array<double, 6> size{}, phase{};
    const double roughness = draws.uniform(0.05, 0.4);
    for (std::size_t k = 0; k < size.size(); ++k) {
        size[k] = roughness * draws.normal() / double(k + 1);
        phase[k] = draws.uniform(0, kTurn);
    }
    for (std::size_t i = 0; i < shape->outline.size(); ++i) {
        double radius = 0.6;
        for (std::size_t k = 0; k < size.size(); ++k)
            radius += size[k] * std::cos(kTurn * double(i * (k + 2)) / Shape::kDirections + phase[k]);
        shape->outline[i] = static_cast<float>(std::clamp(radius, 0.15, 1.0));
    }
}

bool inside_polygon(const Shape& shape, float u, float v) {
    for (int i = 0; i < shape.parts; ++i) {
        const auto& edge = shape.part[static_cast<std::size_t>(i)];
        if (edge[0] * u + edge[1] * v > edge[2]) return false;
    }
    return true;
}

bool inside_blob(const Shape& shape, float u, float v) {
    const float turns = std::atan2(v, u) * static_cast<float>(Shape::kDirections / kTurn) + Shape::kDirections;
    const auto first = static_cast<std::size_t>(turns);
    const float t = turns - static_cast<float>(first);
    const float radius =
        shape.outline[first % Shape::kDirections] * (1 - t) + shape.outline[(first + 1) % Shape::kDirections] * t;
    return u * u + v * v < radius * radius;
}

bool under_pen(const Shape& shape, float u, float v) {
    for (int i = 0; i < shape.parts; ++i) {
        const auto& pen = shape.part[static_cast<std::size_t>(i)];
        const float du = pen[2] - pen[0], dv = pen[3] - pen[1], length = du * du + dv * dv;
        const float t = std::clamp(((u - pen[0]) * du + (v - pen[1]) * dv) / std::max(length, 1e-6f), 0.0f, 1.0f);
        const float x = u - pen[0] - t * du, y = v - pen[1] - t * dv;
        if (x * x + y * y < shape.width * shape.width) return true;
    }
    return false;
}

}  // namespace

bool Shape::contains(float px, float py) const {
    const float dx = (px - x) / radius, dy = (py - y) / radius;
    const float square = dx * dx + dy * dy;
    if (square >= 1) return false;
    const float u = cosine * dx + sine * dy, v = cosine * dy - sine * dx;
    switch (kind) {
        case kDisc:
            return true;
        case kEllipse:
            return u * u + v * v / (width * width) < 1;
        case kPolygon:
            return inside_polygon(*this, u, v);
        case kStroke:
            return std::abs(v) < width;
        case kArc:
            return square > (1 - width) * (1 - width) && u > arc * std::sqrt(square);
        case kBlob:
            return inside_blob(*this, u, v);
        case kGlyph:
            return under_pen(*this, u, v);
    }
    return false;
}

Shape draw_shape(Draws& draws, double x, double y, double radius) {
    constexpr Shape::Kind kKinds[] = {Shape::kDisc,   Shape::kEllipse, Shape::kPolygon, Shape::kPolygon,
                                      Shape::kStroke, Shape::kArc,     Shape::kBlob,    Shape::kBlob};
    Shape shape = placed(kKinds[draws.index(8)], x, y, radius, draws.uniform(0, kTurn));
    shape.width =
        static_cast<float>(shape.kind == Shape::kEllipse ? draws.uniform(0.1, 0.9) : draws.log_uniform(0.02, 0.25));
    shape.arc = static_cast<float>(std::cos(draws.uniform(0.2, std::numbers::pi)));
    if (shape.kind == Shape::kPolygon) draw_polygon(draws, &shape);
    if (shape.kind == Shape::kBlob) draw_blob(draws, &shape);
    return shape;
}

Shape draw_glyph(Draws& draws, double x, double y, double radius, double turn, double pen) {
    Shape shape = placed(Shape::kGlyph, x, y, radius, turn);
    shape.width = static_cast<float>(pen);
    shape.parts = static_cast<int>(2 + draws.index(Shape::kMostPens - 1));
    // Between the corners of a letter's box and the middles of its sides.
    const auto corner = [&](std::size_t i) {
        return static_cast<float>(0.35 * double(draws.index(3) - 1) * (i % 2 == 0 ? 1 : 1.8));
    };
    for (int k = 0; k < shape.parts; ++k)
        for (std::size_t i = 0; i < 4; ++i) shape.part[static_cast<std::size_t>(k)][i] = corner(i);
    return shape;
}

}  // namespace twofold::rendered
