// Rows that are brighter or darker as a whole are levelled before a method sees them.
#include "tests/bindings/support.h"

using namespace test;

namespace {

constexpr std::int64_t kWidth = 160, kHeight = 128;

// A disc on a gradient, with noise and offsets of rows.
struct Case {
    Picture<float> clean{kWidth, kHeight, 3};
    Picture<std::uint8_t> noisy{kWidth, kHeight, 3}, denoised{kWidth, kHeight, 3};

    explicit Case(const Context& context, bool lines = true) {
        Picture<float> lined(kWidth, kHeight, 3);
        for (std::int64_t y = 0; y < kHeight; ++y)
            for (std::int64_t x = 0; x < kWidth; ++x)
                for (int c = 0; c < 3; ++c) {
                    const auto i = static_cast<std::size_t>((y * kWidth + x) * 3 + c);
                    const bool disc = (x - 70) * (x - 70) + (y - 60) * (y - 60) < 1600;
                    clean.pixels[i] = (disc ? 0.6f : 0.35f) + 0.0005f * static_cast<float>(x + y);
                    const int offset = pattern(0, 1000 * y, 0, 3) % 41 - 20;
                    lined.pixels[i] = clean.pixels[i] + (lines ? static_cast<float>(offset) / 255 : 0.0f);
                }
        REQUIRE(twofold_add_noise(context, &lined.view, &noisy.view, TWOFOLD_NOISE_GAUSSIAN, 12, 3) == TWOFOLD_OK);
    }
    double psnr(const Context& context) const { return psnr_of(context, clean.view, denoised.view); }
};

}  // namespace

TEST_CASE("line noise is levelled by every method that denoises, and kept when told to", "[lines][slow]") {
    const Context context;
    const twofold_method method = GENERATE(TWOFOLD_ZSN2N, TWOFOLD_TV);
    Case pictures(context);
    Job job(context, pictures.noisy.view, pictures.denoised.view);
    REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, method == TWOFOLD_TV ? 0 : 60) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_lines(job, TWOFOLD_LINES_KEEP) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(job.report().row_noise == 0);
    const double kept = pictures.psnr(context);
    const std::uint64_t without = job.report().memory_bytes;
    REQUIRE(twofold_job_set_lines(job, TWOFOLD_LINES_AUTO) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(job.report().row_noise == Approx(12).epsilon(0.3));
    CHECK(job.report().column_noise == 0);
    CHECK(job.report().memory_bytes == without + pictures.noisy.pixels.size());
    const double levelled = pictures.psnr(context);
    INFO("kept " << kept << " dB, levelled " << levelled);
    CHECK(levelled > kept + 2);

    // What was taken away was noise, and the quality is that of the picture.
    twofold_quality quality;
    REQUIRE(twofold_job_estimate_quality(job, &quality) == TWOFOLD_OK);
    CHECK(quality.psnr > kept);
    twofold_examination examination;
    REQUIRE(twofold_examine(context, &pictures.noisy.view, &pictures.denoised.view, 0, 1, nullptr, &examination) ==
            TWOFOLD_OK);
    CHECK((examination.warnings & TWOFOLD_RESIDUAL_STRONG) == 0);

    const std::vector<std::uint8_t> beside = pictures.denoised.pixels;
    REQUIRE(twofold_job_set_output(job, &pictures.noisy.view) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(same_bits(pictures.noisy.pixels, beside));
}

TEST_CASE("nothing is levelled without line noise, as published, or where there is no room", "[lines]") {
    const Context context;
    const auto rows = [&](const Case& pictures, twofold_recipe recipe, double strength, std::uint64_t budget) {
        Picture<std::uint8_t> result(kWidth, kHeight, 3);
        const Job job(context, pictures.noisy.view, result.view);
        REQUIRE(twofold_job_set_recipe(job, recipe) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_strength(job, strength) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_memory_budget(job, budget) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        const twofold_report report = job.report();
        if (budget > 0) CHECK(report.memory_bytes <= budget);
        return report.row_noise;
    };
    const Case with(context), without(context, false);
    CHECK(rows(with, TWOFOLD_RECIPE_FAST, 1, 0) > 0);
    CHECK(rows(without, TWOFOLD_RECIPE_FAST, 1, 0) == 0);
    CHECK(rows(with, TWOFOLD_RECIPE_PAPER, 1, 0) == 0);
    CHECK(rows(with, TWOFOLD_RECIPE_FAST, 0, 0) == 0);
    CHECK(rows(with, TWOFOLD_RECIPE_FAST, 1, 64 << 20) > 0);
    // The least that the job can do with at all.
    std::uint64_t least = 64 << 20;
    const auto fits = [&](std::uint64_t budget) {
        Picture<std::uint8_t> result(kWidth, kHeight, 3);
        const Job job(context, without.noisy.view, result.view);
        return twofold_job_set_memory_budget(job, budget) == TWOFOLD_OK && twofold_job_commit(job) == TWOFOLD_OK;
    };
    while (fits(least - 50000)) least -= 50000;
    CHECK(rows(with, TWOFOLD_RECIPE_FAST, 1, least) == 0);
}
