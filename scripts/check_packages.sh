#!/bin/sh
# Installs the Debian packages of a cross build in a clean Debian, runs the command, builds a program with the library,
# and removes them again. Needs root and debootstrap.
#
#   scripts/check_packages.sh PRESET [FOLDER]       PRESET is aarch64, armv7 or x86-64, built and packed by cross.sh
#
# A Debian of this machine's release and processor is unpacked into FOLDER and stays there for the next time; without
# FOLDER into a temporary folder that is removed at the end. Packages for other processors are installed beside its own,
# as Debian's multiarch allows, and their programs run under qemu-user-static.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"
. "$root/scripts/debian_system.sh"

preset=${1-}
case "$preset" in
    aarch64) architecture=arm64 triple=aarch64-linux-gnu emulator=qemu-aarch64-static ;;
    armv7) architecture=armhf triple=arm-linux-gnueabihf emulator=qemu-arm-static ;;
    x86-64) architecture=amd64 triple=x86_64-linux-gnu emulator=qemu-x86_64-static ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
esac
shift
packages=$(find "$root/build/$preset" -maxdepth 1 -name "*_$architecture.deb" | sort)
if [ "$(printf '%s\n' "$packages" | grep -c .)" -ne 3 ]; then
    say "There are not three packages in build/$preset; ./cross.sh $preset makes them"
    exit 1
fi
compiler=gcc-$(printf %s "$triple" | tr _ -)
if [ "$architecture" = "$(dpkg --print-architecture)" ]; then
    emulator=
    compiler=gcc
fi

# shellcheck disable=SC1091 # Debian's
open_system "$(. /etc/os-release && printf %s "$VERSION_CODENAME")" "$@"
rm -rf --one-file-system "$system/srv/twofold"
mkdir -p "$system/srv/twofold"
for package in $packages; do
    cp "$package" "$system/srv/twofold/"
done
cp "$root/samples/scene_clean.png" "$root/samples/scene_noisy.png" "$root/tests/install/consumer/denoise.c" \
    "$system/srv/twofold/"

say "Installing in Debian $(cat "$system/etc/debian_version") for $architecture"
# shellcheck disable=SC2016 # for the shell inside
in_system '
    cd /srv/twofold
    export DEBIAN_FRONTEND=noninteractive
    dpkg --add-architecture "$architecture"
    apt-get update -q
    apt-get install -q -y --no-install-recommends ./*.deb
    if [ -n "$emulator" ]; then apt-get install -q -y --no-install-recommends qemu-user-static; fi
    for package in *.deb; do
        dpkg-deb --field "$package" Package Architecture Depends Installed-Size
        dpkg-deb --contents "$package" | grep -v "/$"
    done
    # The library is known to the linker and to whoever packs a program that uses it.
    grep libtwofold /var/lib/dpkg/info/libtwofold*.shlibs

    echo "==> The command"
    $emulator /usr/bin/twofold --version
    $emulator /usr/bin/twofold denoise scene_noisy.png --method tv -o result.png
    $emulator /usr/bin/twofold compare scene_clean.png scene_noisy.png
    $emulator /usr/bin/twofold compare scene_clean.png result.png
    $emulator /usr/bin/twofold denoise scene_noisy.png --steps 2 -o two_steps.png

    echo "==> A program that uses the library"
    apt-get install -q -y --no-install-recommends "$compiler" "libc6-dev:$architecture" pkg-config
    export PKG_CONFIG_LIBDIR="/usr/lib/$triple/pkgconfig"
    "$triple-gcc" -std=c99 denoise.c $(pkg-config --cflags --libs twofold) -o denoise
    # An emulator takes seconds for a step.
    $emulator ./denoise ${emulator:+2}

    echo "==> Removed again"
    apt-get purge -q -y twofold "libtwofold*"
    left=$(find /usr /etc /var/lib/dpkg/info -name "*twofold*")
    if [ -n "$left" ]; then
        echo "Left behind: $left"
        exit 1
    fi
' "architecture=$architecture" "triple=$triple" "emulator=$emulator" "compiler=$compiler"
say "Packages for $architecture: passed."
