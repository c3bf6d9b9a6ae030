/*
 * What an image tells about its noise, and what a result tells about the denoiser: noise added, measured and compared.
 * Part of twofold.h, by which it is included; errors, threads and ownership are as described there.
 */
#ifndef TWOFOLD_MEASURE_H
#define TWOFOLD_MEASURE_H

#include "twofold/twofold.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --------------------------------------------------------------------------------------- noise and metrics */

typedef enum twofold_noise_kind {
    TWOFOLD_NOISE_GAUSSIAN = 0, /* level: standard deviation on the 0..255 scale; clamped to [0, white] */
    TWOFOLD_NOISE_POISSON = 1   /* level: photons at white; poisson(level * x) / level, not clamped for FLOAT32 */
} twofold_noise_kind;

/* Write a noisy copy of `clean` to `noisy` (same shape; data types may differ; white is 1 for FLOAT32). Alpha is
 * copied. Samples that do not fit the output type are clamped. Pure function of the seed and the pixel's position. */
TWOFOLD_API twofold_status twofold_add_noise(twofold_context* context, const twofold_image* clean,
                                             const twofold_image* noisy, twofold_noise_kind kind, double level,
                                             uint64_t seed);

typedef struct twofold_metrics {
    int32_t channels; /* colour channels compared; alpha is not */
    int32_t reserved;
    double psnr;          /* dB, peak = white; infinity for equal images */
    double ssim;          /* mean structural similarity, Wang et al. 2004: Gaussian window 11x11, sigma 1.5 */
    double largest_error; /* on the scale where white is 1 */
    double channel_psnr[4];
    double channel_ssim[4];
    double channel_largest_error[4];
} twofold_metrics;

/* Compare two images of equal width, height and colour channels, both taken to the scale where white is 1 (255, 65535,
 * 1) and clamped to [0, 1]. SSIM windows are cut at the border, so any size works. */
TWOFOLD_API twofold_status twofold_compare(twofold_context* context, const twofold_image* a, const twofold_image* b,
                                           twofold_metrics* metrics);

/* --------------------------------------------------------------------------------------- noise estimate */

/* The sample that counts as white in an image; `given` as for twofold_job_set_white_level. TWOFOLD_NON_FINITE. */
TWOFOLD_API twofold_status twofold_find_white_level(twofold_context* context, const twofold_image* image, double given,
                                                    double* white);

#define TWOFOLD_BRIGHTNESS_KNOTS 17
#define TWOFOLD_CORRELATION_REACH 4 /* pixels */

/* Standard deviations are on the 0..255 scale of the white level, brightness on the scale where it is 1. */
typedef struct twofold_channel_noise {
    double sigma;      /* standard deviation over the image's own brightnesses */
    double snr;        /* dB: mean square of the channel without its noise over the noise's variance */
    double gain;       /* the line that fits best: variance = gain * (brightness - offset) + (read_noise / 255)^2; */
    double read_noise; /* 1 / gain are the photons at white */
    double offset;     /* brightness that stands for no light, such as a camera's pedestal; 0 where none shows */
    double sigma_by_brightness[TWOFOLD_BRIGHTNESS_KNOTS]; /* at 0, 1/16 ... 1 */
    double smallest, largest;                             /* samples, as they are in the image */
    double black, white; /* shares of the samples, 0..1, at the smallest and the largest where that is a bound: 0 and
                            the greatest of the integer types, or a value that a thousandth of the samples share */
} twofold_channel_noise;

typedef struct twofold_noise {
    int32_t channels;                /* colour channels; alpha is not looked at */
    int32_t bits;                    /* that the steps between samples need; 0: float samples without steps */
    twofold_correlation correlation; /* from pixel to pixel: INDEPENDENT or CORRELATED */
    int32_t reserved;
    double white; /* sample value that counts as white */
    double sigma; /* over all channels */
    double snr;
    double row_noise, column_noise;    /* standard deviation of what each row, or column, has in common */
    int64_t hot_samples, dead_samples; /* that stand out of all eight neighbours, brighter or darker, more than noise
                                          and picture do */
    /* Mean over the channels, [dy + 4][dx + 4], measured where the image is flat; 1 in the middle. */
    double autocorrelation[2 * TWOFOLD_CORRELATION_REACH + 1][2 * TWOFOLD_CORRELATION_REACH + 1];
    twofold_channel_noise channel[4];
} twofold_noise;

/* Measure the noise of an image. `white` as for twofold_job_set_white_level, 0 to find it. Samples that were clipped do
 * not count: the levels are those of the noise before that. The picture itself is told from the noise by being smooth
 * somewhere or alike in red, green and blue; where a grey image is textured all over, the level comes out too high.
 * TWOFOLD_UNSUPPORTED for images of less than 24 pixels a side. */
TWOFOLD_API twofold_status twofold_measure_noise(twofold_context* context, const twofold_image* image, double white,
                                                 twofold_noise* noise);

/* --------------------------------------------------------------------------------------- examination */

/* Why an examination warns: bits of twofold_examination.warnings. */
typedef enum twofold_residual_warning {
    TWOFOLD_RESIDUAL_BIASED = 1,     /* its mean is not zero: brightness or colour has changed */
    TWOFOLD_RESIDUAL_STRUCTURED = 2, /* more than 3 % of the image has lost detail: the residual looks like picture */
    TWOFOLD_RESIDUAL_STRONG = 4,     /* its variance is above 1.25 of the noise's: more than noise was removed */
    TWOFOLD_RESIDUAL_WEAK = 8,       /* its variance is below half of the noise's: noise is left */
    TWOFOLD_RESIDUAL_COARSE = 16     /* it is coarser than the noise, or finer, so that coarse noise is left */
} twofold_residual_warning;

/* What the residual, the noisy image minus the denoised one, is like. Means and standard deviations are on the 0..255
 * scale of the white level. */
typedef struct twofold_examination {
    int32_t channels;      /* colour channels; alpha is not looked at */
    uint32_t warnings;     /* twofold_residual_warning; 0: nothing but noise seems to have been removed */
    double mean[4];        /* of the residual, a channel each; 0 for noise */
    double sigma[4];       /* its standard deviation, samples whose noise is clipped left out, as everywhere below */
    double noise_sigma[4]; /* that of the noise, as twofold_measure_noise finds it at the image's brightnesses */
    double variance_ratio; /* of the residual over the noise: 1 where all noise and nothing else was removed */
    double correlation;    /* of the residual with a neighbour within two pixels, beyond the noise's own: the largest,
                              with its sign; 0 for noise */
    double structured;     /* share of the image, 0..1, where neighbours in it are alike by more than 0.1 of the noise's
                              variance, and more than by chance, over 24x24 pixels: where detail was lost */
} twofold_examination;

/* Tell whether what a denoiser, any denoiser, took away was noise and only noise. The images have the same size and
 * colour channels; their types may differ. `white` as for twofold_job_set_white_level, of the noisy image; `strength`
 * as for twofold_job_set_strength, above 0: the residual is examined as if all of it had been taken away. Into `map`,
 * unless it is NULL, an image of one channel and the same size, goes where detail was lost: 0 for none, white where the
 * structure is as strong as the noise. TWOFOLD_UNSUPPORTED for images of less than 24 pixels a side. */
TWOFOLD_API twofold_status twofold_examine(twofold_context* context, const twofold_image* noisy,
                                           const twofold_image* denoised, double white, double strength,
                                           const twofold_image* map, twofold_examination* examination);

/* How near a result is to the truth, estimated without it. All are PSNR, dB, peak = white, infinity for no error. */
typedef struct twofold_quality {
    double psnr;
    double psnr_low, psnr_high; /* between which the true one is in nine of ten images */
    double noisy_psnr;          /* of the input */
} twofold_quality;

/* Estimate the error of what the last run has put out, by Stein's method: the image, or windows of a large one, is
 * denoised once more with the same weights and a little more noise (progress of phase TWOFOLD_PHASE_APPLY is reported,
 * and may cancel). Input and output must still hold their pixels: TWOFOLD_INVALID_STATE where they are the same memory.
 * Samples whose noise is clipped do not count. The memory budget holds for this, too, and for what commit took.
 * TWOFOLD_UNSUPPORTED unless the method is TWOFOLD_ZSN2N or TWOFOLD_TV, where the noise is correlated or most of it
 * clipped, where nothing was learned, and for images of less than 24 pixels a side. */
TWOFOLD_API twofold_status twofold_job_estimate_quality(twofold_job* job, twofold_quality* quality);

#ifdef __cplusplus
}
#endif

#endif
