#include "pipelines/common/noise_network/weights.h"

#include "bindings/c/guard.h"

using namespace twofold;
using namespace twofold::c_api;

void twofold_weights_destroy(twofold_weights* weights) { delete weights; }

twofold_status twofold_weights_size(const twofold_weights* weights, size_t* size) {
    return guarded_handle(weights, [&] {
        require_argument(size != nullptr, "the place for the size is NULL");
        *size = stored_size(weights->value);
    });
}

twofold_status twofold_weights_write(const twofold_weights* weights, void* buffer, size_t size) {
    return guarded_handle(weights, [&] {
        require_argument(buffer != nullptr, "the buffer for the weights is NULL");
        require_argument(size == stored_size(weights->value),
                         "the buffer's size is not what twofold_weights_size says");
        store_weights(weights->value, static_cast<std::byte*>(buffer));
    });
}

twofold_status twofold_weights_read(twofold_context* context, const void* buffer, size_t size,
                                    twofold_weights** weights) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(weights != nullptr, "the place for the weights is NULL");
        *weights = nullptr;
        require_argument(buffer != nullptr, "the buffer with the stored weights is NULL");
        auto value = load_weights(static_cast<const std::byte*>(buffer), size);
        *weights = new twofold_weights{context, std::move(value)};
    });
}

twofold_status twofold_weights_info(const twofold_weights* weights, int32_t* channels, int64_t* parameters) {
    return guarded_handle(weights, [&] {
        require_argument(channels != nullptr && parameters != nullptr, "the place for an answer is NULL");
        *channels = weights->value.shape.channels;
        *parameters = static_cast<int64_t>(weights->value.shape.parameters());
    });
}
