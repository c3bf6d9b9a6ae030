// Text headers of the PNM family and PFM.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_PNM_READER_H
#define TWOFOLD_PLATFORM_IMAGE_IO_PNM_READER_H

#include <string>

#include "platform/image_io/codec.h"

namespace twofold::image_io {

class HeaderReader {
  public:
    explicit HeaderReader(const Source& source) : source_(source) {}

    std::size_t position() const { return position_; }
    std::size_t left() const { return source_.size - position_; }
    const std::uint8_t* here() const { return source_.data + position_; }
    void skip(std::size_t bytes) { position_ += bytes; }

    // The next word; white space and comments from '#' to the end of the line are passed over.
    std::string word();
    // A decimal number up to `largest`; anything else is an error that names `what`.
    std::int64_t number(const char* what, std::int64_t largest);
    // 0 or 1, of which ASCII bitmaps need not separate.
    int bit();
    // The rest of the current line, without white space around it.
    std::string rest_of_line();
    // The one white-space character that ends a header.
    void end();

    [[noreturn]] void damaged(const std::string& what) const;

  private:
    void pass_space();

    const Source& source_;
    std::size_t position_ = 2;  // after the magic
};

constexpr std::int64_t kLargestPnmSide = 0x7fffffff;

}  // namespace twofold::image_io

#endif
