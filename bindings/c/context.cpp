#include "bindings/c/guard.h"

using namespace twofold::c_api;

twofold_status twofold_context_create(twofold_context** context) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    *context = nullptr;
    return guarded(nullptr, [&] { *context = new twofold_context; });
}

void twofold_context_destroy(twofold_context* context) { delete context; }

const char* twofold_context_message(const twofold_context* context) {
    return context ? context->message.data() : "there is no context";
}
