// Denoise a small picture through the C++ wrapper, store what was learned and apply it to a second one. An argument is
// the number of steps, 200 without it; a few, for an emulator, show only that everything can be called.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <twofold/twofold.hpp>
#include <vector>

namespace {

constexpr int kWidth = 64, kHeight = 48, kChannels = 3;

std::vector<std::uint8_t> draw(int shift) {
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth * kChannels; ++x) {
            const int tile = ((x / kChannels + shift) / 16 + y / 16) % 2;
            pixels.push_back(static_cast<std::uint8_t>(70 + 2 * y + 40 * tile));
        }
    }
    return pixels;
}

}  // namespace

int main(int argc, char** argv) try {
    const int steps = argc > 1 ? std::atoi(argv[1]) : 200;
    twofold::Context context;
    auto clean = draw(0), noisy = clean, result = clean;
    const auto clean_view = twofold::interleaved(clean.data(), kWidth, kHeight, kChannels);
    const auto noisy_view = twofold::interleaved(noisy.data(), kWidth, kHeight, kChannels);
    const auto result_view = twofold::interleaved(result.data(), kWidth, kHeight, kChannels);
    context.add_noise(clean_view, noisy_view, TWOFOLD_NOISE_GAUSSIAN, 25, 1);

    twofold::Job job(context);
    int calls = 0;
    job.input(noisy_view).output(result_view).steps(steps).progress([&calls](const twofold_progress&) {
        ++calls;
        return TWOFOLD_CONTINUE;
    });
    job.commit();
    job.run();
    const double before = context.compare(clean_view, noisy_view).psnr;
    const double after = context.compare(clean_view, result_view).psnr;

    const auto stored = job.trained_weights().store();
    const auto other = draw(5);
    std::copy(other.begin(), other.end(), clean.begin());  // the views stay valid
    context.add_noise(clean_view, noisy_view, TWOFOLD_NOISE_GAUSSIAN, 25, 2);
    twofold::Job second(context);
    second.input(noisy_view).output(result_view).weights(twofold::Weights(context, stored.data(), stored.size()));
    second.commit();
    second.run();
    const double second_after = context.compare(clean_view, result_view).psnr;

    // What the library refuses arrives as an exception with a sentence.
    bool refused = false;
    try {
        job.steps(-1);
    } catch (const twofold::Exception& error) {
        refused = error.status() == TWOFOLD_INVALID_ARGUMENT && *error.what() != '\0';
    }

    std::cout << twofold::version() << ": " << before << " dB -> " << after << " dB, second picture " << second_after
              << " dB, " << calls << " calls\n";
    const bool better = steps < 200 || (after > before + 2 && second_after > before + 2);
    return better && calls > 0 && refused ? 0 : 1;
} catch (const twofold::Exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
