/*
 * twofold: denoise one image with a small network trained on that image alone.
 *
 * C99 interface. The order of calls is always the same:
 *
 *     twofold_context_create -> twofold_job_create -> twofold_job_set_... -> twofold_job_commit -> twofold_job_run
 *
 * `commit` checks every setting and plans all memory within the budget; `run` trains, applies and allocates nothing.
 * No function prints, exits, aborts or throws. Each returns a status; the sentence that explains it is kept in the
 * context (twofold_context_message).
 *
 * Thread safety: a context and everything made from it must be used by one thread at a time. Different contexts are
 * independent. A job's own threads are an internal matter; the progress callback is called on the thread that called
 * twofold_job_run.
 *
 * Ownership: image buffers belong to the caller and must stay valid from `set` until the last `run`. Handles are
 * released with their destroy function; destroying NULL is allowed. A context must outlive its jobs and weights.
 */
#ifndef TWOFOLD_TWOFOLD_H
#define TWOFOLD_TWOFOLD_H

#include <stddef.h>
#include <stdint.h>

#if defined(TWOFOLD_STATIC)
#define TWOFOLD_API
#elif defined(_WIN32)
#if defined(TWOFOLD_BUILDING)
#define TWOFOLD_API __declspec(dllexport)
#else
#define TWOFOLD_API __declspec(dllimport)
#endif
#else
#define TWOFOLD_API __attribute__((visibility("default")))
#endif

#define TWOFOLD_VERSION_MAJOR 0
#define TWOFOLD_VERSION_MINOR 1
#define TWOFOLD_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ status */

typedef enum twofold_status {
    TWOFOLD_OK = 0,
    TWOFOLD_INVALID_ARGUMENT = 1, /* a value is out of its range, a pointer is NULL */
    TWOFOLD_INVALID_STATE = 2,    /* calls in the wrong order: run before commit, result before run */
    TWOFOLD_UNSUPPORTED = 3,      /* valid, but this build or method cannot do it: image too small, unknown kernel */
    TWOFOLD_NON_FINITE = 4,       /* the input holds NaN or infinity, see twofold_fill_non_finite */
    TWOFOLD_OUT_OF_MEMORY = 5,    /* the system refused the memory */
    TWOFOLD_OVER_BUDGET = 6,      /* the job needs more than the memory budget */
    TWOFOLD_CANCELLED = 7,        /* the progress callback asked for it; the output must not be used */
    TWOFOLD_CORRUPT_DATA = 8,     /* stored weights are damaged or of another version */
    TWOFOLD_INTERNAL = 9          /* a defect of the library */
} twofold_status;

/* A short name such as "out of memory". Never NULL. */
TWOFOLD_API const char* twofold_status_name(twofold_status status);

/* ----------------------------------------------------------------------------------- version, capabilities */

/* (major << 16) | (minor << 8) | patch of the library in use. */
TWOFOLD_API uint32_t twofold_version(void);
/* "0.1.0". */
TWOFOLD_API const char* twofold_version_string(void);

typedef enum twofold_query {
    TWOFOLD_QUERY_CPU = 0,             /* the processor's name */
    TWOFOLD_QUERY_ISA = 1,             /* instruction set that the library's own kernels use here, e.g. "AVX3" */
    TWOFOLD_QUERY_ONEDNN_VERSION = 2,  /* "2.6.3", or "none" in a build without oneDNN */
    TWOFOLD_QUERY_IMPLEMENTATIONS = 3, /* kernel implementations in this build, best first: "simd direct onednn ref" */
    TWOFOLD_QUERY_METHODS = 4,         /* of denoising: "zsn2n tv dip two-stage prior" */
    TWOFOLD_QUERY_THREADING = 5        /* "OpenMP" or "std::thread" */
} twofold_query;

/* A text that stays valid for the life of the process, or NULL for an unknown query. */
TWOFOLD_API const char* twofold_query_string(twofold_query query);
/* Number of threads a job uses unless told otherwise: the processors that this process may run on, without the slow
   ones of big.LITTLE, and no more than the control group's quota (a container's) gives time for. */
TWOFOLD_API int32_t twofold_default_threads(void);

/* ----------------------------------------------------------------------------------------------- context */

typedef struct twofold_context twofold_context;

TWOFOLD_API twofold_status twofold_context_create(twofold_context** context);
TWOFOLD_API void twofold_context_destroy(twofold_context* context);
/* One sentence about the last call on this context, its jobs and weights that failed; "" if none did. Never NULL.
 * Valid until the next call on the same context. */
TWOFOLD_API const char* twofold_context_message(const twofold_context* context);

/* ------------------------------------------------------------------------------------------------- images */

typedef enum twofold_data_type {
    TWOFOLD_UINT8 = 0,  /* 0..255 */
    TWOFOLD_UINT16 = 1, /* 0..65535, native byte order */
    TWOFOLD_FLOAT32 = 2 /* any finite value; see twofold_job_set_white_level */
} twofold_data_type;

/* A view of pixels that the caller owns. Strides are in bytes and may be anything, also negative, so that
 * interleaved, planar and cropped buffers all work. Sample (x, y, c) lies at
 * data + y * row_stride + x * pixel_stride + c * channel_stride. */
typedef struct twofold_image {
    void* data;
    int64_t width;
    int64_t height;
    int32_t channels;  /* 1..4, alpha included */
    int32_t has_alpha; /* not 0: the last channel is alpha; it is copied to the output untouched */
    twofold_data_type data_type;
    int32_t reserved; /* 0 */
    ptrdiff_t pixel_stride;
    ptrdiff_t row_stride;
    ptrdiff_t channel_stride;
} twofold_image;

/* ------------------------------------------------------------------------------------------------ weights */

/* The trained network of one image: what it takes to apply the same denoiser to another image of the same noise. */
typedef struct twofold_weights twofold_weights;

TWOFOLD_API void twofold_weights_destroy(twofold_weights* weights);
/* Size in bytes of the stored form, which is the same on every machine (little endian, with a checksum). */
TWOFOLD_API twofold_status twofold_weights_size(const twofold_weights* weights, size_t* size);
/* Write the stored form into `buffer` of `size` bytes; `size` must be what twofold_weights_size says. */
TWOFOLD_API twofold_status twofold_weights_write(const twofold_weights* weights, void* buffer, size_t size);
/* Read the stored form. Nothing in it is trusted: damaged data give TWOFOLD_CORRUPT_DATA. */
TWOFOLD_API twofold_status twofold_weights_read(twofold_context* context, const void* buffer, size_t size,
                                                twofold_weights** weights);
/* Colour channels (without alpha) that the network takes, and its number of parameters. */
TWOFOLD_API twofold_status twofold_weights_info(const twofold_weights* weights, int32_t* channels, int64_t* parameters);

/* --------------------------------------------------------------------------------------------------- jobs */

typedef struct twofold_job twofold_job;

/* A job denoises, unless it has a mask (then it fills in) or a factor above 1 (then it enlarges). Filling in takes
 * TWOFOLD_DIP; enlarging takes TWOFOLD_DIP, TWOFOLD_TV, TWOFOLD_BICUBIC and TWOFOLD_LANCZOS. */
typedef enum twofold_method {
    TWOFOLD_ZSN2N = 0,     /* Zero-Shot Noise2Noise, Mansour & Heckel, CVPR 2023, arXiv 2303.11253 */
    TWOFOLD_TV = 1,        /* total variation, Rudin, Osher, Fatemi, Physica D 1992; solved to a duality gap */
    TWOFOLD_DIP = 2,       /* Deep Image Prior, Ulyanov, Vedaldi, Lempitsky, CVPR 2018, arXiv 1711.10925 */
    TWOFOLD_TWO_STAGE = 3, /* "It Takes Two to Better Denoise": DIP with total variation, then without */
    TWOFOLD_BICUBIC = 4,   /* interpolation by Keys' cubic, a = -1/2 */
    TWOFOLD_LANCZOS = 5,   /* interpolation with a Lanczos-3 window */
    TWOFOLD_PRIOR = 6      /* a network that was trained on rendered scenes beforehand; see training.h */
} twofold_method;

typedef enum twofold_recipe {
    TWOFOLD_RECIPE_FAST = 0, /* the default */
    TWOFOLD_RECIPE_BEST = 1, /* more steps or a larger network; ZS-N2N: self-ensemble of large images, too; PRIOR:
                              * self-ensemble and, for images of three colour channels whose noise is independent from
                              * pixel to pixel, the mean with what ZS-N2N learns from the image */
    TWOFOLD_RECIPE_PAPER = 2 /* the published settings on the whole image; its cost grows with the image */
} twofold_recipe;

/* How the noise of neighbouring pixels is related. */
typedef enum twofold_refinement {
    TWOFOLD_REFINEMENT_AUTO = 0, /* with the recipes FAST and BEST */
    TWOFOLD_REFINEMENT_OFF = 1,
    TWOFOLD_REFINEMENT_ON = 2
} twofold_refinement;

typedef enum twofold_correlation {
    TWOFOLD_CORRELATION_AUTO = 0,        /* measured in the image */
    TWOFOLD_CORRELATION_INDEPENDENT = 1, /* not at all, as on a sensor */
    TWOFOLD_CORRELATION_CORRELATED = 2   /* they are alike, as in what cameras write */
} twofold_correlation;

/* What Deep Image Prior is to remove. */
typedef enum twofold_defect {
    TWOFOLD_DEFECT_NOISE = 0,           /* independent from pixel to pixel */
    TWOFOLD_DEFECT_JPEG = 1,            /* blocks and ringing of a strong compression */
    TWOFOLD_DEFECT_CORRELATED_NOISE = 2 /* alike in neighbouring pixels, as in what cameras write */
} twofold_defect;

/* What is missing where the mask is black: decides the network. */
typedef enum twofold_missing {
    TWOFOLD_MISSING_TEXT = 0,  /* thin strokes */
    TWOFOLD_MISSING_HOLE = 1,  /* large regions */
    TWOFOLD_MISSING_RANDOM = 2 /* single pixels */
} twofold_missing;

/* sum |dx| + |dy|, or sum sqrt(dx^2 + dy^2). */
typedef enum twofold_total_variation { TWOFOLD_TV_ANISOTROPIC = 0, TWOFOLD_TV_ISOTROPIC = 1 } twofold_total_variation;

/* What the second stage of TWOFOLD_TWO_STAGE fits. */
typedef enum twofold_detail {
    TWOFOLD_DETAIL_NOISY = 0,  /* the noisy image */
    TWOFOLD_DETAIL_STAGE1 = 1, /* the result of the first stage */
    TWOFOLD_DETAIL_BLEND = 2   /* their mean */
} twofold_detail;

/* When TWOFOLD_DIP and TWOFOLD_TWO_STAGE stop before their last step. */
typedef enum twofold_stop_rule {
    TWOFOLD_STOP_RULE_AUTO = 0,     /* NONE for the recipe PAPER, else VARIANCE */
    TWOFOLD_STOP_RULE_NONE = 1,     /* all steps are done */
    TWOFOLD_STOP_RULE_VARIANCE = 2, /* when the variance of the last outputs has not fallen for long (ES-WMV, arXiv
                                       2112.06074); the result is the one at its lowest */
    TWOFOLD_STOP_RULE_NOISE = 3     /* when the output is as far from the image as the noise is strong; not for
                                       filling in and enlarging, nor for a second stage that fits another image */
} twofold_stop_rule;

typedef enum twofold_phase {
    TWOFOLD_PHASE_TRAIN = 0, /* steps of training */
    TWOFOLD_PHASE_APPLY = 1  /* the final pass over the image */
} twofold_phase;

typedef struct twofold_progress {
    twofold_phase phase;
    int32_t reserved;
    int64_t done;           /* steps done in TRAIN, tiles done in APPLY */
    int64_t total;          /* of how many */
    double loss;            /* mean training loss of the last steps; 0 in APPLY */
    double seconds_elapsed; /* since run began */
    double seconds_left;    /* estimate over both phases */
} twofold_progress;

typedef enum twofold_progress_action {
    TWOFOLD_CONTINUE = 0,
    TWOFOLD_FINISH = 1, /* stop training now and deliver what has been learned so far, with TWOFOLD_ZSN2N nothing
                           before the 30th step; no effect in APPLY */
    TWOFOLD_CANCEL = 2  /* stop at once; run returns TWOFOLD_CANCELLED and the output must not be used */
} twofold_progress_action;

typedef twofold_progress_action (*twofold_progress_callback)(const twofold_progress* progress, void* user);

TWOFOLD_API twofold_status twofold_job_create(twofold_context* context, twofold_job** job);
TWOFOLD_API void twofold_job_destroy(twofold_job* job);

/* Setters only store: commit does the checking that needs more than one value. Setting anything after a commit means
 * that the job must be committed again before the next run. */

/* Required. The view is copied, the pixels are not. */
TWOFOLD_API twofold_status twofold_job_set_input(twofold_job* job, const twofold_image* image);
/* Required. Same channels and alpha as the input, and the same width and height times the factor; the data type may
 * differ. It may be the same memory as the input only if the two views are identical in every field (denoising in
 * place). */
TWOFOLD_API twofold_status twofold_job_set_output(twofold_job* job, const twofold_image* image);
/* Default TWOFOLD_ZSN2N. */
TWOFOLD_API twofold_status twofold_job_set_method(twofold_job* job, twofold_method method);
/* Default TWOFOLD_RECIPE_FAST. */
TWOFOLD_API twofold_status twofold_job_set_recipe(twofold_job* job, twofold_recipe recipe);
/* Number of training steps (TWOFOLD_TV: of rounds of the solver, at most, once the weight is chosen), 1..1000000; 0
 * (the default) lets the recipe decide. */
TWOFOLD_API twofold_status twofold_job_set_steps(twofold_job* job, int64_t steps);
/* Seed of every random choice; default 0. Same input, seed, settings, version and instruction set give the same bits
 * for any number of threads; under a memory budget that leaves no room for the usual tiles, the same but for rounding
 * (2e-6 of white before the refinement). */
TWOFOLD_API twofold_status twofold_job_set_seed(twofold_job* job, uint64_t seed);
/* Threads, 1..1024; 0 (the default) means twofold_default_threads(). */
TWOFOLD_API twofold_status twofold_job_set_threads(twofold_job* job, int32_t threads);
/* Upper bound in bytes for what commit may take; image buffers are the caller's and do not count. 0 (the default)
 * means no bound but the machine's free memory. A bound that has no room for them leaves out the refinement, what is
 * done at half the size by ZS-N2N and the prior, the network that the recipe BEST of TWOFOLD_PRIOR trains, and the
 * levelling of lines; nothing else that is accepted changes the result by more than rounding. */
TWOFOLD_API twofold_status twofold_job_set_memory_budget(twofold_job* job, uint64_t bytes);
/* Seconds that run may take, > 0; training stops early enough to finish the final pass. 0 (the default): no limit.
 * The ensemble of the final pass is given up, also that of given weights, where it does not fit (see `ensemble` in the
 * report). The final pass itself is always completed, even if it alone takes longer. If fewer than 30 steps of
 * TWOFOLD_ZSN2N fit, the output is the input. */
TWOFOLD_API twofold_status twofold_job_set_deadline(twofold_job* job, double seconds);
/* The sample value that corresponds to white, > 0; not for UINT8, where it is 255. 0 (the default): what
 * twofold_find_white_level finds. For UINT16 that is the largest number of the bits in use, at least four (4095 for
 * samples up to 2048 ... 4095), so that cameras of 10, 12 or 14 bits are seen as they are; output of the same type is
 * on the same scale, and for other types 65535 stands for full scale. For FLOAT32 it is 1 when the largest absolute
 * sample lies in [0.1, 8], else that largest absolute sample. Hot pixels do not count as the largest: the brightest
 * thousandth of the samples, where they lie more than four times above all others. Where there are some, the network
 * sees them clipped to four times the largest of the others. Float output is on the same scale as float input and is
 * not clamped: a hot pixel stays in it. Deep Image Prior knows 0 to white only: what it puts out lies between, and what
 * lies beyond in the input is cut off. */
TWOFOLD_API twofold_status twofold_job_set_white_level(twofold_job* job, double white);
/* Apply these weights instead of training (TWOFOLD_ZSN2N), or instead of those in the library (TWOFOLD_PRIOR and
 * TWOFOLD_START_PRIOR, where weights for three channels fit grey images as well); NULL takes that back. The job keeps
 * its own copy. */
TWOFOLD_API twofold_status twofold_job_set_weights(twofold_job* job, const twofold_weights* weights);
/* Of the networks that were trained on rendered scenes: 32 or 64 channels wide. The small one is a quarter of the
 * work and for boards and large images. START is the network of ZS-N2N's recipe FAST, too near-sighted to be applied
 * as it is, and what TWOFOLD_ZSN2N begins with. */
typedef enum twofold_prior_size {
    TWOFOLD_PRIOR_SMALL = 0,
    TWOFOLD_PRIOR_LARGE = 1,
    TWOFOLD_PRIOR_START = 2
} twofold_prior_size;
/* Which of those in the library TWOFOLD_PRIOR applies, or TWOFOLD_DIP begins with: LARGE, the default, or SMALL. Of no
 * effect where the job has weights of its own. */
TWOFOLD_API twofold_status twofold_job_set_prior_size(twofold_job* job, twofold_prior_size size);
typedef enum twofold_start { TWOFOLD_START_RANDOM = 0, TWOFOLD_START_PRIOR = 1 } twofold_start;
/* What the training of TWOFOLD_ZSN2N begins with: random weights, or weights that were trained on rendered scenes like
 * those of TWOFOLD_PRIOR, which then takes half the steps. Denoising by TWOFOLD_DIP begins with the result of
 * TWOFOLD_PRIOR itself, and takes a sixth of the steps. PRIOR is for the recipe FAST, independent noise
 * (TWOFOLD_DEFECT_NOISE) and images of one or three colour channels, others are TWOFOLD_UNSUPPORTED. Where the noise is
 * correlated the network of TWOFOLD_ZSN2N is another one, and begins at random all the same, as TWOFOLD_DIP does where
 * the noise cannot be measured: the report says. */
TWOFOLD_API twofold_status twofold_job_set_start(twofold_job* job, twofold_start start);
/* Not 0: TWOFOLD_PRIOR goes on training its weights on the image, and keeps the outcome if that does better on a part
 * of the image which it was not trained on. Default 0. For images of at least 64 pixels a side, others are left to the
 * weights as they are. */
TWOFOLD_API twofold_status twofold_job_set_adapt(twofold_job* job, int32_t adapt);
/* Whether the result of TWOFOLD_ZSN2N, TWOFOLD_PRIOR, TWOFOLD_DIP or TWOFOLD_TWO_STAGE guides a filter over
 * the noisy image, whose result is then the job's: patches that are alike are estimated together. Independent noise in
 * colour: nonlocal Bayes (Lebrun et al., SIAM J. Imaging Sciences 2013), two to four rounds; else the second step of
 * BM3D (Dabov et al., IEEE TIP 2007).
 * Where neighbouring pixels share the noise, as in the files of cameras, it takes away stains of colour, too, and makes
 * good that noise before a tone curve has darkened the image. AUTO, the default: yes, but for the recipe PAPER. Never
 * done where the noise cannot be measured, for images of less than 16 pixels a side, where it takes more than a third
 * of the deadline or more memory than the budget has left (the report says), and for TWOFOLD_DEFECT_JPEG, where commit
 * refuses ON. */
TWOFOLD_API twofold_status twofold_job_set_refinement(twofold_job* job, twofold_refinement refinement);
typedef enum twofold_lines {
    TWOFOLD_LINES_AUTO = 0, /* levelled where they stand out, but for the recipe PAPER and TWOFOLD_DEFECT_JPEG */
    TWOFOLD_LINES_KEEP = 1
} twofold_lines;
/* Rows and columns that the readout of a sensor has made brighter or darker as a whole. AUTO, the default: where their
 * offsets have a standard deviation of at least 1.5/255 of white and 0.15 of the other noise, they are measured and
 * taken from a copy of the input before anything else is done; that counts in the budget, and is left out where it does
 * not fit. The report says how strong they were. For denoising only. */
TWOFOLD_API twofold_status twofold_job_set_lines(twofold_job* job, twofold_lines lines);
/* What TWOFOLD_ZSN2N and TWOFOLD_PRIOR take the noise for; default TWOFOLD_CORRELATION_AUTO. With the recipe PAPER, and
 * where weights of another image are given, the noise is not measured, and commit refuses
 * TWOFOLD_CORRELATION_CORRELATED; so it does for images of less than 24 pixels a side. */
TWOFOLD_API twofold_status twofold_job_set_correlation(twofold_job* job, twofold_correlation correlation);
/* What share of the noise that denoising has found is taken away, 0..1; default 1. Commit refuses any other for filling
 * in and enlarging. */
TWOFOLD_API twofold_status twofold_job_set_strength(twofold_job* job, double strength);
/* What TWOFOLD_DIP is to remove; default TWOFOLD_DEFECT_NOISE. */
TWOFOLD_API twofold_status twofold_job_set_defect(twofold_job* job, twofold_defect defect);
/* An image of one channel, alpha aside, and the input's size: half of white or more where pixels are known. The others
 * are filled in, those that are known stay as they are. White is 1 for FLOAT32. Commit refuses a mask of another size,
 * one that is white or black everywhere, and one that shares memory with the output. NULL: nothing is missing. */
TWOFOLD_API twofold_status twofold_job_set_mask(twofold_job* job, const twofold_image* mask);
/* Default TWOFOLD_MISSING_TEXT. */
TWOFOLD_API twofold_status twofold_job_set_missing(twofold_job* job, twofold_missing missing);
/* Enlarge by 2, 3, 4 or 8; 1 (the default): do not. */
TWOFOLD_API twofold_status twofold_job_set_factor(twofold_job* job, int32_t factor);
/* Default: isotropic for TWOFOLD_TV, anisotropic for TWOFOLD_TWO_STAGE. */
TWOFOLD_API twofold_status twofold_job_set_total_variation(twofold_job* job, twofold_total_variation kind);
/* Weight of the total variation in 1/2 |u - y|^2 + lambda TV(u), white being 1, and in factor^2 / 2 |d(u) - y|^2 +
 * lambda TV(u) for enlarging, where d reduces; at most 1e6. 0 (the default): for denoising chosen so that the
 * residual's variance follows that of the noise, which is measured; for enlarging 0.002. */
TWOFOLD_API twofold_status twofold_job_set_lambda(twofold_job* job, double lambda);
/* Default TWOFOLD_DETAIL_NOISY. */
TWOFOLD_API twofold_status twofold_job_set_detail(twofold_job* job, twofold_detail detail);
/* Default TWOFOLD_STOP_RULE_AUTO. */
TWOFOLD_API twofold_status twofold_job_set_stop_rule(twofold_job* job, twofold_stop_rule rule);
/* Kernels to use: "auto" (the default); "simd", our own; "direct", our own without Winograd's algorithm, which rounds
 * less and takes up to three times as long; "onednn" (not for Deep Image Prior); or "ref". Total variation and
 * interpolation have one implementation and take no notice. */
TWOFOLD_API twofold_status twofold_job_set_implementation(twofold_job* job, const char* name);
/* Called now and then during run, at least about ten times a second and once at the end of each phase; NULL for
 * none. The callback must not call back into this job or its context. */
TWOFOLD_API twofold_status twofold_job_set_progress(twofold_job* job, twofold_progress_callback callback, void* user);

/* The state of a fit, for curves and pictures of it. */
typedef struct twofold_trace_point {
    int64_t step; /* from 0 */
    double loss;
    const twofold_image* output;  /* of this step; FLOAT32, white is 1, without alpha; valid during the call */
    const twofold_image* average; /* running average of the outputs; NULL where a method keeps none */
} twofold_trace_point;

typedef void (*twofold_trace_callback)(const twofold_trace_point* point, void* user);

/* Called during run at steps 0, `every`, 2 * `every` ..., on the thread that called run; NULL or 0 for none. Must not
 * call back into this job; other contexts are free. Methods without steps make no trace. */
TWOFOLD_API twofold_status twofold_job_set_trace(twofold_job* job, int64_t every, twofold_trace_callback callback,
                                                 void* user);

/* Check every setting, scan the input for non-finite values and plan and take all memory. */
TWOFOLD_API twofold_status twofold_job_commit(twofold_job* job);
/* Train and apply. May be called again on the same commit, with the same pixels: the noise is measured and samples are
 * checked at commit, so new pixels want a new commit. Allocates nothing, except that oneDNN's kernels keep small
 * objects of their own on the heap. */
TWOFOLD_API twofold_status twofold_job_run(twofold_job* job);

typedef enum twofold_stop_reason {
    TWOFOLD_STOP_STEPS = 0,     /* all steps were done */
    TWOFOLD_STOP_DEADLINE = 1,  /* time was up */
    TWOFOLD_STOP_CALLBACK = 2,  /* the progress callback asked to finish or to cancel */
    TWOFOLD_STOP_WEIGHTS = 3,   /* nothing to train: weights were given */
    TWOFOLD_STOP_CONVERGED = 4, /* the solution is as exact as was asked for */
    TWOFOLD_STOP_VARIANCE = 5,  /* TWOFOLD_STOP_RULE_VARIANCE */
    TWOFOLD_STOP_NOISE = 6      /* TWOFOLD_STOP_RULE_NOISE */
} twofold_stop_reason;

typedef struct twofold_report {
    int64_t steps_planned; /* of the network for the whole image; ZS-N2N may train one for half the size after it.
                              TWOFOLD_PRIOR: of adapting or else, with TWOFOLD_RECIPE_BEST, of the network beside it */
    int64_t steps_done;
    int64_t best_step; /* TWOFOLD_STOP_RULE_VARIANCE: the step, counted from 0, whose output is the result; 0 where the
                          result is that of the last step */
    double seconds_total;
    double seconds_train;
    double seconds_apply;
    double seconds_per_step; /* mean over all steps of training, a second network's included */
    double loss;             /* mean over the last steps */
    double noise_sigma;      /* estimated standard deviation of the noise on the 0..255 scale of the white level */
    double lambda;           /* weight of the total variation that was used last; 0 where there is none */
    double gap;              /* duality gap that was reached, relative to the objective; 0 where there is none */
    twofold_stop_reason stop_reason;
    int32_t threads;
    int64_t parameters;              /* of the network */
    int32_t depth;                   /* 3x3 convolutions in the network; halvings in that of Deep Image Prior */
    int32_t ensemble;                /* passes whose mean is the result: 1, 2, or 8 for all flips and rotations */
    uint64_t memory_bytes;           /* planned at commit, image buffers excluded */
    char implementation[32];         /* kernels used: "simd", "direct", "onednn" or "ref" */
    twofold_correlation correlation; /* what the noise was taken for; AUTO where that made no difference */
    int32_t adapted;                 /* 1 where twofold_job_set_adapt has changed the weights for the better, else 0 */
    int32_t refinements;             /* rounds of the filter of twofold_job_set_refinement */
    int32_t started;                 /* 1 where the training began as TWOFOLD_START_PRIOR says, else 0 */
    double row_noise;                /* standard deviation of the rows' offsets that were taken away, on the 0..255 */
    double column_noise;             /* scale; and of the columns'. 0: they did not stand out */
} twofold_report;

/* What commit planned and, after a run, what it did. Valid after a commit. */
TWOFOLD_API twofold_status twofold_job_get_report(const twofold_job* job, twofold_report* report);
/* A copy of the trained (or given) weights; after a successful run of TWOFOLD_ZSN2N or TWOFOLD_PRIOR, of which they are
 * those of the prior alone with any recipe. TWOFOLD_INVALID_STATE also where fewer than 30 steps fitted into the
 * deadline. */
TWOFOLD_API twofold_status twofold_job_get_weights(const twofold_job* job, twofold_weights** weights);

/* Give every colour sample of an image that is NaN or infinite the value of a finite one near by, of the same channel
 * and drawn at random, so that it is as noisy as they are; jobs refuse images with such samples. In place. Into `mask`,
 * unless it is NULL, an image of one channel and the same size, goes white where a pixel had one, and black elsewhere.
 * `count`, unless it is NULL: how many samples there were. TWOFOLD_NON_FINITE, with nothing changed, where a channel
 * has no finite sample. */
TWOFOLD_API twofold_status twofold_fill_non_finite(twofold_context* context, const twofold_image* image,
                                                   const twofold_image* mask, int64_t* count);

/* ---------------------------------------------------------------------------------------------- benchmark */

typedef struct twofold_benchmark_row {
    const char* name;           /* "peak", "conv2d 48->48 forward", "training step, fast", "nonlocal Bayes" ... */
    const char* implementation; /* "simd", "direct", "onednn", "ref", or "" */
    const char* shape;          /* what was run, in words */
    int32_t threads;
    int32_t reserved;
    double seconds;       /* per call, median */
    double gflops;        /* 1e9 floating point operations a second, multiply and add counted as two */
    double share_of_peak; /* of the peak measured in the same call with the same threads; above 1 where Winograd's
                           * algorithm multiplies less often than is counted, that of a direct convolution */
} twofold_benchmark_row;

typedef void (*twofold_benchmark_callback)(const twofold_benchmark_row* row, void* user);

/* Measure the machine's float32 peak, every kernel in every implementation, the training step, the final pass
 * and the filters of the refinement; one callback per row. Threads 0 means the default. `seconds` (> 0) is the time
 * spent per row. */
TWOFOLD_API twofold_status twofold_benchmark(twofold_context* context, int32_t threads, double seconds,
                                             twofold_benchmark_callback callback, void* user);

#ifdef __cplusplus
}
#endif

#include "twofold/measure.h"

#endif
