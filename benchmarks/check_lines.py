#!/usr/bin/python3
"""What levelling rows and columns is worth.

    check_lines.py CLEAN... [-- OPTIONS OF DENOISE]

Adds Gaussian noise and offsets of whole rows and columns to clean images, stores them in 8 bits, denoises them with
and without levelling (--method prior unless options are given), and prints the mean PSNR of both beside that of the
same images without the offsets. Needs python3-numpy, python3-opencv and build/release/bin/twofold; TWOFOLD names
another.
"""
import os
import subprocess
import sys
import tempfile

import cv2
import numpy

TWOFOLD = os.environ.get("TWOFOLD", os.path.join(os.path.dirname(__file__), "../build/release/bin/twofold"))
CASES = [(15, 3, 0), (15, 8, 0), (5, 3, 0), (10, 0, 4), (10, 4, 4)]  # sigma of noise, rows, columns


def denoised(picture, folder, options):
    noisy, result = os.path.join(folder, "noisy.png"), os.path.join(folder, "result.png")
    cv2.imwrite(noisy, numpy.clip(numpy.rint(picture), 0, 255).astype("uint8"))
    subprocess.run([TWOFOLD, "denoise", noisy, "-o", result, "--overwrite", "--quiet", *options], check=True)
    return cv2.imread(result, cv2.IMREAD_UNCHANGED).astype("float64")


def main():
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    files, options = words[:split], words[split + 1:] or ["--method", "prior"]
    if not files:
        sys.exit(__doc__)
    print("noise rows columns | kept | levelled | without offsets, dB")
    with tempfile.TemporaryDirectory() as folder:
        for sigma, rows, columns in CASES:
            values = []
            for path in files:
                clean = cv2.imread(path).astype("float64")
                random = numpy.random.default_rng(1)
                noisy = clean + random.normal(0, sigma, clean.shape)
                lined = noisy + rows * random.normal(size=(clean.shape[0], 1, 1)) \
                    + columns * random.normal(size=(1, clean.shape[1], 1))
                results = [denoised(lined, folder, options + ["--lines", "keep"]),
                           denoised(lined, folder, options), denoised(noisy, folder, options)]
                values.append([10 * numpy.log10(255 ** 2 / ((r - clean) ** 2).mean()) for r in results])
            print(sigma, rows, columns, "| %.2f | %.2f | %.2f" % tuple(numpy.mean(values, 0)), flush=True)


if __name__ == "__main__":
    main()
