// What the network of a fit sees at each step.
#ifndef TWOFOLD_PIPELINES_COMMON_PRIOR_NETWORK_INPUT_H
#define TWOFOLD_PIPELINES_COMMON_PRIOR_NETWORK_INPUT_H

#include <cstdint>
#include <memory>

#include "pipelines/common/noise/noise_model.h"
#include "pipelines/common/prior/data_term.h"
#include "pipelines/common/prior/recipe.h"
#include "runtime/arena.h"
#include "runtime/image_view.h"
#include "runtime/thread_team.h"

namespace twofold::prior {

class NetworkInput {
  public:
    virtual ~NetworkInput() = default;
    // Channels that the network must take.
    virtual int channels() const = 0;
    virtual void reserve(ArenaPlan& plan) = 0;
    // At the start of a run, after the term's own begin().
    virtual void begin(ThreadTeam& team, const Arena& arena, const DataTerm& term) = 0;
    // Draws the input of step `step`.
    virtual void write(ThreadTeam& team, const Arena& arena, std::int64_t step, ops::FeatureMap input) = 0;

    // What the target of the step last written has more than the image; data is null where that is nothing.
    virtual ops::ConstFeatureMap target_shift(const Arena&) const { return ops::no_map(); }
    // Its mean square, by which the loss exceeds the distance to the image.
    virtual double shift_variance() const { return 0; }
};

// For maps of height x width pixels. `image` and `noise` count for inputs that show the image, which is then not larger
// than the maps; the result is of its size.
std::unique_ptr<NetworkInput> make_network_input(const Recipe& recipe, int height, int width, const ImageView& image,
                                                 float white, const NoiseModel& noise, std::uint64_t seed);

}  // namespace twofold::prior

#endif
