#!/bin/sh
# Builds twofold and denoises the picture that comes with it. Writes only to build/ and demo/.
set -eu
cd "$(dirname "$0")"
. scripts/packages.sh

# shellcheck disable=SC2086 # a list
install_missing $twofold_build_packages

say "Building (build/release)"
cmake --preset release
cmake --build --preset release --target bin/twofold twofold_render_sample

twofold=build/release/bin/twofold
mkdir -p demo
cp samples/scene_noisy.png demo/noisy.png

say "$twofold denoise demo/noisy.png -o demo/result.png"
"$twofold" denoise demo/noisy.png -o demo/result.png --overwrite

build/release/bin/twofold_render_sample side-by-side demo/side_by_side.png \
    NOISY demo/noisy.png RESULT demo/result.png CLEAN samples/scene_clean.png

say "Before: the noisy picture against the clean one, which twofold has not seen"
"$twofold" compare samples/scene_clean.png demo/noisy.png
say "After: the result against the clean one"
"$twofold" compare samples/scene_clean.png demo/result.png

say "Look at demo/side_by_side.png (noisy, result and clean), or at demo/noisy.png and demo/result.png.
    Your own photo:  $twofold denoise PHOTO.jpg -o RESULT.jpg"
