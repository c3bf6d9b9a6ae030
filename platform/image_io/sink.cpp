#include "platform/image_io/sink.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace twofold::image_io {

bool Sink::write_at(std::uint64_t offset, const void* data, std::size_t size) noexcept {
    if (error_ == 0) error_ = put(offset, data, size);
    if (error_ != 0) return false;
    size_ = std::max(size_, offset + size);
    return true;
}

void Sink::check() const {
    if (error_ == 0) return;
    if (error_ == ENOMEM)
        throw ImageError(ErrorKind::kOutOfMemory, "the encoded file takes more memory than may be used");
    throw ImageError(ErrorKind::kUnwritable, std::strerror(error_));
}

int FileSink::put(std::uint64_t offset, const void* data, std::size_t size) noexcept {
    return file_.write_at(offset, data, size) ? 0 : errno;
}

int MemorySink::put(std::uint64_t offset, const void* data, std::size_t size) noexcept {
    if (size > limit_ || offset > limit_ - size) return ENOMEM;
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    while (size > 0) {
        const auto block = static_cast<std::size_t>(offset / kBlock);
        const auto begin = static_cast<std::size_t>(offset % kBlock);
        const std::size_t part = std::min(size, kBlock - begin);
        try {
            if (block == blocks_.size()) blocks_.emplace_back(new std::uint8_t[kBlock]);
        } catch (const std::bad_alloc&) {
            return ENOMEM;
        }
        std::memcpy(blocks_[block].get() + begin, bytes, part);
        bytes += part;
        offset += part;
        size -= part;
    }
    return 0;
}

}  // namespace twofold::image_io
