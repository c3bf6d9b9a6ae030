/*
 * Training of the prior: the network behind TWOFOLD_PRIOR, learned from scenes that are rendered and noise that is
 * rendered on them. No picture is read.
 *
 *     twofold_training_create -> twofold_training_step, as often as wanted -> twofold_training_get_weights
 *
 * The same seed, size, number of steps, version and instruction set give the same weights, for any number of threads
 * and wherever the training was interrupted. Errors, threads and ownership are as in twofold.h; a context must outlive
 * its trainings.
 */
#ifndef TWOFOLD_TRAINING_H
#define TWOFOLD_TRAINING_H

#include "twofold/twofold.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct twofold_training twofold_training;

/* A new training of `steps` steps, 1..10^9. Threads as for twofold_job_set_threads. */
TWOFOLD_API twofold_status twofold_training_create(twofold_context* context, twofold_prior_size size, uint64_t seed,
                                                   int64_t steps, int32_t threads, twofold_training** training);
/* Goes on from a checkpoint, which is not trusted: damaged data give TWOFOLD_CORRUPT_DATA. `steps` takes the place of
 * the number that was planned, 0 keeps it. It must not be less than what has been done; the learning rate, which falls
 * to zero with the last step, goes on as that of a training with that number. */
TWOFOLD_API twofold_status twofold_training_resume(twofold_context* context, const void* checkpoint, size_t bytes,
                                                   int64_t steps, int32_t threads, twofold_training** training);
TWOFOLD_API void twofold_training_destroy(twofold_training* training);

typedef struct twofold_training_state {
    twofold_prior_size size;
    uint32_t recipe_version; /* of scenes, noise, network and optimiser: another version, other weights */
    uint64_t seed;
    int64_t steps_done, steps_planned;
    double learning_rate;  /* of the next step */
    int64_t pixels_a_step; /* that a step learns from */
    int64_t parameters;    /* of the network */
} twofold_training_state;

TWOFOLD_API twofold_status twofold_training_get_state(const twofold_training* training, twofold_training_state* state);
/* One step, of a tenth to a fifth of a second on two cores. `loss` may be NULL; it is the squared error over the
 * strength of the noise, where white is 1, a mean over the patches of the step. TWOFOLD_INVALID_STATE after the last
 * step. */
TWOFOLD_API twofold_status twofold_training_step(twofold_training* training, double* loss);

/* Mean PSNR in dB over rendered scenes that are never trained on. */
typedef struct twofold_training_validation {
    const char* noise; /* what kind: "sigma 25" */
    double psnr_noisy, psnr;
} twofold_training_validation;

enum { TWOFOLD_TRAINING_VALIDATIONS = 5 };
/* Fills an array of TWOFOLD_TRAINING_VALIDATIONS. */
TWOFOLD_API twofold_status twofold_training_validate(twofold_training* training,
                                                     twofold_training_validation* validations);

/* All that it takes to go on later, or elsewhere. `bytes` must be what twofold_training_checkpoint_size says. */
TWOFOLD_API twofold_status twofold_training_checkpoint_size(const twofold_training* training, size_t* bytes);
TWOFOLD_API twofold_status twofold_training_write_checkpoint(const twofold_training* training, void* buffer,
                                                             size_t bytes);
/* The network as it is now, in 12 bits a parameter, for twofold_job_set_weights. */
TWOFOLD_API twofold_status twofold_training_get_weights(const twofold_training* training, twofold_weights** weights);

#ifdef __cplusplus
}
#endif

#endif
