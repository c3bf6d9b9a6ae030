#include "tests/bindings/allocation_watch.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <new>

#include "twofold/twofold.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED 1
#endif
#if defined(__GLIBC__) && !defined(TEST_SANITIZED)
#define TEST_WATCH_MALLOC 1
#else
#define TEST_WATCH_MALLOC 0
#endif

#if TEST_WATCH_MALLOC
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}
#endif

namespace {

std::atomic<bool> counting{false}, failing{false}, failed{false};
std::atomic<std::int64_t> count{0}, until_failure{-1};

#if TEST_WATCH_MALLOC
const void* library_base() {
    static const void* const base = [] {
        Dl_info info{};
        dladdr(reinterpret_cast<void*>(&twofold_version), &info);
        return static_cast<const void*>(info.dli_fbase);
    }();
    return base;
}

bool is_from_library(const void* caller) {
    Dl_info info{};
    return dladdr(const_cast<void*>(caller), &info) != 0 && info.dli_fbase == library_base();
}
#endif

// True if this allocation is to be refused.
bool note_allocation(bool from_library) {
    if (counting) ++count;
    if (!failing || !from_library) return false;
    if (until_failure >= 0 && until_failure-- == 0) {
        failed = true;
        return true;
    }
    return false;
}

// Memory that the library has taken while failing and not yet released. A table without allocations of its own.
class Held {
  public:
    void clear() {
        const std::lock_guard lock(mutex_);
        table_.fill(nullptr);
        count_ = 0;
    }
    void add(void* memory) {
        const std::lock_guard lock(mutex_);
        *find(nullptr) = memory;
        ++count_;
    }
    void remove(void* memory) {
        const std::lock_guard lock(mutex_);
        void** place = find(memory);
        if (place == table_.end()) return;
        *place = nullptr;
        --count_;
    }
    std::int64_t count() const { return count_; }

  private:
    void** find(void* memory) { return std::find(table_.begin(), table_.end(), memory); }

    std::mutex mutex_;
    std::array<void*, 4096> table_{};
    std::int64_t count_ = 0;
} held;

void* note_memory(void* memory, bool from_library) {
    if (failing && from_library && memory) held.add(memory);
    return memory;
}

// Called before the release, as the same address may be given out again at once.
void note_release(void* memory) {
    if (failing && memory) held.remove(memory);
}

void* raw_allocate(std::size_t size, std::size_t alignment) {
#if TEST_WATCH_MALLOC
    return alignment > alignof(std::max_align_t) ? __libc_memalign(alignment, size) : __libc_malloc(size);
#else
    if (alignment <= alignof(std::max_align_t)) return std::malloc(size);
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
#endif
}

void raw_release(void* memory) {
#if TEST_WATCH_MALLOC
    __libc_free(memory);
#else
    std::free(memory);
#endif
}

void* checked_new(std::size_t size, std::size_t alignment) {
    void* memory = note_allocation(true) ? nullptr : raw_allocate(size > 0 ? size : 1, alignment);
    if (!memory) throw std::bad_alloc();
    return note_memory(memory, true);
}

void checked_delete(void* memory) {
    note_release(memory);
    raw_release(memory);
}

constexpr std::size_t kDefault = alignof(std::max_align_t);

}  // namespace

namespace test {

bool malloc_is_watched() { return TEST_WATCH_MALLOC; }

void start_counting() {
    count = 0;
    counting = true;
}

std::int64_t stop_counting() {
    counting = false;
    return count;
}

void start_failing(std::int64_t n) {
#if TEST_WATCH_MALLOC
    library_base();  // its own first look-up is not part of what is watched
#endif
    failed = false;
    held.clear();
    until_failure = n;
    failing = true;
}

Outcome stop_failing() {
    failing = false;
    return {failed, held.count()};
}

}  // namespace test

void* operator new(std::size_t size) { return checked_new(size, kDefault); }
void* operator new[](std::size_t size) { return checked_new(size, kDefault); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return checked_new(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return checked_new(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return note_allocation(true) ? nullptr : note_memory(raw_allocate(size > 0 ? size : 1, kDefault), true);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept { return operator new(size, tag); }
void operator delete(void* memory) noexcept { checked_delete(memory); }
void operator delete[](void* memory) noexcept { checked_delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { checked_delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { checked_delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { checked_delete(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { checked_delete(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { checked_delete(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { checked_delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { checked_delete(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { checked_delete(memory); }

#if TEST_WATCH_MALLOC
// Callers are only looked up while failing: that is when it matters who asks.
#define TEST_FROM_LIBRARY (failing && is_from_library(__builtin_return_address(0)))

// Visible, or the shared libraries would not see them.
#pragma GCC visibility push(default)
extern "C" {

void* malloc(std::size_t size) {
    const bool from_library = TEST_FROM_LIBRARY;
    if (!note_allocation(from_library)) return note_memory(__libc_malloc(size), from_library);
    errno = ENOMEM;
    return nullptr;
}

void* calloc(std::size_t number, std::size_t size) {
    const bool from_library = TEST_FROM_LIBRARY;
    if (!note_allocation(from_library)) return note_memory(__libc_calloc(number, size), from_library);
    errno = ENOMEM;
    return nullptr;
}

void* realloc(void* memory, std::size_t size) {
    const bool from_library = TEST_FROM_LIBRARY;
    if (note_allocation(from_library)) {
        errno = ENOMEM;
        return nullptr;
    }
    note_release(memory);
    return note_memory(__libc_realloc(memory, size), from_library);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    const bool from_library = TEST_FROM_LIBRARY;
    if (!note_allocation(from_library)) return note_memory(__libc_memalign(alignment, size), from_library);
    errno = ENOMEM;
    return nullptr;
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    const bool from_library = TEST_FROM_LIBRARY;
    if (note_allocation(from_library)) return ENOMEM;
    *memory = note_memory(__libc_memalign(alignment, size), from_library);
    return *memory ? 0 : ENOMEM;
}

void free(void* memory) {
    note_release(memory);
    __libc_free(memory);
}
}
#pragma GCC visibility pop
#endif
