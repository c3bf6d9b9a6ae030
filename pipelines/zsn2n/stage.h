// One network, trained on an image and applied to it: that for the image itself, or that for the image at half the
// size.
#ifndef TWOFOLD_PIPELINES_ZSN2N_STAGE_H
#define TWOFOLD_PIPELINES_ZSN2N_STAGE_H

#include <cstdint>
#include <optional>
#include <span>

#include "pipelines/common/deadline_schedule.h"
#include "pipelines/common/pipeline.h"
#include "pipelines/common/run_control.h"
#include "pipelines/zsn2n/applier.h"
#include "pipelines/zsn2n/trainer.h"

namespace twofold::zsn2n {

struct StageSettings {
    TrainingImage image;
    ImageView output;
    Recipe recipe;
    ImageView train_on;  // the image or a part of it
    int ensemble = 1;    // passes that the final pass averages
    bool train = true;
    double deadline_seconds = 0;  // of the whole run; 0: none
};

// What else there is to do in the same run.
struct OtherWork {
    std::int64_t steps_before = 0, steps_after = 0;  // of training
    double seconds_after = 0;                        // that its final pass takes
};

class Stage {
  public:
    // By which what follows the training may take longer than expected.
    static constexpr double kReserveMargin = 1.25;

    // Keeps references to network and team, and to what the image points to, which must outlive it.
    Stage(Network& network, const StageSettings& settings, ThreadTeam& team)
        : network_(network), settings_(settings), team_(team) {}

    // Anew with each call. `tile` is the side of the final pass's tiles; `corrected` as for Applier.
    void reserve(ArenaPlan& plan, int tile, bool corrected);

    // Trains, from the weights `start` on or, where that is empty, from random ones. Keeps the report's steps, loss,
    // ensemble and reason to stop up to date. False if the callback cancelled.
    bool train(const Arena& arena, std::span<const float> start, const OtherWork& other, RunControl& control,
               Report* report);
    std::span<const float> parameters(const Arena& arena) const { return trainer_->parameters(arena); }
    // Seconds to keep for the final pass after so much of a training, with a margin.
    double seconds_to_apply(const Report& report, const RunControl& control) const;

    const Recipe& recipe() const { return settings_.recipe; }
    int ensemble() const { return settings_.ensemble; }
    // Gives up the ensemble where there is no time for it, `work` being that of all final passes over that of this one
    // and `seconds_after` what follows them. For weights that were not trained in this run.
    void fit_ensemble(const Arena& arena, std::span<const float> parameters, double work, double seconds_after,
                      const RunControl& control, Report* report);
    std::int64_t tiles() const { return applier_->tiles(); }
    // As for Applier.
    void set_strength(float strength) { applier_->set_strength(strength); }
    // False if the callback cancelled.
    bool apply(const Arena& arena, std::span<const float> parameters, int ensemble, CoarseCorrection* correction,
               const OtherTiles& other, RunControl& control) {
        return applier_->run(arena, parameters, ensemble, correction, other, control);
    }

  private:
    // A training under way.
    struct Training {
        RunControl& control;
        const OtherWork& other;
        Report& report;
        DeadlineSchedule schedule;
        double reserve = 0;       // seconds to keep for what follows
        double loss_sum = 0;      // of the last steps
        std::int64_t losses = 0;  // how many those are
        ProgressAction action = ProgressAction::kContinue;

        double recent_loss() const { return losses > 0 ? loss_sum / double(losses) : 0; }
        // Lets older losses count less and less.
        void add_loss(double loss) {
            if (losses >= 50) loss_sum = recent_loss(), losses = 1;
            loss_sum += loss;
            ++losses;
        }
    };
    int least_ensemble() const { return std::min(settings_.recipe.ensemble, network_.shape().fold); }
    static bool is_late(Training& training);
    bool callback_continues(Training& training, bool force) const;
    void fit_deadline(Training& training) const;
    Progress progress(const Training& training) const;

    Network& network_;
    StageSettings settings_;
    ThreadTeam& team_;
    std::optional<Trainer> trainer_;
    std::optional<Applier> applier_;
    double started_ = 0;  // seconds of the run at which training began
};

}  // namespace twofold::zsn2n

#endif
