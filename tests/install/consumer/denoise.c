/* Denoise a small picture through the C interface and see that it got better. An argument is the number of steps, 200
   without it; a few, for an emulator, show only that everything can be called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <twofold/twofold.h>

enum { kWidth = 64, kHeight = 48, kChannels = 3, kSamples = kWidth * kHeight * kChannels };

static twofold_image view(float* samples) {
    twofold_image image;
    memset(&image, 0, sizeof image);
    image.data = samples;
    image.width = kWidth;
    image.height = kHeight;
    image.channels = kChannels;
    image.data_type = TWOFOLD_FLOAT32;
    image.channel_stride = (ptrdiff_t)sizeof(float);
    image.pixel_stride = kChannels * image.channel_stride;
    image.row_stride = kWidth * image.pixel_stride;
    return image;
}

static void need(twofold_context* context, twofold_status status, const char* what) {
    if (status != TWOFOLD_OK) {
        fprintf(stderr, "%s: %s: %s\n", what, twofold_status_name(status), twofold_context_message(context));
        exit(1);
    }
}

int main(int argc, char** argv) {
    const int steps = argc > 1 ? atoi(argv[1]) : 200;
    static float clean[kSamples], noisy[kSamples], result[kSamples];
    twofold_image clean_view = view(clean), noisy_view = view(noisy), result_view = view(result);
    twofold_context* context = NULL;
    twofold_job* job = NULL;
    twofold_metrics before, after;
    twofold_report report;
    int i;

    if (twofold_version() >> 16 != TWOFOLD_VERSION_MAJOR) return 1;
    for (i = 0; i < kSamples; ++i) {
        const int x = i / kChannels % kWidth, y = i / kChannels / kWidth;
        clean[i] = 0.25f + 0.5f * (float)x / kWidth + ((x / 16 + y / 16) % 2 ? 0.15f : 0.0f);
    }
    if (twofold_context_create(&context) != TWOFOLD_OK) return 1;
    need(context, twofold_add_noise(context, &clean_view, &noisy_view, TWOFOLD_NOISE_GAUSSIAN, 25, 1), "add noise");

    need(context, twofold_job_create(context, &job), "create");
    need(context, twofold_job_set_input(job, &noisy_view), "set input");
    need(context, twofold_job_set_output(job, &result_view), "set output");
    need(context, twofold_job_set_steps(job, steps), "set steps");
    need(context, twofold_job_commit(job), "commit");
    need(context, twofold_job_run(job), "run");
    need(context, twofold_job_get_report(job, &report), "report");
    need(context, twofold_compare(context, &clean_view, &noisy_view, &before), "compare");
    need(context, twofold_compare(context, &clean_view, &result_view, &after), "compare");
    twofold_job_destroy(job);
    twofold_context_destroy(context);

    printf("%.2f dB -> %.2f dB in %lld steps\n", before.psnr, after.psnr, (long long)report.steps_done);
    return report.steps_done == steps && (steps < 200 || after.psnr > before.psnr + 2) ? 0 : 1;
}
