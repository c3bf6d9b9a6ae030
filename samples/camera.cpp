#include "samples/camera.h"

#include "samples/texture.h"

namespace twofold::samples {
namespace {

// The random numbers of one sample: a counter run through a mixing function, as in texture.h.
class Stream {
  public:
    Stream(std::uint64_t seed, std::uint64_t sample) : state_(mix_bits(mix_bits(seed) ^ sample)) {}
    double uniform() { return static_cast<double>(mix_bits(state_++) >> 11) / 9007199254740992.0; }

    // Sum of twelve uniforms: mean 0, variance 1, tails cut at 6; needs no logarithm.
    double gaussian() {
        double sum = -6;
        for (int i = 0; i < 12; ++i) sum += uniform();
        return sum;
    }

    // Number of uniform factors that the product of e^-mean takes to fall through, taken in portions of at most 1.
    int poisson(double mean) {
        int count = 0;
        for (; mean > 0; mean -= 1) {
            const double limit = exp_minus(mean < 1 ? mean : 1);
            for (double product = uniform(); product > limit; product *= uniform()) ++count;
        }
        return count;
    }

  private:
    // e^-x for x in [0, 1]; the series has converged to the last bit after 20 terms.
    static double exp_minus(double x) {
        double sum = 0, term = 1;
        for (int i = 1; i <= 20; ++i) {
            sum += term;
            term *= -x / i;
        }
        return sum;
    }

    std::uint64_t state_;
};

}  // namespace

std::vector<std::uint8_t> develop_clean(const std::vector<Colour>& light) {
    std::vector<std::uint8_t> picture;
    picture.reserve(light.size() * 3);
    for (const Colour& c : light) {
        for (const double value : {c.r, c.g, c.b}) picture.push_back(srgb_encode_8bit(value));
    }
    return picture;
}

std::vector<std::uint8_t> develop_noisy(const std::vector<Colour>& light, const Camera& camera, std::uint64_t seed) {
    const double gains[3] = {camera.white_balance.r, camera.white_balance.g, camera.white_balance.b};
    std::vector<std::uint8_t> picture;
    picture.reserve(light.size() * 3);
    for (const Colour& c : light) {
        const double channels[3] = {c.r, c.g, c.b};
        for (int i = 0; i < 3; ++i) {
            Stream stream(seed, picture.size());
            const double photons_per_unit = camera.photons_at_white / gains[i];
            const double seen = stream.poisson(channels[i] * photons_per_unit) + camera.read_noise * stream.gaussian();
            picture.push_back(srgb_encode_8bit(seen / photons_per_unit));
        }
    }
    return picture;
}

}  // namespace twofold::samples
