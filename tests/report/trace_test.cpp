#include "apps/report/trace.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>

#include "apps/common/failure.h"
#include "apps/report/trace_files.h"
#include "tests/report/fake_report.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace twofold;
using namespace twofold::apps;
namespace fs = std::filesystem;

namespace {

std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

image_io::Image floats(const image_io::Image& image, float factor = 1) {
    image_io::Image converted = image_io::convert_samples(image, image_io::SampleType::kFloat32);
    auto* samples = reinterpret_cast<float*>(converted.pixels.data());
    for (std::size_t i = 0; i < converted.pixels.size() / sizeof(float); ++i) samples[i] *= factor;
    return converted;
}

ExitCode code_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Failure& failure) {
        return failure.code();
    }
    return ExitCode::kOk;
}

// A fit of `total` steps whose output comes nearer to the clean scene, and whose average is the clean scene.
struct FakeFit {
    image_io::Image clean = tests::scene(40, 24, 0);
    image_io::Image noisy_pixels = tests::scene(40, 24, 0.1);
    Reference noisy{view_of(noisy_pixels), 1};
    Reference truth{view_of(clean), 1};

    void run(TraceRecorder* recorder, std::int64_t total) const {
        const image_io::Image average = floats(clean);
        for (std::int64_t step = 0; step < total; ++step) {
            const image_io::Image output = floats(tests::scene(40, 24, 0.3 / static_cast<double>(1 + step)));
            const twofold_image output_view = view_of(output), average_view = view_of(average);
            const twofold_trace_point point{step, 1.0 / static_cast<double>(1 + step), &output_view,
                                            step > 2 ? &average_view : nullptr};
            TraceRecorder::on_point(&point, recorder);
        }
    }
};

}  // namespace

TEST_CASE("which steps are looked at") {
    CHECK(geometric_steps(0).empty());
    CHECK(geometric_steps(1).empty());
    CHECK(geometric_steps(60) == std::vector<std::int64_t>{1, 2, 5, 10, 20, 50});
    CHECK(geometric_steps(3000) == std::vector<std::int64_t>{5, 10, 20, 50, 100, 200, 500, 1000, 2000});
    for (const std::int64_t total : {1, 7, 199, 200, 3000, 99999, 1000000}) {
        const SnapshotSchedule schedule(total, 0, {});
        std::int64_t points = 0, snapshots = 0;
        for (std::int64_t step = 0; step < total; ++step) {
            points += schedule.is_point(step) ? 1 : 0;
            snapshots += schedule.is_snapshot(step) ? 1 : 0;
        }
        INFO(total);
        CHECK(points <= 320);
        CHECK(points >= std::min<std::int64_t>(total, 150));
        CHECK(snapshots <= 10);
        CHECK(schedule.is_point(0));
        CHECK(schedule.is_point(total - 1));
    }
    const SnapshotSchedule chosen(100, 30, {77, 5, 200});
    std::vector<std::int64_t> points;
    for (std::int64_t step = 0; step < 300; ++step) {
        if (chosen.is_point(step)) points.push_back(step);
    }
    CHECK(points == std::vector<std::int64_t>{0, 5, 30, 60, 77, 90, 99});
    CHECK(chosen.is_snapshot(77));
    CHECK_FALSE(chosen.is_snapshot(60));
    CHECK_FALSE(SnapshotSchedule().is_point(0));
}

TEST_CASE("PSNR is that of twofold_compare") {
    const Context context = create_context();
    const image_io::Image clean = tests::scene(61, 37, 0), noisy = tests::scene(61, 37, 0.2);
    const image_io::Image deep = image_io::convert_samples(noisy, image_io::SampleType::kUint16);
    const image_io::Image output = floats(clean, 1.1F);  // beyond white, which is clamped
    for (const auto& [image, white] :
         {std::pair(noisy, 1.0), std::pair(deep, 1.0), std::pair(floats(noisy, 40), 40.0)}) {
        const twofold_image view = view_of(noisy), output_view = view_of(output);
        twofold_metrics metrics{};
        check(twofold_compare(context.get(), &view, &output_view, &metrics), context.get());
        const Reference reference(view_of(image), white);
        REQUIRE(psnr(reference, output_view).has_value());
        CHECK(std::fabs(*psnr(reference, output_view) - metrics.psnr) < 1e-4);
    }
    const Reference reference(view_of(clean), 1);
    CHECK(psnr(reference, view_of(floats(clean))) == std::numeric_limits<double>::infinity());
    CHECK_FALSE(psnr(reference, view_of(floats(tests::scene(61, 36, 0)))).has_value());
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        image_io::Image diverged = floats(clean);
        reinterpret_cast<float*>(diverged.pixels.data())[100] = bad;
        CHECK_FALSE(psnr(reference, view_of(diverged)).has_value());
    }
}

TEST_CASE("a reference leaves alpha out and keeps no pixels of others") {
    image_io::Image image;
    image.width = 2;
    image.height = 1;
    image.channels = 2;
    image.has_alpha = true;
    image.pixels = {51, 7, 255, 9};
    const Reference reference(view_of(image), 1);
    image.pixels = {0, 0, 0, 0};
    const auto* samples = static_cast<const float*>(reference.view().data);
    CHECK(reference.view().channels == 1);
    CHECK(reference.view().has_alpha == 0);
    CHECK(samples[0] == Approx(0.2));
    CHECK(samples[1] == 1.0F);
    CHECK(reference.bytes() == 8);
}

TEST_CASE("a fit is followed") {
    const FakeFit fit;
    TraceRecorder recorder({true, true, {}}, fit.noisy, &fit.truth);
    recorder.plan({50, 10, {3, 20}});
    fit.run(&recorder, 36);  // and stops before its last step
    recorder.finish();
    const Curve& curve = recorder.curve();
    REQUIRE(curve.size() == 5);
    CHECK(curve[1].step == 3);
    CHECK(curve[1].loss == 0.25);
    CHECK_FALSE(curve[0].psnr_average_noisy.has_value());
    CHECK_FALSE(curve[0].psnr_average_true.has_value());
    CHECK(curve[1].psnr_average_true == std::numeric_limits<double>::infinity());
    CHECK(*curve[1].psnr_average_noisy > 15);
    for (std::size_t i = 1; i < curve.size(); ++i) CHECK(*curve[i].psnr_true > *curve[i - 1].psnr_true);
    CHECK(*curve[4].psnr_noisy > *curve[0].psnr_noisy);

    const auto& snapshots = recorder.snapshots();
    REQUIRE(snapshots.size() == 3);
    CHECK(snapshots[0].step == 3);
    CHECK(snapshots[1].step == 20);
    CHECK(snapshots[2].step == 30);
    CHECK(snapshots[1].picture.image.pixels == tests::scene(40, 24, 0.3 / 21).pixels);
    const image_io::Image file = image_io::decode_image(snapshots[1].png.data(), snapshots[1].png.size(), "snapshot");
    CHECK(file.pixels == snapshots[1].picture.image.pixels);
}

TEST_CASE("a fit without truth, and one that was not planned") {
    const FakeFit fit;
    TraceRecorder recorder({false, true, {}}, fit.noisy, nullptr);
    fit.run(&recorder, 3);
    CHECK(recorder.curve().empty());
    recorder.plan({3, 1, {}});
    fit.run(&recorder, 3);
    recorder.finish();
    REQUIRE(recorder.curve().size() == 3);
    CHECK_FALSE(recorder.curve()[2].psnr_true.has_value());
    CHECK(recorder.snapshots().front().png.empty());
    const std::string csv = curve_csv(recorder.curve());
    CHECK(csv.substr(0, csv.find('\n')) == "step,loss,psnr_noisy,psnr_average_noisy,psnr_true,psnr_average_true");
    CHECK(csv.find("\n1,0.5,") != std::string::npos);
    CHECK(csv.substr(csv.size() - 4) == ",,,\n");
}

TEST_CASE("snapshots are upright") {
    const FakeFit fit;
    TraceOptions options{false, true, {}};
    options.look.orientation = 6;
    TraceRecorder recorder(options, fit.noisy, nullptr);
    recorder.plan({1, 1, {}});
    fit.run(&recorder, 1);
    recorder.finish();
    const Picture& picture = recorder.snapshots().at(0).picture;
    CHECK(picture.image.width == 24);
    CHECK(picture.image.height == 40);
    CHECK(picture.full_width == 24);
}

TEST_CASE("a trace is written whole, and replaces nothing by itself") {
    const FakeFit fit;
    TraceRecorder recorder({true, false, {}}, fit.noisy, &fit.truth);
    recorder.plan({12, 5, {2}});
    fit.run(&recorder, 12);
    recorder.finish();
    const test::TemporaryFolder folder;
    const std::string place = folder / "deep/er";
    CHECK_NOTHROW(check_trace_folder(place, false));
    write_trace(place, recorder, false);
    CHECK(test::names_in(place) == std::vector<std::string>{"curve.csv", "step_000002.png", "step_000011.png"});
    CHECK(text_of(place + "/curve.csv") == curve_csv(recorder.curve()));

    CHECK(code_of([&] { check_trace_folder(place, false); }) == ExitCode::kUsage);
    CHECK(code_of([&] { write_trace(place, recorder, false); }) == ExitCode::kUsage);
    CHECK_NOTHROW(check_trace_folder(place, true));
    fs::remove(place + "/curve.csv");
    CHECK(code_of([&] { check_trace_folder(place, false); }) == ExitCode::kUsage);
    CHECK(code_of([&] { write_trace(place, recorder, false); }) == ExitCode::kUsage);
    CHECK(test::names_in(place).size() == 2);
    std::ofstream(place + "/notes.txt") << "mine";
    write_trace(place, recorder, true);
    CHECK(test::names_in(place).size() == 4);
    CHECK(text_of(place + "/notes.txt") == "mine");
}

TEST_CASE("a trace that cannot be written leaves nothing") {
    const FakeFit fit;
    TraceRecorder recorder({true, false, {}}, fit.noisy, nullptr);
    recorder.plan({2, 1, {}});
    fit.run(&recorder, 2);
    recorder.finish();
    const test::TemporaryFolder folder;
    std::ofstream(folder / "file") << "x";
    CHECK(code_of([&] { check_trace_folder(folder / "file", true); }) == ExitCode::kUsage);
    CHECK(code_of([&] { check_trace_folder(folder / "file/in", true); }) == ExitCode::kSomeFailed);
    CHECK(code_of([&] { write_trace(folder / "file/in", recorder, true); }) == ExitCode::kSomeFailed);
    CHECK(code_of([&] { check_trace_folder("", true); }) == ExitCode::kUsage);
    // A folder where the curve should be: snapshots that were already under way go away, and so do new folders.
    fs::create_directories(folder / "taken/curve.csv");
    CHECK(code_of([&] { write_trace(folder / "taken", recorder, true); }) == ExitCode::kSomeFailed);
    CHECK(test::names_in(folder / "taken") == std::vector<std::string>{"curve.csv"});
    CHECK(text_of(folder / "file") == "x");
}

TEST_CASE("a copy to look at is reduced by averaging blocks") {
    image_io::Image image;
    image.width = 3;
    image.height = 3;
    image.channels = 1;
    image.type = image_io::SampleType::kUint16;
    image.pixels.resize(18);
    auto* samples = reinterpret_cast<std::uint16_t*>(image.pixels.data());
    for (int i = 0; i < 9; ++i) samples[i] = static_cast<std::uint16_t>(257 * 10 * i);
    const Picture picture = picture_of(image, {1, 4, nullptr});
    CHECK(picture.reduced());
    CHECK(picture.full_width == 3);
    CHECK(picture.image.pixels == std::vector<std::uint8_t>{20, 35, 65, 80});
    CHECK_FALSE(picture_of(image, {1, 9, nullptr}).reduced());
}
