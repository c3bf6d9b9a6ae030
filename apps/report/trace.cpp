#include "apps/report/trace.h"

#include <utility>

namespace twofold::apps {

TraceRecorder::TraceRecorder(TraceOptions options, const Reference& noisy, const Reference* truth)
    : options_(std::move(options)), noisy_(noisy), truth_(truth) {}

void TraceRecorder::on_point(const twofold_trace_point* point, void* user) noexcept {
    auto* recorder = static_cast<TraceRecorder*>(user);
    if (recorder->failure_) return;
    try {
        if (recorder->schedule_.is_point(point->step)) recorder->add(*point);
    } catch (...) {
        recorder->failure_ = std::current_exception();
    }
}

void TraceRecorder::add(const twofold_trace_point& point) {
    CurvePoint row;
    row.step = point.step;
    row.loss = point.loss;
    row.psnr_noisy = psnr(noisy_, *point.output);
    if (truth_ != nullptr) row.psnr_true = psnr(*truth_, *point.output);
    if (point.average != nullptr) {
        row.psnr_average_noisy = psnr(noisy_, *point.average);
        if (truth_ != nullptr) row.psnr_average_true = psnr(*truth_, *point.average);
    }
    curve_.push_back(row);

    if (schedule_.is_snapshot(point.step)) {
        last_step_.reset();
        take_snapshot(point.step, *point.output);
        return;
    }
    const auto* samples = static_cast<const float*>(point.output->data);
    last_step_ = point.step;
    last_output_.assign(samples, samples + point.output->width * point.output->height * point.output->channels);
    last_view_ = *point.output;
    last_view_.data = last_output_.data();
}

void TraceRecorder::take_snapshot(std::int64_t step, const twofold_image& output) {
    const Look look{1, options_.files ? 0 : kSnapshotPixels, &options_.look};
    const Picture picture = picture_of(output, look);
    Snapshot snapshot;
    snapshot.step = step;
    if (options_.files) snapshot.png = image_io::encode_image(picture.image, image_io::Format::kPng, {});
    if (options_.pictures) {
        snapshot.picture = picture_of(picture.image, {1, kSnapshotPixels, nullptr});
        snapshot.picture.full_width = picture.full_width;
        snapshot.picture.full_height = picture.full_height;
    }
    snapshots_.push_back(std::move(snapshot));
}

void TraceRecorder::finish() {
    if (failure_) std::rethrow_exception(failure_);
    if (last_step_) take_snapshot(*last_step_, last_view_);
    last_step_.reset();
    last_output_ = {};
}

}  // namespace twofold::apps
