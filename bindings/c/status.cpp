#include "bindings/c/handles.h"

const char* twofold_status_name(twofold_status status) {
    static constexpr const char* kNames[] = {
        "ok",          "invalid argument", "invalid state", "unsupported",   "non-finite input", "out of memory",
        "over budget", "cancelled",        "corrupt data",  "internal error"};
    static_assert(std::size(kNames) == TWOFOLD_INTERNAL + 1);
    const auto index = static_cast<unsigned>(twofold::c_api::raw_value(status));
    return index < std::size(kNames) ? kNames[index] : "unknown status";
}
