// One optimiser step over all parameters of a network, shared by the threads of a team.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_OPTIMIZER_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_OPTIMIZER_H

#include <vector>

#include "ops/optimizer/muon.h"
#include "pipelines/common/prior/hourglass_shape.h"
#include "pipelines/common/prior/recipe.h"
#include "runtime/arena.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

class ParameterOptimizer {
  public:
    ParameterOptimizer(const ParameterLayout& layout, const Recipe& recipe);

    void reserve(ArenaPlan& plan);
    // Forgets all moments.
    void reset(const Arena& arena);
    // `step` counts from 1.
    void step(ThreadTeam& team, const Arena& arena, std::int64_t step, double learning_rate, const float* gradient,
              float* parameters) const;

  private:
    struct MuonBlock {
        ops::Muon muon;
        std::size_t offset;
        ArenaRange<float> scratch;
    };
    struct MuonTask {
        std::size_t block;
        int chunk;
    };
    // Parameters that Adam moves: runs of at most kRun.
    struct AdamRun {
        std::size_t offset, count;
    };

    Recipe recipe_;
    std::size_t size_;
    std::vector<MuonBlock> muon_blocks_;
    std::vector<MuonTask> muon_tasks_;
    std::vector<AdamRun> adam_runs_;
    ArenaRange<float> first_, second_;
};

}  // namespace twofold::prior

#endif
