// The files in samples/ are what the renderer makes: to the last bit, on every machine.
#include "platform/image_io/image_io.h"
#include "samples/camera.h"
#include "samples/scene.h"
#include "tests/support/catch.h"

using namespace twofold;
using namespace twofold::samples;

TEST_CASE("the bundled pictures are reproduced exactly", "[samples]") {
    const std::string folder = TWOFOLD_SAMPLES_FOLDER;
    const auto clean = image_io::read_image(folder + "/scene_clean.png");
    const auto noisy = image_io::read_image(folder + "/scene_noisy.png");
    for (const auto* picture : {&clean, &noisy}) {
        REQUIRE(picture->width == kSceneWidth);
        REQUIRE(picture->height == kSceneHeight);
        REQUIRE(picture->channels == 3);
        REQUIRE(picture->type == image_io::SampleType::kUint8);
    }
    const auto light = render_scene(kBundledSeed);
    const bool same_clean = clean.pixels == develop_clean(light);
    const bool same_noisy = noisy.pixels == develop_noisy(light, Camera{}, kBundledSeed);
    CHECK(same_clean);
    CHECK(same_noisy);
}
