#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/console.h"
#include "apps/common/interrupt.h"
#include "apps/common/library.h"
#include "apps/common/white_level.h"

namespace twofold::apps {
namespace {

struct CompareOptions {
    std::string a, b;
    double white = 0;  // of float images, 0: it is 1
    bool json = false;
};

image_io::Image read_upright(const std::string& path, double white) {
    return naming(path, [&] {
        image_io::ReadOptions read;
        read.upright = true;
        image_io::Image image = image_io::read_image(path, read);
        stop_if_interrupted();
        scale_to_white(&image, white);
        return image;
    });
}

std::string shape(const twofold_image& image) {
    const int colours = image.channels - (image.has_alpha != 0 ? 1 : 0);
    return fmt::format("{}x{} {}", image.width, image.height, colours == 1 ? "grey" : "colour");
}

Json measures(double psnr, double ssim, double largest_error) {
    Json entry;
    entry["psnr"] = psnr;
    entry["ssim"] = ssim;
    entry["largest_error"] = largest_error;
    return entry;
}

Json to_json(const CompareOptions& options, const twofold_image& view, const twofold_metrics& metrics) {
    Json result;
    result["a"] = options.a;
    result["b"] = options.b;
    result["width"] = view.width;
    result["height"] = view.height;
    result.update(measures(metrics.psnr, metrics.ssim, metrics.largest_error));
    result["channels"] = Json::array();
    for (int c = 0; c < metrics.channels; ++c) {
        result["channels"].push_back(
            measures(metrics.channel_psnr[c], metrics.channel_ssim[c], metrics.channel_largest_error[c]));
    }
    return result;
}

std::string to_text(const twofold_metrics& metrics) {
    const auto row = [](const char* name, double psnr, double ssim, double largest_error) {
        return fmt::format("{:<8} {:>8.3f} {:>8.5f} {:>14.5f}\n", name, psnr, ssim, largest_error);
    };
    std::string text = fmt::format("{:<8} {:>8} {:>8} {:>14}\n", "", "PSNR dB", "SSIM", "largest error");
    for (int c = 0; c < metrics.channels; ++c) {
        text += row(channel_name(metrics.channels, c), metrics.channel_psnr[c], metrics.channel_ssim[c],
                    metrics.channel_largest_error[c]);
    }
    return text + row("overall", metrics.psnr, metrics.ssim, metrics.largest_error);
}

ExitCode run_compare(const CompareOptions& options) {
    if (options.a == "-" && options.b == "-") {
        throw Failure(ExitCode::kUsage, "standard input can be read only once");
    }
    const image_io::Image a = read_upright(options.a, options.white);
    const image_io::Image b = read_upright(options.b, options.white);
    if (a.type != image_io::SampleType::kFloat32) check_white(b, options.white);
    const twofold_image view_a = view_of(a);
    const twofold_image view_b = view_of(b);
    if (shape(view_a) != shape(view_b)) {
        throw Failure(ExitCode::kUsage, "the images differ in shape: " + options.a + " is " + shape(view_a) + ", " +
                                            options.b + " is " + shape(view_b));
    }
    const Context context = create_context();
    twofold_metrics metrics{};
    check(twofold_compare(context.get(), &view_a, &view_b, &metrics), context.get());
    if (options.json) {
        print_json(to_json(options, view_a, metrics));
    } else {
        print_result(to_text(metrics));
    }
    return ExitCode::kOk;
}

}  // namespace

Command add_compare(CLI::App& root) {
    CLI::App* app = root.add_subcommand("compare", "Compare two images: PSNR, SSIM and the largest error");
    const auto options = std::make_shared<CompareOptions>();
    app->add_option("a", options->a, "An image, or - for standard input")->required();
    app->add_option("b", options->b, "The image to compare it with")->required();
    add_white_option(app, &options->white, "1");
    app->add_flag("--json", options->json, "Print JSON; an infinite PSNR becomes null");
    return {app, [options] { return run_compare(*options); }};
}

}  // namespace twofold::apps
