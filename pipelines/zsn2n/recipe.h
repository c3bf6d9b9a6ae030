// Named sets of training constants, chosen by what was measured; docs/recipes.md has the measurements.
#ifndef TWOFOLD_PIPELINES_ZSN2N_RECIPE_H
#define TWOFOLD_PIPELINES_ZSN2N_RECIPE_H

#include <cstdint>

#include "pipelines/common/noise_network/training_state.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/refinement/effort.h"
#include "pipelines/zsn2n/loss_terms.h"

namespace twofold::zsn2n {

struct Recipe {
    int width = 48;  // of the network
    int depth = 2;   // 3x3 convolutions
    int fold = 1;    // side of the blocks that it sees, in pixels

    // Patches: `patches` random ones of patch x patch pixels a step, at any offset, flipped and turned at random; or
    // all of the image every step.
    bool whole_image = false;
    int patch = 24;  // even
    int patches = 4;
    LossTerms loss;

    std::int64_t steps = 560;
    OptimizerSettings optimizer;
    double learning_rate = 0.01;
    std::int64_t warm_up = 20;     // steps of linear warm-up
    std::int64_t halve_every = 0;  // halve the rate after so many steps; 0: linear decay to zero

    int ensemble = 8;                        // flips and rotations averaged in the final pass, 1 or 8 ...
    std::int64_t ensemble_pixels = 1 << 20;  // ... for images of at most so many pixels

    // Steps of a second network, which goes on from the first at half the size; 0: there is none.
    std::int64_t coarse_steps = 200;
    std::int64_t coarse_pixels = 16 << 20;  // of images at most, for it needs memory for a quarter of them

    bool stabilize = true;                       // noise that depends on the brightness
    bool refine = true;                          // the result, by a filter that it guides
    RefinementEffort effort = {{1, 5}, {3, 6}};  // for images with an ensemble
};

// `kind` is kIndependent or kCorrelated; there is no recipe kPaper for the latter.
Recipe make_recipe(RecipeName name, NoiseKind kind = NoiseKind::kIndependent);

// For weights that are trained further: few steps, small ones, by recorruption alone; the rest is as `name` has it.
Recipe make_adaptation(RecipeName name);

// The recipe for a network that does not begin with random weights (Settings::start): half the steps.
Recipe with_start(const Recipe& recipe);

// How an image of so many pixels is refined: with less effort where there is no ensemble.
RefinementEffort effort_for(const Recipe& recipe, double pixels);

// Weight of the residual loss where the noise's standard deviation (of 255) is known well. Recorruption with noise that
// is too strong or too weak does harm, and the residual loss, which does not need to know it, makes up for that; but it
// takes the difference of two pixels for noise, and where there is little of that it is mostly picture.
double residual_weight(double sigma);

// Learning rate of step `step` (from 0) of `steps`.
double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps);

}  // namespace twofold::zsn2n

#endif
