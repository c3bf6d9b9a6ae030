// A hint to the processor inside a waiting loop.
#ifndef TWOFOLD_PLATFORM_SPIN_H
#define TWOFOLD_PLATFORM_SPIN_H

namespace twofold::platform {

// Lets the other thread of the core run and saves power; does nothing where there is no such instruction.
inline void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    asm volatile("yield");
#endif
}

}  // namespace twofold::platform

#endif
