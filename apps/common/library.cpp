#include "apps/common/library.h"

#include <algorithm>

#include "apps/common/failure.h"
#include "apps/common/inputs.h"
#include "platform/memory_info.h"

namespace twofold::apps {
namespace {

ExitCode code_of(twofold_status status) {
    switch (status) {
        case TWOFOLD_OK:
            return ExitCode::kOk;
        case TWOFOLD_INVALID_ARGUMENT:
            return ExitCode::kUsage;
        case TWOFOLD_UNSUPPORTED:
        case TWOFOLD_NON_FINITE:
        case TWOFOLD_CORRUPT_DATA:
            return ExitCode::kUnreadable;
        case TWOFOLD_OUT_OF_MEMORY:
        case TWOFOLD_OVER_BUDGET:
            return ExitCode::kMemory;
        case TWOFOLD_CANCELLED:
            return ExitCode::kInterrupted;
        case TWOFOLD_INVALID_STATE:
        case TWOFOLD_INTERNAL:
            return ExitCode::kInternal;
    }
    return ExitCode::kInternal;
}

Weights read_weights(const Context& context, const std::vector<std::uint8_t>& stored) {
    twofold_weights* weights = nullptr;
    check(twofold_weights_read(context.get(), stored.data(), stored.size(), &weights), context.get());
    return Weights(weights);
}

twofold_data_type data_type_of(image_io::SampleType type) {
    switch (type) {
        case image_io::SampleType::kUint8:
            return TWOFOLD_UINT8;
        case image_io::SampleType::kUint16:
            return TWOFOLD_UINT16;
        case image_io::SampleType::kFloat32:
            return TWOFOLD_FLOAT32;
    }
    return TWOFOLD_UINT8;
}

}  // namespace

void check(twofold_status status, const twofold_context* context) {
    if (status == TWOFOLD_OK) return;
    std::string sentence = context == nullptr ? "" : twofold_context_message(context);
    if (sentence.empty()) sentence = twofold_status_name(status);
    throw Failure(code_of(status), sentence);
}

Context create_context() {
    twofold_context* context = nullptr;
    check(twofold_context_create(&context), nullptr);
    return Context(context);
}

Job create_job(const Context& context) {
    twofold_job* job = nullptr;
    check(twofold_job_create(context.get(), &job), context.get());
    return Job(job);
}

std::vector<std::uint8_t> load_weights_file(const std::string& path) {
    std::vector<std::uint8_t> stored = read_weights_file(path);
    try {
        read_weights(create_context(), stored);
    } catch (const Failure& failure) {
        throw Failure(failure.code(), path + ": " + failure.what());
    }
    return stored;
}

void set_weights(const Context& context, const Job& job, const std::vector<std::uint8_t>& stored) {
    if (stored.empty()) return;
    check(twofold_job_set_weights(job.get(), read_weights(context, stored).get()), context.get());
}

std::vector<std::uint8_t> stored_weights(const Context& context, const Job& job) {
    twofold_weights* handle = nullptr;
    check(twofold_job_get_weights(job.get(), &handle), context.get());
    return stored_weights(context, Weights(handle));
}

std::vector<std::uint8_t> stored_weights(const Context& context, const Weights& weights) {
    std::size_t size = 0;
    check(twofold_weights_size(weights.get(), &size), context.get());
    std::vector<std::uint8_t> bytes(size);
    check(twofold_weights_write(weights.get(), bytes.data(), bytes.size()), context.get());
    return bytes;
}

const char* name_of(twofold_correlation correlation) {
    return correlation == TWOFOLD_CORRELATION_CORRELATED ? "correlated" : "independent";
}

const char* channel_name(int channels, int channel) {
    constexpr const char* kColours[] = {"red", "green", "blue", "fourth"};
    return channels == 1 ? "grey" : kColours[channel];
}

twofold_image view_of(const image_io::Image& image) {
    twofold_image view{};
    // The library writes only through views that are given to it as an output.
    view.data = const_cast<std::uint8_t*>(image.pixels.data());
    view.width = image.width;
    view.height = image.height;
    view.channels = image.channels;
    view.has_alpha = image.has_alpha ? 1 : 0;
    view.data_type = data_type_of(image.type);
    view.channel_stride = static_cast<std::ptrdiff_t>(image.sample_bytes());
    view.pixel_stride = view.channel_stride * image.channels;
    view.row_stride = static_cast<std::ptrdiff_t>(image.row_bytes());
    return view;
}

twofold_image centre_crop(const twofold_image& view, std::int64_t size) {
    twofold_image crop = view;
    if (size == 0) return crop;
    crop.width = std::min(view.width, size);
    crop.height = std::min(view.height, size);
    const std::int64_t left = (view.width - crop.width) / 2;
    const std::int64_t top = (view.height - crop.height) / 2;
    crop.data = static_cast<std::uint8_t*>(view.data) + top * view.row_stride + left * view.pixel_stride;
    return crop;
}

twofold_image enlarged(twofold_image view, int factor) {
    view.width *= factor;
    view.height *= factor;
    view.data = nullptr;
    return view;
}

image_io::Image empty_like(const twofold_image& view, image_io::SampleType type) {
    image_io::Image image;
    image.width = view.width;
    image.height = view.height;
    image.channels = view.channels;
    image.has_alpha = view.has_alpha != 0;
    image.type = type;
    // The pixels that the shape comes from are in memory, so this product, at most 256 times as large, cannot overflow.
    const std::size_t bytes = image.row_bytes() * static_cast<std::size_t>(image.height);
    if (bytes > platform::available_memory()) {
        throw Failure(ExitCode::kMemory, "there is not enough memory for the result");
    }
    image.pixels.resize(bytes);
    return image;
}

image_io::Image empty_map(twofold_image view) {
    view.channels = 1;
    view.has_alpha = 0;
    return empty_like(view, image_io::SampleType::kUint8);
}

}  // namespace twofold::apps
