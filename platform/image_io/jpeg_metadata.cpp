#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "platform/image_io/exif_orientation.h"
#include "platform/image_io/jpeg_common.h"

namespace twofold::image_io {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kExif = "Exif\0\0"sv;
constexpr std::string_view kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kExtendedXmp = "http://ns.adobe.com/xmp/extension/\0"sv;
constexpr std::string_view kIcc = "ICC_PROFILE\0"sv;
constexpr std::string_view kMultiPicture = "MPF\0"sv;
constexpr std::string_view kPhotoshop = "Photoshop 3.0\0"sv;
constexpr std::size_t kLargestSegment = 65533;

bool starts_with(const jpeg_marker_struct& marker, std::string_view prefix) {
    return marker.data_length >= prefix.size() && std::memcmp(marker.data, prefix.data(), prefix.size()) == 0;
}

Bytes after(const jpeg_marker_struct& marker, std::size_t skip) {
    return Bytes(marker.data + skip, marker.data + marker.data_length);
}

void leave_behind(Metadata* metadata, const std::string& what) {
    auto& list = metadata->left_behind;
    if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
}

// A profile is cut into numbered chunks, which may come in any order.
class IccChunks {
  public:
    void add(const jpeg_marker_struct& marker) {
        if (marker.data_length < kIcc.size() + 2) {
            damaged_ = true;
            return;
        }
        const unsigned number = marker.data[kIcc.size()];
        const unsigned total = marker.data[kIcc.size() + 1];
        if (number == 0 || number > total || (total_ != 0 && total != total_) || chunks_[number] != nullptr) {
            damaged_ = true;
            return;
        }
        total_ = total;
        chunks_[number] = &marker;
    }
    void join(Metadata* metadata) const {
        bool whole = !damaged_;
        for (unsigned i = 1; i <= total_; ++i) whole = whole && chunks_[i] != nullptr;
        if (!whole) {
            leave_behind(metadata, "the ICC profile, which is damaged");
            return;
        }
        for (unsigned i = 1; i <= total_; ++i) {
            const jpeg_marker_struct& chunk = *chunks_[i];
            metadata->icc.insert(metadata->icc.end(), chunk.data + kIcc.size() + 2, chunk.data + chunk.data_length);
        }
    }

  private:
    std::array<const jpeg_marker_struct*, 256> chunks_{};
    unsigned total_ = 0;
    bool damaged_ = false;
};

JpegSegment segment(int marker, std::string_view prefix, const Bytes& content) {
    JpegSegment result{marker, Bytes(prefix.begin(), prefix.end())};
    result.content.insert(result.content.end(), content.begin(), content.end());
    return result;
}

}  // namespace

void save_jpeg_markers(jpeg_decompress_struct* info) {
    jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_save_markers(info, JPEG_APP0 + 2, 0xFFFF);
    // Only to know that they are there.
    jpeg_save_markers(info, JPEG_APP0 + 13, kPhotoshop.size());
    jpeg_save_markers(info, JPEG_COM, 1);
}

void collect_jpeg_metadata(const jpeg_decompress_struct& info, Metadata* metadata) {
    IccChunks icc;
    for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr; marker = marker->next) {
        if (marker->marker == JPEG_COM) {
            leave_behind(metadata, "the comment");
        } else if (marker->marker == JPEG_APP0 + 13) {
            if (starts_with(*marker, kPhotoshop)) leave_behind(metadata, "the Photoshop/IPTC block");
        } else if (marker->marker == JPEG_APP0 + 2) {
            if (starts_with(*marker, kIcc)) icc.add(*marker);
            if (starts_with(*marker, kMultiPicture)) leave_behind(metadata, "the further pictures (MPF)");
        } else if (starts_with(*marker, kExif)) {
            if (metadata->exif.empty()) metadata->exif = after(*marker, kExif.size());
        } else if (starts_with(*marker, kXmp)) {
            if (metadata->xmp.empty()) metadata->xmp = after(*marker, kXmp.size());
        } else if (starts_with(*marker, kExtendedXmp)) {
            leave_behind(metadata, "the extended part of the XMP packet");
        }
    }
    icc.join(metadata);
    metadata->orientation = exif_orientation(metadata->exif);
    if (info.saw_JFIF_marker && info.density_unit != 0) {
        const double to_inch = info.density_unit == 2 ? 2.54 : 1.0;
        metadata->dpi_x = info.X_density * to_inch;
        metadata->dpi_y = info.Y_density * to_inch;
    }
}

std::vector<JpegSegment> jpeg_segments(const Metadata& metadata, Notes* notes) {
    std::vector<JpegSegment> segments;
    if (metadata.exif.size() + kExif.size() > kLargestSegment) {
        notes->add("The EXIF block is left out: it is too large for a JPEG file.");
    } else if (!metadata.exif.empty()) {
        segments.push_back(segment(JPEG_APP0 + 1, kExif, metadata.exif));
    }
    if (metadata.xmp.size() + kXmp.size() > kLargestSegment) {
        notes->add("The XMP packet is left out: it is too large for a JPEG file.");
    } else if (!metadata.xmp.empty()) {
        segments.push_back(segment(JPEG_APP0 + 1, kXmp, metadata.xmp));
    }
    const std::size_t largest = kLargestSegment - kIcc.size() - 2;
    const std::size_t chunks = (metadata.icc.size() + largest - 1) / largest;
    if (chunks > 255) {
        notes->add("The ICC profile is left out: it is too large for a JPEG file.");
        return segments;
    }
    for (std::size_t i = 0; i < chunks; ++i) {
        const std::size_t end = std::min(metadata.icc.size(), (i + 1) * largest);
        Bytes part = {static_cast<std::uint8_t>(i + 1), static_cast<std::uint8_t>(chunks)};
        part.insert(part.end(), metadata.icc.begin() + static_cast<std::ptrdiff_t>(i * largest),
                    metadata.icc.begin() + static_cast<std::ptrdiff_t>(end));
        segments.push_back(segment(JPEG_APP0 + 2, kIcc, part));
    }
    return segments;
}

}  // namespace twofold::image_io
