#!/bin/sh
# Builds and tests twofold in a clean Debian 13 beside this one, and runs the demo there. Needs root and debootstrap.
#
#   scripts/check_debian13.sh [FOLDER]
#
# Debian 13 is unpacked into FOLDER and stays there for the next time; without FOLDER into a temporary folder that is
# removed at the end. Two variables are passed on: TWOFOLD_TEST_DATA, whose folder is copied, and
# CMAKE_BUILD_PARALLEL_LEVEL.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/packages.sh"
. "$root/scripts/debian_system.sh"

open_system trixie "$@"
say "Copying the source"
rm -rf --one-file-system "$system/srv/twofold" "$system/srv/test_data"
mkdir -p "$system/srv/twofold"
tar -C "$root" --exclude=./build --exclude=./demo --exclude=./.git -cf - . | tar -C "$system/srv/twofold" -xf -
set --
if [ -n "${TWOFOLD_TEST_DATA-}" ]; then
    cp -r "$TWOFOLD_TEST_DATA" "$system/srv/test_data"
    set -- "$@" TWOFOLD_TEST_DATA=/srv/test_data
fi
if [ -n "${CMAKE_BUILD_PARALLEL_LEVEL-}" ]; then
    set -- "$@" "CMAKE_BUILD_PARALLEL_LEVEL=$CMAKE_BUILD_PARALLEL_LEVEL"
fi

say "Testing in Debian $(cat "$system/etc/debian_version")"
in_system 'cd /srv/twofold && ./check.sh --quick && ./demo.sh' "$@"
say "Debian 13: passed."
