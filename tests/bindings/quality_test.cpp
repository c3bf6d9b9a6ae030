// What a job says of the quality of its own result.
#include "tests/bindings/support.h"

using namespace test;

namespace {

// Discs and stripes with noise.
struct Case {
    Picture<float> clean{160, 144, 4, true};
    Picture<std::uint8_t> noisy{160, 144, 4, true};
    Picture<std::uint8_t> denoised{160, 144, 4, true};

    explicit Case(twofold_context* context) {
        for (std::int64_t y = 0; y < 144; ++y)
            for (std::int64_t x = 0; x < 160; ++x)
                for (int c = 0; c < 3; ++c) {
                    const bool disc = (x - 50) * (x - 50) + (y - 70) * (y - 70) < 900;
                    const double stripes = x > 90 ? 0.1 * std::sin(0.4 * double(x) + 0.2 * double(y) + c) : 0;
                    clean.pixels[static_cast<std::size_t>(4 * (160 * y + x) + c)] =
                        static_cast<float>((disc ? 0.6 : 0.4) + stripes);
                }
        REQUIRE(twofold_add_noise(context, &clean.view, &noisy.view, TWOFOLD_NOISE_GAUSSIAN, 25, 3) == TWOFOLD_OK);
    }
    double true_psnr(twofold_context* context) const { return psnr_of(context, clean.view, denoised.view); }
};

}  // namespace

TEST_CASE("a job estimates the quality of its result", "[quality][slow]") {
    const Context context;
    const Case pictures(context);
    const twofold_method method = GENERATE(TWOFOLD_ZSN2N, TWOFOLD_TV);
    const double strength = GENERATE(1.0, 0.5);
    INFO("method " << int(method) << ", strength " << strength);
    const Job job(context, pictures.noisy.view, pictures.denoised.view);
    REQUIRE(twofold_job_set_method(job, method) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_steps(job, method == TWOFOLD_TV ? 0 : 150) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_strength(job, strength) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    twofold_quality quality, again;
    REQUIRE(twofold_job_estimate_quality(job, &quality) == TWOFOLD_OK);
    INFO("estimated " << quality.psnr << ", between " << quality.psnr_low << " and " << quality.psnr_high);
    // Of ZS-N2N's refined result a sixtieth of the noise is left; the noise itself is not known better than to a
    // hundredth.
    const double truth = pictures.true_psnr(context);
    const auto error = [](double psnr) { return std::pow(10, -psnr / 10); };
    CHECK(error(quality.psnr) == Approx(error(truth)).margin(0.01 * error(quality.noisy_psnr) + 0.15 * error(truth)));
    CHECK(quality.psnr_low < std::min(truth, quality.psnr));
    CHECK(quality.psnr_high > std::max(truth, quality.psnr));
    CHECK(quality.noisy_psnr == Approx(20.2).margin(0.4));
    // The job is as it was.
    REQUIRE(twofold_job_estimate_quality(job, &again) == TWOFOLD_OK);
    CHECK(again.psnr == quality.psnr);
    const std::vector<std::uint8_t> before = pictures.denoised.pixels;
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    CHECK(same_bits(before, pictures.denoised.pixels));
}

TEST_CASE("given weights can be judged, in an image of their scale or another", "[quality]") {
    const Context context;
    const Case pictures(context);
    const Job job(context, pictures.noisy.view, pictures.denoised.view);
    REQUIRE(twofold_job_set_steps(job, 100) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    twofold_quality trained, given;
    REQUIRE(twofold_job_estimate_quality(job, &trained) == TWOFOLD_OK);
    twofold_weights* weights = nullptr;
    REQUIRE(twofold_job_get_weights(job, &weights) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_weights(job, weights) == TWOFOLD_OK);
    twofold_weights_destroy(weights);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
    REQUIRE(twofold_job_estimate_quality(job, &given) == TWOFOLD_OK);
    CHECK(given.psnr == Approx(trained.psnr).margin(0.02));
}

TEST_CASE("a quality that cannot be estimated is refused with a reason", "[quality]") {
    const Context context;
    Case pictures(context);
    twofold_quality quality = {};
    CHECK(twofold_job_estimate_quality(nullptr, &quality) == TWOFOLD_INVALID_ARGUMENT);
    const Job job(context, pictures.noisy.view, pictures.denoised.view);
    CHECK(twofold_job_estimate_quality(job, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    REQUIRE(twofold_job_set_steps(job, 40) == TWOFOLD_OK);
    REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
    CHECK(twofold_job_estimate_quality(job, &quality) == TWOFOLD_INVALID_STATE);

    SECTION("nothing to apply again") {
        REQUIRE(twofold_job_set_method(job, TWOFOLD_DIP) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_steps(job, 2) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
        CHECK(twofold_job_estimate_quality(job, &quality) == TWOFOLD_UNSUPPORTED);
        CHECK(context.message().find("again") != std::string::npos);
    }
    SECTION("the noisy image is gone") {
        REQUIRE(twofold_job_set_output(job, &pictures.noisy.view) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
        CHECK(twofold_job_estimate_quality(job, &quality) == TWOFOLD_INVALID_STATE);
    }
    SECTION("a budget with no room for it") {
        REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
        REQUIRE(twofold_job_estimate_quality(job, &quality) == TWOFOLD_OK);
        REQUIRE(twofold_job_set_memory_budget(job, 64 << 20) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        twofold_report report;
        REQUIRE(twofold_job_get_report(job, &report) == TWOFOLD_OK);
        const std::uint64_t windows = 160 * 144 * 3 * 2 * sizeof(float);
        for (const bool enough : {false, true}) {
            REQUIRE(twofold_job_set_memory_budget(job, 2 * report.memory_bytes + windows - (enough ? 0 : 1)) ==
                    TWOFOLD_OK);
            REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
            REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
            CHECK(twofold_job_estimate_quality(job, &quality) == (enough ? TWOFOLD_OK : TWOFOLD_OVER_BUDGET));
        }
    }
    SECTION("cancelled, then not") {
        const auto cancel = [](const twofold_progress*, void* user) {
            return *static_cast<bool*>(user) ? TWOFOLD_CANCEL : TWOFOLD_CONTINUE;
        };
        bool now = false;
        REQUIRE(twofold_job_set_progress(job, cancel, &now) == TWOFOLD_OK);
        REQUIRE(twofold_job_commit(job) == TWOFOLD_OK);
        REQUIRE(twofold_job_run(job) == TWOFOLD_OK);
        now = true;
        CHECK(twofold_job_estimate_quality(job, &quality) == TWOFOLD_CANCELLED);
        now = false;
        CHECK(twofold_job_estimate_quality(job, &quality) == TWOFOLD_OK);
    }
}
