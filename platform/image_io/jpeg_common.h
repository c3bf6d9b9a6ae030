// libjpeg with errors that return: one error manager for reading and writing.
#ifndef TWOFOLD_PLATFORM_IMAGE_IO_JPEG_COMMON_H
#define TWOFOLD_PLATFORM_IMAGE_IO_JPEG_COMMON_H

#include <cstdio>
// jpeglib.h needs FILE before it.
#include <jpeglib.h>

#include <jerror.h>

#include "platform/image_io/c_guard.h"
#include "platform/image_io/codec.h"

namespace twofold::image_io {

struct JpegErrors {
    jpeg_error_mgr base;  // first, so that libjpeg's pointer to it is a pointer to this
    CGuard guard;
    int code = 0;  // libjpeg's number of the message that ended the work
};

inline JpegErrors& errors_of(j_common_ptr info) { return *reinterpret_cast<JpegErrors*>(info->err); }

[[noreturn]] inline void jpeg_give_up(j_common_ptr info) {
    JpegErrors& errors = errors_of(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    errors.guard.keep(text);
    errors.code = info->err->msg_code;
    std::longjmp(errors.guard.jump, 1);
}

inline jpeg_error_mgr* install(JpegErrors* errors, void (*on_message)(j_common_ptr, int)) {
    jpeg_error_mgr* base = jpeg_std_error(&errors->base);
    base->error_exit = [](j_common_ptr info) { jpeg_give_up(info); };
    base->emit_message = on_message;
    base->output_message = [](j_common_ptr) {};
    return base;
}

// jpeg_metadata.cpp: call the first between jpeg_create_decompress and jpeg_read_header, the second after the latter.
void save_jpeg_markers(jpeg_decompress_struct* info);
void collect_jpeg_metadata(const jpeg_decompress_struct& info, Metadata* metadata);

// The marker segments that carry `metadata`, each a marker code and its content.
struct JpegSegment {
    int marker;
    Bytes content;
};
std::vector<JpegSegment> jpeg_segments(const Metadata& metadata, Notes* notes);

}  // namespace twofold::image_io

#endif
