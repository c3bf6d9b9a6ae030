// How long a test waits for what should end at once.
#ifndef TWOFOLD_TESTS_SUPPORT_PATIENCE_H
#define TWOFOLD_TESTS_SUPPORT_PATIENCE_H

namespace twofold::test {

// Seconds. Far below what the work takes that must not be done, and far above the stalls of a shared machine, which
// reach seconds.
inline constexpr double kPatience = 20;

}  // namespace twofold::test

#endif
