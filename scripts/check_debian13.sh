#!/bin/sh
# Builds and tests twofold in a clean Debian 13 beside this one, and runs the demo there. Needs root and debootstrap.
#
#   scripts/check_debian13.sh [FOLDER]
#
# Debian 13 is unpacked into FOLDER and stays there for the next time; without FOLDER into a temporary folder that is
# removed at the end. Packages come from the mirror, and through the proxy, that this machine's apt uses. Two variables
# are passed on: TWOFOLD_TEST_DATA, whose folder is copied, and CMAKE_BUILD_PARALLEL_LEVEL.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"

if [ "$(id -u)" -ne 0 ]; then
    say "Only root can unpack a system and change into it: sudo $0 $*"
    exit 1
fi
install_missing debootstrap

system=${1-}
temporary=no
if [ -z "$system" ]; then
    system=$(mktemp -d)
    temporary=yes
fi
mkdir -p "$system"
system=$(cd "$system" && pwd)

clean_up() {
    if mountpoint -q "$system/proc"; then umount "$system/proc"; fi
    rm -rf --one-file-system "$system/root/twofold" "$system/root/test_data"
    if [ "$temporary" = yes ]; then rm -rf --one-file-system "$system"; fi
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# Empty lets debootstrap take its own default.
mirror=$(debian_mirror)
proxy=$(apt-config dump --format '%v%n' Acquire::http::Proxy 2>/dev/null || true)
if [ -n "$proxy" ]; then
    http_proxy=$proxy
    export http_proxy
fi

if [ ! -e "$system/etc/debian_version" ]; then
    say "Unpacking Debian 13 into $system"
    # shellcheck disable=SC2086 # an empty mirror must vanish
    debootstrap --variant=minbase trixie "$system" $mirror
fi
apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' >"$system/etc/apt/apt.conf.d/99host" || true
cp -L /etc/resolv.conf "$system/etc/resolv.conf"
mountpoint -q "$system/proc" || mount -t proc proc "$system/proc"

say "Copying the source"
rm -rf --one-file-system "$system/root/twofold" "$system/root/test_data"
mkdir -p "$system/root/twofold"
tar -C "$root" --exclude=./build --exclude=./demo --exclude=./.git -cf - . | tar -C "$system/root/twofold" -xf -
data=
if [ -n "${TWOFOLD_TEST_DATA-}" ]; then
    cp -r "$TWOFOLD_TEST_DATA" "$system/root/test_data"
    data=TWOFOLD_TEST_DATA=/root/test_data
fi

say "Testing in Debian $(cat "$system/etc/debian_version")"
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:+CMAKE_BUILD_PARALLEL_LEVEL=$CMAKE_BUILD_PARALLEL_LEVEL}
# shellcheck disable=SC2086 # $data and $jobs may be empty
chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 $data $jobs \
    /bin/sh -c 'cd /root/twofold && ./check.sh --quick && ./demo.sh'
say "Debian 13: passed."
