// Where the bytes of an encoded file go: to a file as they come, or into memory.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_SINK_H
#define TWOFOLD_PLATFORM_IMAGE_IO_SINK_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "platform/atomic_file.h"
#include "platform/image_io/image_io.h"

namespace twofold::image_io {

class Sink {
  public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    virtual ~Sink() = default;

    // Bytes at `offset`, which lies not behind the end: TIFF fills in its header last. False if they cannot be taken.
    // Throws nothing, since C libraries call it.
    bool write_at(std::uint64_t offset, const void* data, std::size_t size) noexcept;
    // Bytes at the end.
    bool append(const void* data, std::size_t size) noexcept { return write_at(size_, data, size); }

    std::uint64_t size() const { return size_; }
    // Throws why write_at has failed if it has.
    void check() const;

  protected:
    // 0, or the system's number of the error; ENOMEM for memory.
    virtual int put(std::uint64_t offset, const void* data, std::size_t size) noexcept = 0;

  private:
    std::uint64_t size_ = 0;
    int error_ = 0;
};

class FileSink : public Sink {
  public:
    // The file has been opened.
    explicit FileSink(platform::AtomicFile& file) : file_(file) {}

  protected:
    int put(std::uint64_t offset, const void* data, std::size_t size) noexcept override;

  private:
    platform::AtomicFile& file_;
};

// Blocks instead of one buffer, so that growing never holds two copies.
class MemorySink : public Sink {
  public:
    // Takes `limit` bytes at most.
    explicit MemorySink(std::uint64_t limit) : limit_(limit) {}

    static constexpr std::size_t kBlock = 1 << 18;
    // Calls body(data, size) for each part in order until it returns false; false then.
    template <typename Body>
    bool for_each_part(Body&& body) const {
        std::uint64_t left = size();
        for (const auto& block : blocks_) {
            const std::size_t part = left < kBlock ? static_cast<std::size_t>(left) : kBlock;
            if (!body(block.get(), part)) return false;
            left -= part;
        }
        return true;
    }

  protected:
    int put(std::uint64_t offset, const void* data, std::size_t size) noexcept override;

  private:
    std::uint64_t limit_;
    std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
};

}  // namespace twofold::image_io

#endif
