// A real denoise gives the same picture on every processor and instruction set, as nearly as rounding lets it.
#include <cstring>

#include "platform/image_io/image_io.h"
#include "tests/bindings/support.h"

using namespace test;
namespace image_io = twofold::image_io;

namespace {

// A cut-out of edges and texture, small enough for an emulator.
constexpr std::int64_t kSide = 48, kLeft = 200, kTop = 150;

std::vector<std::uint8_t> read_crop(const char* name) {
    const auto image = image_io::read_image(std::string(TWOFOLD_SAMPLES_FOLDER) + "/" + name);
    REQUIRE(image.channels == 3);
    REQUIRE(image.type == image_io::SampleType::kUint8);
    REQUIRE(image.width >= kLeft + kSide);
    REQUIRE(image.height >= kTop + kSide);
    std::vector<std::uint8_t> crop(kSide * kSide * 3);
    for (std::int64_t y = 0; y < kSide; ++y)
        std::memcpy(crop.data() + y * kSide * 3,
                    image.pixels.data() + static_cast<std::size_t>((kTop + y) * image.width + kLeft) * 3, kSide * 3);
    return crop;
}

// PSNR of the noisy cut-out denoised.
double psnr_after(twofold_method method, int steps) {
    const auto clean = read_crop("scene_clean.png");
    auto noisy = read_crop("scene_noisy.png");
    std::vector<float> truth(clean.begin(), clean.end());
    for (float& value : truth) value /= 255.0f;
    Picture<std::uint8_t> input(kSide, kSide, 3);
    Picture<float> output(kSide, kSide, 3);
    input.view.data = noisy.data();

    const Context context;
    Job job(context, input.view, output.view);
    REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, steps) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_threads(job, 2) == TWOFOLD_OK);
    job.commit_and_run();

    twofold_image truth_view = output.view;
    truth_view.data = truth.data();
    twofold_metrics metrics;
    REQUIRE(twofold_compare(context, &truth_view, &output.view, &metrics) == TWOFOLD_OK);
    return metrics.psnr;
}

// What users would not see and a wrong kernel would not reach, in dB.
constexpr double kTolerance = 0.02;

}  // namespace

// The numbers are those of x86-64.

TEST_CASE("TV is as good on every processor", "[parity]") {
    CHECK(psnr_after(TWOFOLD_TV, 0) == Approx(29.9304).margin(kTolerance));
}

TEST_CASE("the first steps of training are the same on every processor", "[parity]") {
    // Few, for an emulator needs seconds for each; the refinement takes away most of the noise.
    CHECK(psnr_after(TWOFOLD_ZSN2N, 4) == Approx(26.4219).margin(kTolerance));
}

TEST_CASE("training is as good on every processor", "[parity][slow]") {
    CHECK(psnr_after(TWOFOLD_ZSN2N, 120) == Approx(29.4809).margin(kTolerance));
}
