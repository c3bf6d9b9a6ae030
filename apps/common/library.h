// The C interface with handles that release themselves and failures that throw.
#ifndef TWOFOLD_APPS_COMMON_LIBRARY_H
#define TWOFOLD_APPS_COMMON_LIBRARY_H

#include <memory>
#include <string>
#include <vector>

#include "platform/image_io/image_io.h"
#include "twofold/twofold.h"

namespace twofold::apps {

template <typename Handle, void (*destroy)(Handle*)>
struct Destroy {
    void operator()(Handle* handle) const { destroy(handle); }
};
using Context = std::unique_ptr<twofold_context, Destroy<twofold_context, twofold_context_destroy>>;
using Job = std::unique_ptr<twofold_job, Destroy<twofold_job, twofold_job_destroy>>;
using Weights = std::unique_ptr<twofold_weights, Destroy<twofold_weights, twofold_weights_destroy>>;

// Throws a Failure with the context's message, or the status' name if there is none.
void check(twofold_status status, const twofold_context* context);

Context create_context();
Job create_job(const Context& context);
// Weights in their stored form. Throws Failure, which names the file, where it cannot be read or holds none.
std::vector<std::uint8_t> load_weights_file(const std::string& path);
// Gives the job weights in their stored form; none if that is empty.
void set_weights(const Context& context, const Job& job, const std::vector<std::uint8_t>& stored);
// The stored form of weights, and of what a job has trained.
std::vector<std::uint8_t> stored_weights(const Context& context, const Weights& weights);
std::vector<std::uint8_t> stored_weights(const Context& context, const Job& job);

// "correlated" or "independent".
const char* name_of(twofold_correlation correlation);
// "red" and so on, or "grey" where there is one colour channel.
const char* channel_name(int channels, int channel);

// The image's own pixels; valid as long as the image is.
twofold_image view_of(const image_io::Image& image);
// The middle of a view: at most `size` by `size` pixels, 0 for all of it.
twofold_image centre_crop(const twofold_image& view, std::int64_t size);
// The shape of a view that is enlarged, without pixels.
twofold_image enlarged(twofold_image view, int factor);
// An image of the same shape with pixels of 0. Throws a Failure when the machine has not enough memory left for it.
image_io::Image empty_like(const twofold_image& view, image_io::SampleType type);
// The same of one channel of 8 bits.
image_io::Image empty_map(twofold_image view);

}  // namespace twofold::apps

#endif
