// C libraries report errors by longjmp. It must not jump over a destructor, so each call into such a library happens
// inside run_guarded(), in a step that creates no object with a destructor.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_C_GUARD_H
#define TWOFOLD_PLATFORM_IMAGE_IO_C_GUARD_H

#include <csetjmp>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace twofold::image_io {

struct CGuard {
    std::jmp_buf jump;
    char message[256] = "";

    void keep(const char* text) {
        std::strncpy(message, text, sizeof message - 1);
        message[sizeof message - 1] = '\0';
    }
};

// False if the step was left by a longjmp to guard.jump.
template <typename Step>
bool run_guarded(CGuard& guard, const Step& step) {
    static_assert(std::is_trivially_destructible_v<Step>, "capture by reference only");
    if (setjmp(guard.jump) != 0) return false;
    step();
    return true;
}

}  // namespace twofold::image_io

#endif
