#include <algorithm>
#include <string>

#include "bindings/c/guard.h"
#include "ops/conv2d/conv2d_table.h"
#include "pipelines/rendered_prior/embedded_prior.h"
#include "pipelines/zsn2n/benchmark.h"
#include "platform/cpu.h"
#include "platform/processors.h"
#include "runtime/thread_team.h"

using namespace twofold;
using namespace twofold::c_api;

static_assert(TWOFOLD_VERSION_MAJOR == TWOFOLD_PROJECT_VERSION_MAJOR &&
                  TWOFOLD_VERSION_MINOR == TWOFOLD_PROJECT_VERSION_MINOR &&
                  TWOFOLD_VERSION_PATCH == TWOFOLD_PROJECT_VERSION_PATCH,
              "twofold.h and the build must state the same version");

#define TWOFOLD_TEXT(x) #x
#define TWOFOLD_VERSION_TEXT(major, minor, patch) TWOFOLD_TEXT(major) "." TWOFOLD_TEXT(minor) "." TWOFOLD_TEXT(patch)

namespace {

constexpr int kMaxThreads = 1024;

const char* query_text(int query) {
    switch (query) {
        case TWOFOLD_QUERY_CPU: {
            static const std::string name = platform::cpu_name();
            return name.c_str();
        }
        case TWOFOLD_QUERY_ISA:
            return platform::isa_name();
        case TWOFOLD_QUERY_ONEDNN_VERSION:
            return ops::onednn_version();
        case TWOFOLD_QUERY_IMPLEMENTATIONS:
            return ops::implementation_names();
        case TWOFOLD_QUERY_METHODS:
            return embedded_prior().empty() ? "zsn2n tv dip two-stage" : "zsn2n tv dip two-stage prior";
        case TWOFOLD_QUERY_THREADING:
            return ThreadTeam::backend();
        default:
            return nullptr;
    }
}

}  // namespace

uint32_t twofold_version(void) {
    return (uint32_t{TWOFOLD_VERSION_MAJOR} << 16) | (uint32_t{TWOFOLD_VERSION_MINOR} << 8) | TWOFOLD_VERSION_PATCH;
}

const char* twofold_version_string(void) {
    return TWOFOLD_VERSION_TEXT(TWOFOLD_VERSION_MAJOR, TWOFOLD_VERSION_MINOR, TWOFOLD_VERSION_PATCH);
}

const char* twofold_query_string(twofold_query query) {
    const char* text = nullptr;
    guarded(nullptr, [&] { text = query_text(raw_value(query)); });
    return text;
}

int32_t twofold_default_threads(void) {
    int threads = 1;
    guarded(nullptr, [&] { threads = std::clamp(platform::preferred_threads(), 1, kMaxThreads); });
    return threads;
}

twofold_status twofold_benchmark(twofold_context* context, int32_t threads, double seconds,
                                 twofold_benchmark_callback callback, void* user) {
    if (!context) return TWOFOLD_INVALID_ARGUMENT;
    return guarded(context, [&] {
        require_argument(threads >= 0 && threads <= kMaxThreads, "the number of threads must be 0 to 1024");
        require_argument(seconds > 0 && seconds <= 3600, "the time per row must be above 0 and at most 3600 seconds");
        require_argument(callback != nullptr, "the benchmark needs a callback");
        struct Receiver {
            twofold_benchmark_callback callback;
            void* user;
        } receiver{callback, user};
        zsn2n::benchmark(
            threads > 0 ? threads : twofold_default_threads(), seconds,
            [](const zsn2n::BenchmarkRow& row, void* to) {
                const twofold_benchmark_row copy = {row.name, row.implementation, row.shape,  row.threads,
                                                    0,        row.seconds,        row.gflops, row.share_of_peak};
                static_cast<Receiver*>(to)->callback(&copy, static_cast<Receiver*>(to)->user);
            },
            &receiver);
    });
}
