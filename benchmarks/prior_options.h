// The constants of a fitted network as options of a laboratory; what is not given stays as the recipe has it.
#ifndef TWOFOLD_BENCHMARKS_PRIOR_OPTIONS_H
#define TWOFOLD_BENCHMARKS_PRIOR_OPTIONS_H

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "pipelines/common/pipeline.h"
#include "pipelines/common/prior/recipe.h"

namespace twofold::lab {

struct PriorOptions {
    std::string recipe_name = "fast";
    std::vector<int> channels, ups, skips;
    int skip_kernel = 0;
    bool muon = false, adam = false;
    double rate = 0, decay_from = -1, input_noise = -1;

    void add_to(CLI::App* app) {
        app->add_option("--recipe", recipe_name);
        app->add_option("--channels", channels)->delimiter(',');
        app->add_option("--up", ups, "where they differ from those that go down")->delimiter(',');
        app->add_option("--skip", skips)->delimiter(',');
        app->add_option("--skip-kernel", skip_kernel);
        app->add_flag("--muon", muon);
        app->add_flag("--adam", adam);
        app->add_option("--rate", rate);
        app->add_option("--decay-from", decay_from);
        app->add_option("--input-noise", input_noise);
    }

    RecipeName recipe() const {
        return recipe_name == "paper"  ? RecipeName::kPaper
               : recipe_name == "best" ? RecipeName::kBest
                                       : RecipeName::kFast;
    }

    void apply_to(prior::Recipe* constants) const {
        if (!channels.empty()) {
            constants->scales.clear();
            for (std::size_t i = 0; i < channels.size(); ++i) {
                const int skip = skips.empty() ? 4 : skips[std::min(i, skips.size() - 1)];
                constants->scales.push_back({channels[i], i < ups.size() ? ups[i] : channels[i], skip});
            }
        }
        if (skip_kernel > 0) constants->skip_kernel = skip_kernel;
        if (muon) constants->optimizer = prior::Optimizer::kMuon;
        if (adam) constants->optimizer = prior::Optimizer::kAdam;
        if (rate > 0) constants->learning_rate = rate;
        if (decay_from >= 0) constants->decay_from = decay_from;
        if (input_noise >= 0) constants->input_noise = input_noise;
    }
};

}  // namespace twofold::lab

#endif
