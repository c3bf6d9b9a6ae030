// Weights through the public interface: saved, loaded and applied to other images without training.
#include "tests/bindings/support.h"

using namespace test;

namespace {

class Weights {
  public:
    ~Weights() { twofold_weights_destroy(weights_); }
    Weights() = default;
    Weights(const Weights&) = delete;
    Weights& operator=(const Weights&) = delete;
    operator const twofold_weights*() const { return weights_; }
    twofold_weights** place() { return &weights_; }

    std::vector<std::byte> stored() const {
        std::size_t size = 0;
        REQUIRE(twofold_weights_size(weights_, &size) == TWOFOLD_OK);
        std::vector<std::byte> bytes(size);
        REQUIRE(twofold_weights_write(weights_, bytes.data(), size) == TWOFOLD_OK);
        return bytes;
    }

  private:
    twofold_weights* weights_ = nullptr;
};

// Trains on a picture of the given channels and returns the stored weights.
std::vector<std::byte> trained(int channels) {
    const Context context;
    Picture<std::uint8_t> input(40, 36, channels), output(40, 36, channels);
    Job job(context, input.view, output.view);
    job.commit_and_run();
    Weights weights;
    REQUIRE(twofold_job_get_weights(job, weights.place()) == TWOFOLD_OK);
    return weights.stored();
}

}  // namespace

TEST_CASE("stored weights give what the training job gave, in another context", "[weights]") {
    Picture<std::uint8_t> input(64, 48, 3), output(64, 48, 3), again(64, 48, 3, false, 5);
    std::vector<std::byte> bytes;
    int ensemble = 0;
    {
        const Context context;
        Job job(context, input.view, output.view);
        job.commit_and_run();
        Weights weights;
        REQUIRE(twofold_job_get_weights(job, weights.place()) == TWOFOLD_OK);
        std::int32_t channels = 0;
        std::int64_t parameters = 0;
        REQUIRE(twofold_weights_info(weights, &channels, &parameters) == TWOFOLD_OK);
        CHECK(channels == 3);
        CHECK(parameters == job.report().parameters);
        ensemble = job.report().ensemble;
        bytes = weights.stored();
    }
    const Context context;
    Job job(context, input.view, again.view);
    {
        Weights weights;
        REQUIRE(twofold_weights_read(context, bytes.data(), bytes.size(), weights.place()) == TWOFOLD_OK);
        CHECK(weights.stored() == bytes);
        REQUIRE(twofold_job_set_weights(job, weights) == TWOFOLD_OK);
    }  // the job keeps its own copy
    job.commit_and_run();
    CHECK(same_bits(again.pixels, output.pixels));
    const twofold_report report = job.report();
    CHECK(report.stop_reason == TWOFOLD_STOP_WEIGHTS);
    CHECK(report.steps_done == 0);
    CHECK(report.steps_planned == 0);
    CHECK(report.seconds_per_step == 0);
    CHECK(report.ensemble == ensemble);
    Weights copy;
    REQUIRE(twofold_job_get_weights(job, copy.place()) == TWOFOLD_OK);
    CHECK(copy.stored() == bytes);
}

TEST_CASE("weights are applied to images of any size and layout of the same channels", "[weights]") {
    const auto bytes = trained(3);
    const Context context;
    Weights weights;
    REQUIRE(twofold_weights_read(context, bytes.data(), bytes.size(), weights.place()) == TWOFOLD_OK);
    struct Size {
        std::int64_t width, height;
    };
    for (const Size size : {Size{1, 1}, Size{1, 50}, Size{50, 1}, Size{2, 2}, Size{3, 7}, Size{65, 33}, Size{129, 5}}) {
        CAPTURE(size.width, size.height);
        Picture<std::uint16_t> input(size.width, size.height, 4, true), output(size.width, size.height, 4, true, 9);
        Job job(context, input.view, output.view);
        REQUIRE(twofold_job_set_weights(job, weights) == TWOFOLD_OK);
        job.commit_and_run();
        for (std::size_t i = 3; i < input.pixels.size(); i += 4) REQUIRE(output.pixels[i] == input.pixels[i]);
    }
}

TEST_CASE("going back to training", "[weights]") {
    const auto bytes = trained(1);
    Picture<std::uint8_t> input(30, 30, 1), first(30, 30, 1), second(30, 30, 1);
    const Context context;
    Weights weights;
    REQUIRE(twofold_weights_read(context, bytes.data(), bytes.size(), weights.place()) == TWOFOLD_OK);
    Job job(context, input.view, first.view);
    job.commit_and_run();
    REQUIRE(twofold_job_set_weights(job, weights) == TWOFOLD_OK);
    job.commit_and_run();
    REQUIRE(twofold_job_set_weights(job, nullptr) == TWOFOLD_OK);
    REQUIRE(twofold_job_set_output(job, &second.view) == TWOFOLD_OK);
    job.commit_and_run();
    CHECK(job.report().steps_done == 3);
    Picture<std::uint8_t> fresh(30, 30, 1);
    Job other(context, input.view, fresh.view);
    other.commit_and_run();
    CHECK(same_bits(second.pixels, fresh.pixels));
}

TEST_CASE("weights for other channels are refused at commit", "[weights]") {
    const auto bytes = trained(1);
    const Context context;
    Weights weights;
    REQUIRE(twofold_weights_read(context, bytes.data(), bytes.size(), weights.place()) == TWOFOLD_OK);
    Picture<std::uint8_t> colour(20, 20, 3), colour_output(20, 20, 3), grey(20, 20, 2, true),
        grey_output(20, 20, 2, true);
    const Job refused(context, colour.view, colour_output.view);
    REQUIRE(twofold_job_set_weights(refused, weights) == TWOFOLD_OK);
    CHECK(twofold_job_commit(refused) == TWOFOLD_UNSUPPORTED);
    CHECK(context.message().find("channels") != std::string::npos);
    Job accepted(context, grey.view, grey_output.view);
    REQUIRE(twofold_job_set_weights(accepted, weights) == TWOFOLD_OK);
    accepted.commit_and_run();
}

TEST_CASE("damaged weights are refused", "[weights]") {
    const auto bytes = trained(1);
    const Context context;
    int place = 0;
    auto* weights = reinterpret_cast<twofold_weights*>(&place);
    auto damaged = bytes;
    damaged[damaged.size() / 2] ^= std::byte{0x10};
    CHECK(twofold_weights_read(context, damaged.data(), damaged.size(), &weights) == TWOFOLD_CORRUPT_DATA);
    CHECK(weights == nullptr);
    CHECK(context.message().size() > 10);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{8}, bytes.size() - 1}) {
        CHECK(twofold_weights_read(context, bytes.data(), size, &weights) == TWOFOLD_CORRUPT_DATA);
    }
}

TEST_CASE("weights are written into a buffer of exactly their size", "[weights]") {
    const auto bytes = trained(1);
    const Context context;
    Weights weights;
    REQUIRE(twofold_weights_read(context, bytes.data(), bytes.size(), weights.place()) == TWOFOLD_OK);
    std::vector<std::byte> buffer(bytes.size() + 1);
    CHECK(twofold_weights_write(weights, buffer.data(), bytes.size() - 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_write(weights, buffer.data(), bytes.size() + 1) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_write(weights, nullptr, bytes.size()) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(twofold_weights_size(weights, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    std::int32_t channels;
    CHECK(twofold_weights_info(weights, &channels, nullptr) == TWOFOLD_INVALID_ARGUMENT);
    CHECK(std::count(buffer.begin(), buffer.end(), std::byte{0}) == static_cast<std::ptrdiff_t>(buffer.size()));
}
