#!/bin/sh
# Counts the instructions that ZS-N2N takes on 64-bit ARM, under Debian's emulator qemu-user: a training step through
# our kernels and through oneDNN's, the final pass and the refinement for a pixel. No board is needed.
#
#   benchmarks/count_instructions.sh
#
# Builds the command for aarch64 with oneDNN in build/aarch64-onednn. Each figure is the difference of two runs that
# differ by a step, or by pixels, alone.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

processor=cortex-a72
work=build/count_instructions

./cross.sh aarch64 --prepare
install_missing qemu-user
say "Building"
cmake --preset aarch64 -B build/aarch64-onednn -D TWOFOLD_WITH_ONEDNN=ON -D TWOFOLD_WITH_TESTS=OFF
cmake --build build/aarch64-onednn --target twofold_command
mkdir -p "$work"
cc -shared -fPIC -O2 -Wall -Wextra -fvisibility=hidden benchmarks/count_instructions.c -o "$work/plugin.so"

# grain SIDE: a square picture of random samples. A step works on crops, so that it may be small.
grain() {
    printf 'P6 %d %d 255\n' "$1" "$1"
    awk -v samples=$(($1 * $1 * 3)) 'BEGIN {
        seed = 1
        for (i = 0; i < samples; ++i) {
            seed = (seed * 16807) % 2147483647
            printf "%c", 33 + seed % 90
        } }'
}
grain 64 >"$work/small.ppm"
grain 192 >"$work/large.ppm"

# count PICTURE [OPTION]...: of denoising it on one thread.
count() {
    picture=$work/$1.ppm
    shift
    qemu-aarch64 -cpu "$processor" -L build/sysroot/arm64 -plugin "$work/plugin.so" build/aarch64-onednn/bin/twofold \
        denoise "$picture" -o "$work/out.ppm" --overwrite --threads 1 "$@" >/dev/null 2>"$work/log" || {
        cat "$work/log" >&2
        return 1
    }
    sed -n 's/^instructions //p' "$work/log"
}

say "On $processor"
for kernels in simd onednn; do
    few=$(count small --kernels $kernels --steps 1)
    many=$(count small --kernels $kernels --steps 2)
    awk -v kernels=$kernels -v few="$few" -v many="$many" \
        'BEGIN { printf "training step, %-6s %8.1f million\n", kernels, (many - few) / 1e6 }'
done
# Pictures of up to a megapixel take eight passes, for their flips and rotations.
count small --steps 1 --save-weights "$work/weights.bin" --overwrite >/dev/null
few=$(count small --weights "$work/weights.bin" --refine off)
many=$(count large --weights "$work/weights.bin" --refine off)
refined_few=$(count small --weights "$work/weights.bin")
refined_many=$(count large --weights "$work/weights.bin")
awk -v few="$few" -v many="$many" -v refined_few="$refined_few" -v refined_many="$refined_many" 'BEGIN {
    pixels = 192 * 192 - 64 * 64
    printf "final pass, a pixel   %8.0f\n", (many - few) / pixels / 8
    printf "refinement, a pixel   %8.0f\n", (refined_many - refined_few - (many - few)) / pixels }'
