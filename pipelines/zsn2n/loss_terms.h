#ifndef TWOFOLD_PIPELINES_ZSN2N_LOSS_TERMS_H
#define TWOFOLD_PIPELINES_ZSN2N_LOSS_TERMS_H

namespace twofold::zsn2n {

// Weights of the terms of the loss; all are means of squares.
struct LossTerms {
    float residual = 1;
    float consistency = 0;
    float recorruption = 1;
    float recorruption_strength = 1;  // a: how much noise is added, in units of the noise that is there
};

// The published loss: residual and consistency of the pair, nothing added to the image.
constexpr LossTerms kPaperLoss{.residual = 1, .consistency = 1, .recorruption = 0, .recorruption_strength = 1};

}  // namespace twofold::zsn2n

#endif
