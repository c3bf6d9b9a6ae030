// Where exceptions end. Elsewhere in the library they are only handed on, from a thread or from oneDNN.
#ifndef TWOFOLD_BINDINGS_C_GUARD_H
#define TWOFOLD_BINDINGS_C_GUARD_H

#include <exception>
#include <new>

#include "bindings/c/handles.h"
#include "runtime/error.h"

namespace twofold::c_api {

// Runs the body of one call and turns what it throws into a status and the context's message. Needs no memory itself.
// `context` may be null when there is none to hold the message.
template <typename Body>
twofold_status guarded(const twofold_context* context, Body&& body) noexcept {
    try {
        body();
        return TWOFOLD_OK;
    } catch (const Error& error) {
        set_message(context, error.what());
        return static_cast<twofold_status>(error.code());
    } catch (const std::bad_alloc&) {
        set_message(context, "the system refused memory");
        return TWOFOLD_OUT_OF_MEMORY;
    } catch (const std::exception& error) {
        set_message(context, error.what());
        return TWOFOLD_INTERNAL;
    } catch (...) {
        set_message(context, "an unknown error occurred inside the library");
        return TWOFOLD_INTERNAL;
    }
}

// The same for a handle that may be null, which the body may then rely on.
template <typename Handle, typename Body>
twofold_status guarded_handle(Handle* handle, Body&& body) noexcept {
    if (!handle) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(handle->context, body);
}

}  // namespace twofold::c_api

#endif
