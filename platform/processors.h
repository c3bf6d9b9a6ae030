// How many processors this process may use, and how many threads pay.
#ifndef TWOFOLD_PLATFORM_PROCESSORS_H
#define TWOFOLD_PLATFORM_PROCESSORS_H

#include <string>

namespace twofold::platform {

// Processors that this process may run on (its affinity mask, not the machine's size), at least 1.
int usable_processors();

// Of the usable ones, those of at least two thirds of the capacity of the largest. On big.LITTLE these are the fast
// cores: where a layer's threads wait for each other, slow ones would hold them up, and heat the chip meanwhile. All of
// them where the system does not tell capacities apart. `root` stands for "/" (tests).
int fast_processors(const std::string& root = "");

// Processors' worth of time that the control group lets this process have, rounded up (a container's --cpus): more
// threads would be stopped in turn while others wait for them. 0: no limit. Versions 2 and 1 of control groups.
int quota_processors(const std::string& root = "");

// What a job takes unless told otherwise: the least of them.
int preferred_threads(const std::string& root = "");

}  // namespace twofold::platform

#endif
