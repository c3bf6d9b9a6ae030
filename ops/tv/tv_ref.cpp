#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/tv/tv.h"

namespace twofold::ops {
namespace {

using Values = std::vector<double>;

// Calls body(pixel, first channel, end channel) for every group of values whose differences have one common length.
template <typename Body>
void for_each_group(const TvShape& shape, Body&& body) {
    const int group = shape.coupled ? shape.channels : 1;
    for (std::ptrdiff_t y = 0; y < shape.height; ++y)
        for (std::ptrdiff_t x = 0; x < shape.width; ++x)
            for (int c = 0; c < shape.channels; c += group) body(y, x, c, c + group);
}

std::size_t samples(const TvShape& shape) {
    return static_cast<std::size_t>(shape.width * shape.height) * static_cast<std::size_t>(shape.channels);
}

struct Image {
    const TvShape& shape;
    Values values;

    explicit Image(const TvShape& s) : shape(s), values(samples(s)) {}
    double& at(std::ptrdiff_t y, std::ptrdiff_t x, int c) {
        return values[static_cast<std::size_t>((y * shape.width + x) * shape.channels + c)];
    }
    double dx(std::ptrdiff_t y, std::ptrdiff_t x, int c) {
        return x + 1 < shape.width ? at(y, x + 1, c) - at(y, x, c) : 0;
    }
    double dy(std::ptrdiff_t y, std::ptrdiff_t x, int c) {
        return y + 1 < shape.height ? at(y + 1, x, c) - at(y, x, c) : 0;
    }
};

double combine(TvKind kind, double squares_x, double squares_y) {
    return kind == TvKind::kIsotropic ? std::sqrt(squares_x + squares_y) : std::sqrt(squares_x) + std::sqrt(squares_y);
}

Image load(const TvShape& shape, ConstMap pixels) {
    Image image(shape);
    for (std::ptrdiff_t y = 0; y < shape.height; ++y)
        for (std::ptrdiff_t x = 0; x < shape.width; ++x)
            for (int c = 0; c < shape.channels; ++c)
                image.at(y, x, c) = double{pixels.data[y * pixels.row + x * shape.channels + c]};
    return image;
}

// u = y - D^T p.
void primal_of_dual(Image& noisy, Image& h, Image& v, Image& u) {
    for_each_group(noisy.shape, [&](std::ptrdiff_t y, std::ptrdiff_t x, int first, int end) {
        for (int c = first; c < end; ++c)
            u.at(y, x, c) = noisy.at(y, x, c) + h.at(y, x, c) + v.at(y, x, c) - (x > 0 ? h.at(y, x - 1, c) : 0) -
                            (y > 0 ? v.at(y - 1, x, c) : 0);
    });
}

TvCertificate certify(double lambda, Image& noisy, Image& h, Image& v, Image& u) {
    TvCertificate result;
    for_each_group(noisy.shape, [&](std::ptrdiff_t y, std::ptrdiff_t x, int first, int end) {
        double squares_x = 0, squares_y = 0, product = 0;
        for (int c = first; c < end; ++c) {
            const double dx = u.dx(y, x, c), dy = u.dy(y, x, c), residual = u.at(y, x, c) - noisy.at(y, x, c);
            squares_x += dx * dx;
            squares_y += dy * dy;
            product += dx * h.at(y, x, c) + dy * v.at(y, x, c);
            result.residual += residual * residual;
        }
        const double length = combine(noisy.shape.kind, squares_x, squares_y);
        result.total_variation += length;
        result.gap += lambda * length - product;
    });
    result.primal = result.residual / 2 + lambda * result.total_variation;
    return result;
}

}  // namespace

double tv_value_ref(const TvShape& shape, ConstMap pixels) {
    Image image = load(shape, pixels);
    double sum = 0;
    for_each_group(shape, [&](std::ptrdiff_t y, std::ptrdiff_t x, int first, int end) {
        double squares_x = 0, squares_y = 0;
        for (int c = first; c < end; ++c) {
            squares_x += image.dx(y, x, c) * image.dx(y, x, c);
            squares_y += image.dy(y, x, c) * image.dy(y, x, c);
        }
        sum += combine(shape.kind, squares_x, squares_y);
    });
    return sum;
}

double tv_loss_ref(const TvShape& shape, ConstMap pixels, float scale, float epsilon, Map diff) {
    Image image = load(shape, pixels);
    const double square = double{epsilon} * double{epsilon};
    double sum = 0;
    const auto add = [&](std::ptrdiff_t y, std::ptrdiff_t x, int c, double value) {
        diff.data[y * diff.row + x * shape.channels + c] += static_cast<float>(double{scale} * value);
    };
    for_each_group(shape, [&](std::ptrdiff_t y, std::ptrdiff_t x, int first, int end) {
        double squares_x = 0, squares_y = 0;
        for (int c = first; c < end; ++c) {
            squares_x += image.dx(y, x, c) * image.dx(y, x, c);
            squares_y += image.dy(y, x, c) * image.dy(y, x, c);
        }
        const bool isotropic = shape.kind == TvKind::kIsotropic;
        const double length_x = std::sqrt((isotropic ? squares_x + squares_y : squares_x) + square);
        const double length_y = isotropic ? length_x : std::sqrt(squares_y + square);
        sum += isotropic ? length_x : length_x + length_y;
        for (int c = first; c < end; ++c) {
            const double gx = length_x > 0 ? image.dx(y, x, c) / length_x : 0;
            const double gy = length_y > 0 ? image.dy(y, x, c) / length_y : 0;
            add(y, x, c, -gx - gy);
            if (x + 1 < shape.width) add(y, x + 1, c, gx);
            if (y + 1 < shape.height) add(y + 1, x, c, gy);
        }
    });
    return double{scale} * sum;
}

TvCertificate tv_denoise_ref(const TvShape& shape, double lambda, double tolerance, std::int64_t iterations,
                             ConstMap noisy_pixels, Map clean) {
    Image noisy = load(shape, noisy_pixels), u = noisy;
    Image h(shape), v(shape), previous_h(shape), previous_v(shape);
    constexpr double kStep = 1.0 / 8;  // |D|^2 <= 8
    double t = 1;
    TvCertificate certificate = certify(lambda, noisy, h, v, u);
    Image forward_h = h, forward_v = v;
    for (std::int64_t i = 0; i < iterations && certificate.gap > tolerance * certificate.primal; ++i) {
        previous_h.values = h.values;
        previous_v.values = v.values;
        primal_of_dual(noisy, forward_h, forward_v, u);
        for_each_group(shape, [&](std::ptrdiff_t y, std::ptrdiff_t x, int first, int end) {
            double squares_h = 0, squares_v = 0;
            for (int c = first; c < end; ++c) {
                h.at(y, x, c) = forward_h.at(y, x, c) + kStep * u.dx(y, x, c);
                v.at(y, x, c) = forward_v.at(y, x, c) + kStep * u.dy(y, x, c);
                squares_h += h.at(y, x, c) * h.at(y, x, c);
                squares_v += v.at(y, x, c) * v.at(y, x, c);
            }
            if (shape.kind == TvKind::kIsotropic) squares_h = squares_v = squares_h + squares_v;
            const double shrink_h = std::max(1.0, std::sqrt(squares_h) / std::max(lambda, 1e-300));
            const double shrink_v = std::max(1.0, std::sqrt(squares_v) / std::max(lambda, 1e-300));
            for (int c = first; c < end; ++c) {
                h.at(y, x, c) /= shrink_h;
                v.at(y, x, c) /= shrink_v;
            }
        });
        const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2, momentum = (t - 1) / next;
        t = next;
        for (std::size_t k = 0; k < h.values.size(); ++k) {
            forward_h.values[k] = h.values[k] + momentum * (h.values[k] - previous_h.values[k]);
            forward_v.values[k] = v.values[k] + momentum * (v.values[k] - previous_v.values[k]);
        }
        primal_of_dual(noisy, h, v, u);
        certificate = certify(lambda, noisy, h, v, u);
    }
    for (std::ptrdiff_t y = 0; y < shape.height; ++y)
        for (std::ptrdiff_t x = 0; x < shape.width; ++x)
            for (int c = 0; c < shape.channels; ++c)
                clean.data[y * clean.row + x * shape.channels + c] = static_cast<float>(u.at(y, x, c));
    return certificate;
}

}  // namespace twofold::ops
