// Total variation denoising (Rudin, Osher & Fatemi 1992): the image u that minimises
//
//     1/2 |u - y|^2 + lambda TV(u),
//
// where TV sums over all pixels the length of the forward differences dx = u[y][x+1] - u[y][x] and
// dy = u[y+1][x] - u[y][x], which are 0 at the last column and row:
//
//     anisotropic   |dx| + |dy|            isotropic   sqrt(dx^2 + dy^2)
//
// With coupled channels |.| is the Euclidean length over all channels (vectorial TV), else each channel counts alone.
//
// The dual problem has a vector p = (h, v) of at most that length, lambda, at each pixel; u = y - D^T p, and
//
//     gap = sum over pixels of lambda |Du| - <p, Du>  >=  primal - minimum  >=  1/2 |u - minimiser|^2,
//
// so that a gap is a proof of how near u is.
#ifndef TWOFOLD_OPS_TV_TV_H
#define TWOFOLD_OPS_TV_TV_H

#include <cstdint>

#include "ops/conv2d/conv2d.h"

namespace twofold::ops {

enum class TvKind { kAnisotropic, kIsotropic };

struct TvShape {
    std::ptrdiff_t width, height;
    int channels;  // 1 to 4
    TvKind kind = TvKind::kIsotropic;
    bool coupled = true;
};

struct TvCertificate {
    double gap = 0;
    double primal = 0;           // the objective at u
    double total_variation = 0;  // TV(u), without lambda
    double residual = 0;         // |u - y|^2

    double relative() const { return gap > 0 ? gap / primal : 0; }
};

// TV of interleaved pixels.
double tv_value_ref(const TvShape& shape, ConstMap pixels);

// Adds scale times the gradient of sum of sqrt(|Du|^2 + epsilon^2) to `diff` and returns that sum times scale: TV as a
// loss. With epsilon = 0 it is TV itself and a subgradient, 0 where the difference is 0.
double tv_loss_ref(const TvShape& shape, ConstMap pixels, float scale, float epsilon, Map diff);

// The specification: fast gradient projection on the dual (Beck & Teboulle, IEEE TIP 18, 2009), in double precision,
// until gap <= tolerance * primal or `iterations` are over. Interleaved pixels; allocates.
TvCertificate tv_denoise_ref(const TvShape& shape, double lambda, double tolerance, std::int64_t iterations,
                             ConstMap noisy, Map clean);

}  // namespace twofold::ops

#endif
