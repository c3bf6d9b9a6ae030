#!/bin/sh
# Builds twofold for another processor, tests it under an emulator and packs it. Writes only to build/.
#
#   ./cross.sh PRESET            aarch64, aarch64-clang, cortex-a53, cortex-a72, cortex-a76, armv7 or x86-64, takes hours;
#                                minsize-aarch64 or minsize-armv7, the command alone and small, takes minutes
#   ./cross.sh PRESET --quick    the tests of kernels and of a real denoise only, on one emulated processor, no package
#   ./cross.sh PRESET --prepare  installs and fetches what that needs, no more
#
# Installs the cross compiler and the emulator, fetches Debian's libraries for the target into build/sysroot/, and
# leaves an archive and, unless it is for one core or small, Debian packages in build/PRESET/.
set -eu
cd "$(dirname "$0")"
. scripts/packages.sh

preset=${1-}
mode=${2-}
# The emulated processors; SVE with vectors of 128, 256 and 512 bits.
processors="cortex-a53 cortex-a72 max,sve-max-vq=1 max,sve-max-vq=2 max,sve-max-vq=4"
case "$preset" in
    aarch64) architecture=arm64 packages="g++-aarch64-linux-gnu" ;;
    cortex-a53 | cortex-a72 | cortex-a76) architecture=arm64 packages="g++-aarch64-linux-gnu" processors=$preset ;;
    aarch64-clang) architecture=arm64 packages="clang lld" ;;
    minsize-aarch64) architecture=arm64 packages="g++-aarch64-linux-gnu" processors=cortex-a53 ;;
    armv7 | minsize-armv7) architecture=armhf packages="g++-arm-linux-gnueabihf" processors=cortex-a15 ;;
    x86-64) architecture=amd64 packages="g++-x86-64-linux-gnu" processors=max ;;
    *)
        sed -n '2,10s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
esac
targets=all
tests='.'
generators="TGZ;DEB"
quick_targets="test_platform test_runtime test_ops test_parity"
quick_tests='^(platform|runtime|ops|parity)$'
case "$preset" in
    minsize-*) generators=TGZ quick_targets=all quick_tests=. ;;
    cortex-*) generators=TGZ ;; # a Debian package is for every processor of an architecture
esac
if [ "$mode" = --quick ]; then
    targets=$quick_targets
    tests=$quick_tests
    processors=${processors%% *}
fi

# shellcheck disable=SC2086 # lists
install_missing build-essential cmake ninja-build pkg-config qemu-user-static file $packages
sysroot=build/sysroot/$architecture
[ -e "$sysroot/shlibs" ] || scripts/make_sysroot.sh "$architecture" "$sysroot"
[ "$mode" != --prepare ] || exit 0

say "Preset $preset: build"
cmake --preset "$preset"
# shellcheck disable=SC2086 # a list
cmake --build --preset "$preset" --target $targets
for processor in $processors; do
    say "Preset $preset: test as $processor"
    QEMU_CPU=$processor ctest --preset "$preset" --no-tests=error -j "$(nproc)" -L "$tests"
done
[ "$mode" = --quick ] || (cd "build/$preset" && cpack -G "$generators")
