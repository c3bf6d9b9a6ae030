#include "apps/common/non_finite.h"

#include <cmath>
#include <cstring>

#include "apps/common/library.h"

namespace twofold::apps {

void add_non_finite_option(CLI::App* app, std::string* choice) {
    app->add_option("--non-finite", *choice,
                    "Samples of float images that are NaN or infinite: refuse (default), keep them as they are, or "
                    "fill them in; neither counts as picture")
        ->check(CLI::IsMember({"refuse", "keep", "fill"}));
}

void NonFiniteSamples::fill(image_io::Image* image, const std::string& choice) {
    if (choice == "refuse" || image->type != image_io::SampleType::kFloat32) return;
    const std::size_t samples = image->pixels.size() / sizeof(float);
    const auto is_alpha = [&](std::size_t i) {
        const auto channels = static_cast<std::size_t>(image->channels);
        return image->has_alpha && i % channels == channels - 1;
    };
    std::vector<bool> kept(choice == "keep" ? samples : 0);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        float value;
        std::memcpy(&value, image->pixels.data() + i * sizeof value, sizeof value);
        if (std::isfinite(value) || is_alpha(i)) continue;
        kept[i] = true;
        values_.push_back(value);
    }
    const Context context = create_context();
    const twofold_image view = view_of(*image);
    check(twofold_fill_non_finite(context.get(), &view, nullptr, &count_), context.get());
    if (count_ > 0) kept_ = std::move(kept);
}

void NonFiniteSamples::restore(image_io::Image* image) const {
    auto value = values_.begin();
    for (std::size_t i = 0; i < kept_.size(); ++i)
        if (kept_[i]) std::memcpy(image->pixels.data() + i * sizeof(float), &*value++, sizeof(float));
}

}  // namespace twofold::apps
