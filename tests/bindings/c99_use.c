#include "c99_use.h"

twofold_status c99_set_method(twofold_job* job, int method) {
    return twofold_job_set_method(job, (twofold_method)method);
}

twofold_status c99_set_recipe(twofold_job* job, int recipe) {
    return twofold_job_set_recipe(job, (twofold_recipe)recipe);
}

twofold_status c99_set_input_of_type(twofold_job* job, twofold_image image, int data_type) {
    image.data_type = (twofold_data_type)data_type;
    return twofold_job_set_input(job, &image);
}

twofold_status c99_add_noise(twofold_context* context, const twofold_image* image, int kind) {
    return twofold_add_noise(context, image, image, (twofold_noise_kind)kind, 10.0, 1);
}

const char* c99_status_name(int status) { return twofold_status_name((twofold_status)status); }

const char* c99_query_string(int query) { return twofold_query_string((twofold_query)query); }

static int answer = 0;

void c99_set_answer(int action) { answer = action; }

twofold_progress_action c99_answer(const twofold_progress* progress, void* user) {
    (void)progress;
    (void)user;
    return (twofold_progress_action)answer;
}

int c99_denoise(unsigned char* rgb, int width, int height) {
    twofold_context* context = NULL;
    twofold_job* job = NULL;
    twofold_image image = {0};
    int failed = 0;
    image.data = rgb;
    image.width = width;
    image.height = height;
    image.channels = 3;
    image.data_type = TWOFOLD_UINT8;
    image.channel_stride = 1;
    image.pixel_stride = 3;
    image.row_stride = (ptrdiff_t)3 * width;
    if (twofold_context_create(&context) != TWOFOLD_OK) return 1;
    if (twofold_job_create(context, &job) != TWOFOLD_OK) {
        failed = 2;
    } else if (twofold_job_set_input(job, &image) != TWOFOLD_OK) {
        failed = 3;
    } else if (twofold_job_set_output(job, &image) != TWOFOLD_OK) {
        failed = 4;
    } else if (twofold_job_set_steps(job, 3) != TWOFOLD_OK) {
        failed = 5;
    } else if (twofold_job_commit(job) != TWOFOLD_OK) {
        failed = 6;
    } else if (twofold_job_run(job) != TWOFOLD_OK) {
        failed = 7;
    }
    twofold_job_destroy(job);
    twofold_context_destroy(context);
    return failed;
}
