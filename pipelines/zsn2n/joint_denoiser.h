// Two networks for one image, averaged: one that was trained before, and one that is trained on the image. They err in
// different places, so that their mean is nearer to the clean image than either, and a better guide for the refinement,
// which is left to others.
#ifndef TWOFOLD_PIPELINES_ZSN2N_JOINT_DENOISER_H
#define TWOFOLD_PIPELINES_ZSN2N_JOINT_DENOISER_H

#include <functional>
#include <memory>

#include "pipelines/zsn2n/zsn2n.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::zsn2n {

using MakeDenoiser = std::function<std::unique_ptr<Denoiser>(const PipelineSettings& settings)>;

class JointDenoiser final : public Pipeline {
  public:
    // `given` makes the denoiser by given weights, `trained` the other one, which gets half of the time where there is
    // a deadline, and is left out where the memory budget has no room for it. Throws as they do.
    JointDenoiser(const PipelineSettings& settings, const MakeDenoiser& given, const MakeDenoiser& trained);

    void run(ProgressCallback callback, void* user) override;
    // Time and memory are those of both; the steps are the trained network's, and steps beside where the given weights
    // are adapted in steps of their own.
    const Report& report() const override { return report_; }
    const Denoiser& given() const { return *given_; }
    // Null where there was no room for it, or no time to learn enough to be part of the mean.
    const Denoiser* trained() const;

  private:
    // Takes memory and time from what is left in `rest`.
    void add_trained(const MakeDenoiser& make, PipelineSettings* rest);
    bool drop_trained();  // false if there is none
    void average();
    void take_report();
    static ProgressAction forward_trained(const Progress& progress, void* user);
    static ProgressAction forward_given(const Progress& progress, void* user);

    PipelineSettings settings_;
    ThreadTeam team_;
    Arena arena_;
    std::uint64_t own_bytes_ = 0;
    ArenaRange<std::byte> samples_;  // of the trained network's result
    ArenaRange<float> rows_;         // two for each thread
    ImageView other_;                // the samples
    std::unique_ptr<Denoiser> trained_, given_;
    ProgressCallback callback_ = nullptr;
    void* user_ = nullptr;
    std::int64_t steps_ = 0;  // of the training, as its progress says
    bool finished_ = false;   // the callback wants no more of them
    Report report_;
};

}  // namespace twofold::zsn2n

#endif
