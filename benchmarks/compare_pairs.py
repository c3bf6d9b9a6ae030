#!/usr/bin/python3
"""Real noise: pictures with a clean counterpart, through `twofold denoise` and OpenCV's non-local means.

    compare_pairs.py NOISY CLEAN [NOISY CLEAN]... [-- OPTIONS OF twofold denoise]
    compare_pairs.py FOLDER/*_real.* --clean _mean     the counterpart's name has _mean in place of _real

Prints PSNR in dB of the noisy picture, of fastNlMeansDenoisingColored at the best of ten values of h, which is chosen by
looking at the clean picture, and of twofold's result, with its seconds, then the means. Needs python3-opencv and
build/release/bin/twofold.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

STRENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
TWOFOLD = os.path.join(os.path.dirname(__file__), "../build/release/bin/twofold")


def load(path):
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    if image is None:
        sys.exit(f"{path}: not an image")
    return image


def psnr(image, clean):
    return 10 * np.log10(255**2 / np.mean((image.astype(np.float64) - clean) ** 2))


def denoise(path, options):
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.png")
        start = time.perf_counter()
        subprocess.run([TWOFOLD, "denoise", path, "-o", result, "--quiet", *options], check=True)
        return load(result), time.perf_counter() - start


def pairs_of(arguments):
    if arguments.clean:
        return [(path, path.replace("_real", arguments.clean)) for path in arguments.files]
    if len(arguments.files) % 2:
        sys.exit("every noisy picture needs a clean one after it")
    return list(zip(arguments.files[::2], arguments.files[1::2]))


def main():
    words = sys.argv[1:]
    options = words[words.index("--") + 1 :] if "--" in words else []
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--clean", help="what stands in the clean picture's name for _real")
    arguments = parser.parse_args(words[: len(words) - len(options) - ("--" in words)])

    rows = []
    print(f"{'picture':40} {'noisy':>7} {'NLM':>7} {'twofold':>7} seconds")
    for noisy_path, clean_path in pairs_of(arguments):
        noisy, clean = load(noisy_path), load(clean_path)
        peer = max(psnr(cv2.fastNlMeansDenoisingColored(noisy, None, h, h, 7, 21), clean) for h in STRENGTHS)
        result, seconds = denoise(noisy_path, options)
        rows.append((psnr(noisy, clean), peer, psnr(result, clean), seconds))
        print(f"{os.path.basename(noisy_path)[:40]:40} {rows[-1][0]:7.2f} {peer:7.2f} {rows[-1][2]:7.2f} {seconds:7.2f}")
    means = np.mean(rows, axis=0)
    print(f"{'mean':40} {means[0]:7.2f} {means[1]:7.2f} {means[2]:7.2f} {means[3]:7.2f}")


if __name__ == "__main__":
    main()
