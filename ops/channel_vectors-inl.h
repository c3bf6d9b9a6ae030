// Included once per instruction set, by kernels that work on the channels of pixels: cuts any number of channels into
// whole vectors, groups of four and single ones, so that nothing beyond a pixel's channels is read or written.
#if defined(TWOFOLD_OPS_CHANNEL_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TWOFOLD_OPS_CHANNEL_VECTORS_INL_H
#undef TWOFOLD_OPS_CHANNEL_VECTORS_INL_H
#else
#define TWOFOLD_OPS_CHANNEL_VECTORS_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace twofold::ops::HWY_NAMESPACE {

// Calls kernel(d, first, last) with a vector tag d and a range of channels that its lanes divide.
template <class Kernel>
void by_channel_vectors(int channels, const Kernel& kernel) {
    const hwy::HWY_NAMESPACE::CappedTag<float, 16> d;
    const hwy::HWY_NAMESPACE::CappedTag<float, 4> d4;
    const hwy::HWY_NAMESPACE::CappedTag<float, 1> d1;
    const int lanes = static_cast<int>(hwy::HWY_NAMESPACE::Lanes(d)),
              lanes4 = static_cast<int>(hwy::HWY_NAMESPACE::Lanes(d4));
    const int whole = channels / lanes * lanes, fours = channels / lanes4 * lanes4;
    if (whole > 0) kernel(d, 0, whole);
    if (fours > whole) kernel(d4, whole, fours);
    if (channels > fours) kernel(d1, fours, channels);
}

}  // namespace twofold::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
