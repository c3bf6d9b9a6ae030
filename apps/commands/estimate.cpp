#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/interrupt.h"
#include "apps/common/library.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

struct EstimateOptions {
    std::string input;
    double white = 0;  // of float images, 0: it is found
    bool json = false;
};

Json to_json(const twofold_channel_noise& channel, const char* name) {
    Json entry;
    entry["name"] = name;
    entry["sigma"] = channel.sigma;
    entry["snr"] = channel.snr;
    entry["gain"] = channel.gain;
    entry["read_noise"] = channel.read_noise;
    entry["offset"] = channel.offset;
    entry["sigma_by_brightness"] = channel.sigma_by_brightness;
    entry["smallest"] = channel.smallest;
    entry["largest"] = channel.largest;
    entry["black"] = channel.black;
    entry["white"] = channel.white;
    return entry;
}

Json to_json(const EstimateOptions& options, const twofold_image& image, const twofold_noise& noise) {
    Json result;
    result["input"] = options.input;
    result["width"] = image.width;
    result["height"] = image.height;
    result["noise"] = name_of(noise.correlation);
    result["white"] = noise.white;
    result["bits"] = noise.bits;
    result["sigma"] = noise.sigma;
    result["snr"] = noise.snr;
    result["row_noise"] = noise.row_noise;
    result["column_noise"] = noise.column_noise;
    result["hot_samples"] = noise.hot_samples;
    result["dead_samples"] = noise.dead_samples;
    result["autocorrelation"] = noise.autocorrelation;
    result["channels"] = Json::array();
    for (int c = 0; c < noise.channels; ++c)
        result["channels"].push_back(to_json(noise.channel[c], channel_name(noise.channels, c)));
    return result;
}

std::string to_text(const twofold_image& image, const twofold_noise& noise) {
    const auto& correlation = noise.autocorrelation;
    constexpr int kHere = TWOFOLD_CORRELATION_REACH;
    std::string text = fmt::format("{}x{}, {} bits a sample, white is {:g}\n", image.width, image.height,
                                   noise.bits > 0 ? std::to_string(noise.bits) : "32 float", noise.white);
    text += fmt::format("noise: sigma {:.2f} of 255, signal to noise {:.1f} dB, {} from pixel to pixel\n", noise.sigma,
                        noise.snr, name_of(noise.correlation));
    text +=
        fmt::format("correlation with the next pixel {:.2f}, the one below {:.2f}, the second ones {:.2f} and {:.2f}\n",
                    correlation[kHere][kHere + 1], correlation[kHere + 1][kHere], correlation[kHere][kHere + 2],
                    correlation[kHere + 2][kHere]);
    text += fmt::format("row noise {:.2f}, column noise {:.2f}; {} hot and {} dead samples\n\n", noise.row_noise,
                        noise.column_noise, noise.hot_samples, noise.dead_samples);
    text += fmt::format("{:<7} {:>7} {:>8} {:>11} {:>10} {:>8} {:>8} {:>8}   sigma at 1/8, 1/2, 7/8\n", "", "sigma",
                        "SNR dB", "gain", "read noise", "offset", "black %", "white %");
    for (int c = 0; c < noise.channels; ++c) {
        const twofold_channel_noise& channel = noise.channel[c];
        text += fmt::format(
            "{:<7} {:>7.2f} {:>8.1f} {:>11.3g} {:>10.2f} {:>8.4f} {:>8.2f} {:>8.2f}   {:.2f} {:.2f} {:.2f}\n",
            channel_name(noise.channels, c), channel.sigma, channel.snr, channel.gain, channel.read_noise,
            channel.offset, 100 * channel.black, 100 * channel.white, channel.sigma_by_brightness[2],
            channel.sigma_by_brightness[8], channel.sigma_by_brightness[14]);
    }
    return text;
}

void estimate_file(const EstimateOptions& options) {
    const image_io::Image image = image_io::read_image(options.input);
    stop_if_interrupted();
    check_white(image, options.white);
    const twofold_image view = view_of(image);
    const Context context = create_context();
    twofold_noise noise{};
    check(twofold_measure_noise(context.get(), &view, options.white, &noise), context.get());
    stop_if_interrupted();
    if (options.json)
        print_json(to_json(options, view, noise));
    else
        print_result(to_text(view, noise));
}

}  // namespace

Command add_estimate(CLI::App& root) {
    CLI::App* app = root.add_subcommand("estimate", "Measure the noise of an image");
    const auto options = std::make_shared<EstimateOptions>();
    app->add_option("input", options->input, "An image, or - for standard input")->required();
    add_white_option(app, &options->white, "found as denoise does");
    app->add_flag("--json", options->json, "Print JSON");
    return {app, [options] { return run_on_file(options->input, [&] { estimate_file(*options); }); }};
}

}  // namespace twofold::apps
