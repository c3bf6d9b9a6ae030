/* The interface from C99: calls with numbers that are no enumerators, and one job from start to end. */
#ifndef TWOFOLD_TESTS_BINDINGS_C99_USE_H
#define TWOFOLD_TESTS_BINDINGS_C99_USE_H

#include "twofold/twofold.h"

#ifdef __cplusplus
extern "C" {
#endif

twofold_status c99_set_method(twofold_job* job, int method);
twofold_status c99_set_recipe(twofold_job* job, int recipe);
twofold_status c99_set_input_of_type(twofold_job* job, twofold_image image, int data_type);
twofold_status c99_add_noise(twofold_context* context, const twofold_image* image, int kind);
const char* c99_status_name(int status);
const char* c99_query_string(int query);
/* Answers a progress call with any number. */
void c99_set_answer(int action);
twofold_progress_action c99_answer(const twofold_progress* progress, void* user);
/* Denoise 8-bit RGB in place; 0 if every call succeeded, else the number of the call that failed. */
int c99_denoise(unsigned char* rgb, int width, int height);

#ifdef __cplusplus
}
#endif

#endif
