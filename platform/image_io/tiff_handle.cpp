#include "platform/image_io/tiff_handle.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>

#include "platform/image_io/codec.h"

namespace twofold::image_io {
namespace {

TiffHandle::State& state_of(thandle_t handle) { return *static_cast<TiffHandle::State*>(handle); }

tmsize_t read_bytes(thandle_t handle, void* dst, tmsize_t size) {
    TiffHandle::State& state = state_of(handle);
    // Of what is being written nothing is read back: one page, strips in their order.
    if (state.data == nullptr || size <= 0 || state.position >= state.size) return 0;
    const std::size_t count =
        std::min(static_cast<std::size_t>(size), state.size - static_cast<std::size_t>(state.position));
    std::memcpy(dst, state.data + state.position, count);
    state.position += count;
    return static_cast<tmsize_t>(count);
}

tmsize_t write_bytes(thandle_t handle, void* src, tmsize_t size) {
    TiffHandle::State& state = state_of(handle);
    if (state.sink == nullptr || size < 0) return 0;
    if (!state.sink->write_at(state.position, src, static_cast<std::size_t>(size))) return 0;
    state.position += static_cast<std::uint64_t>(size);
    return size;
}

toff_t size_of(thandle_t handle) {
    const TiffHandle::State& state = state_of(handle);
    return state.sink == nullptr ? state.size : state.sink->size();
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffHandle::State& state = state_of(handle);
    if (whence == SEEK_SET) state.position = offset;
    if (whence == SEEK_CUR) state.position += offset;
    if (whence == SEEK_END) state.position = size_of(handle) + offset;
    return state.position;
}

int close_nothing(thandle_t) { return 0; }

// Files to be read are in memory already: LibTIFF may look at them in place.
int map(thandle_t handle, void** base, toff_t* size) {
    const TiffHandle::State& state = state_of(handle);
    if (state.data == nullptr) return 0;
    *base = const_cast<std::uint8_t*>(state.data);  // LibTIFF maps for reading only
    *size = state.size;
    return 1;
}

void unmap(thandle_t, void*, toff_t) {}

#if TIFFLIB_VERSION >= 20221213

int keep_message(TIFF*, void* user, const char*, const char* format, va_list arguments) {
    char* message = static_cast<TiffHandle::State*>(user)->message;
    std::vsnprintf(message, sizeof(TiffHandle::State::message), format, arguments);
    return 1;
}

int drop_message(TIFF*, void*, const char*, const char*, va_list) { return 1; }

TIFF* open_client(const char* mode, TiffHandle::State* state, std::uint64_t memory_limit) {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    if (options == nullptr) return nullptr;
    constexpr std::uint64_t kLeast = 1 << 20;  // its own tables, which are no pixels
    constexpr std::uint64_t kMost = std::numeric_limits<tmsize_t>::max();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(std::clamp(memory_limit, kLeast, kMost)));
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_message, state);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop_message, state);
    TIFF* tiff = TIFFClientOpenExt("memory", mode, state, read_bytes, write_bytes, seek, close_nothing, size_of, map,
                                   unmap, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

#else

TIFF* open_client(const char* mode, TiffHandle::State* state, std::uint64_t) {
    static const bool silenced = (TIFFSetErrorHandler(nullptr), TIFFSetWarningHandler(nullptr), true);
    static_cast<void>(silenced);
    return TIFFClientOpen("memory", mode, state, read_bytes, write_bytes, seek, close_nothing, size_of, map, unmap);
}

#endif

}  // namespace

std::string tiff_version() {
    // "LIBTIFF, Version 4.5.0\nCopyright ..."
    std::string text = TIFFGetVersion();
    text = text.substr(0, text.find('\n'));
    return "LibTIFF " + text.substr(text.rfind(' ') + 1);
}

TiffHandle::TiffHandle(const std::uint8_t* data, std::size_t size, std::uint64_t memory_limit) {
    state_.data = data;
    state_.size = size;
    open("r", memory_limit);
}

TiffHandle::TiffHandle(const char* mode, Sink* sink) {
    state_.sink = sink;
    open(mode, std::numeric_limits<std::uint64_t>::max());
}

void TiffHandle::open(const char* mode, std::uint64_t memory_limit) {
    tiff_ = open_client(mode, &state_, memory_limit);
}

bool TiffHandle::close() {
    if (tiff_ == nullptr) return false;
    const bool good = TIFFFlush(tiff_) != 0;
    TIFFClose(tiff_);
    tiff_ = nullptr;
    return good;
}

TiffHandle::~TiffHandle() {
    if (tiff_ != nullptr) TIFFClose(tiff_);
}

}  // namespace twofold::image_io
