// LibTIFF on memory, with its messages kept per file. The one place that knows which LibTIFF is installed: from 4.5 on
// error handlers and limits belong to a handle; before, messages are switched off for the whole process.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_TIFF_HANDLE_H
#define TWOFOLD_PLATFORM_IMAGE_IO_TIFF_HANDLE_H

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/image_io/sink.h"

namespace twofold::image_io {

class TiffHandle {
  public:
    // Read `size` bytes at `data`, which must outlive this. One allocation of LibTIFF takes at most `memory_limit`.
    TiffHandle(const std::uint8_t* data, std::size_t size, std::uint64_t memory_limit);
    // Write; `mode` as in TIFFOpen.
    TiffHandle(const char* mode, Sink* sink);
    TiffHandle(const TiffHandle&) = delete;
    TiffHandle& operator=(const TiffHandle&) = delete;
    ~TiffHandle();

    // Null if the file could not be opened.
    TIFF* get() const { return tiff_; }
    // What LibTIFF last said about an error; "" if nothing.
    const char* message() const { return state_.message; }
    // Finish writing: false if the last bytes could not be written.
    bool close();

    struct State {
        const std::uint8_t* data = nullptr;
        std::size_t size = 0;
        std::uint64_t position = 0;
        Sink* sink = nullptr;
        char message[256] = "";
    };

  private:
    void open(const char* mode, std::uint64_t memory_limit);

    State state_;
    TIFF* tiff_ = nullptr;
};

}  // namespace twofold::image_io

#endif
