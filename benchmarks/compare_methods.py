#!/usr/bin/python3
"""Denoisers side by side on the same noisy images, in one run: mean PSNR and seconds.

    compare_methods.py CLEAN... [--gaussian 25 | --poisson 25] [--crop 256] [--command build/release/bin/twofold]
                       [--recipes fast,best] [--reference SCRIPT.py] [--reference-steps 2000] [--threads 2]

Noise as in the ZS-N2N paper: Gaussian clamped to [0, 1], Poisson not clamped. Seconds of `twofold` are those of the
whole process, reading and writing files included; those of the other filters only of the call. --reference names a
ZS-N2N script in PyTorch with the options of this one's image, --gaussian, --poisson, --crop, --steps and --threads that
prints a line of JSON with psnr and seconds; its noise comes from its own generator.
Needs python3-skimage and python3-opencv.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np
from skimage.io import imread
from skimage.restoration import denoise_tv_chambolle, denoise_wavelet


def psnr(result, clean):
    return -10 * np.log10(np.mean((np.clip(result, 0, 1) - clean) ** 2))


def centre_crop(image, size):
    if not size:
        return image
    top, left = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    return image[top : top + size, left : left + size]


def write_pfm(path, image):
    with open(path, "wb") as file:
        file.write(b"PF\n%d %d\n-1.0\n" % (image.shape[1], image.shape[0]))
        file.write(np.ascontiguousarray(image[::-1], "<f4").tobytes())


def read_pfm(path):
    with open(path, "rb") as file:
        file.readline()
        width, height = map(int, file.readline().split())
        file.readline()
        return np.frombuffer(file.read(), "<f4").reshape(height, width, 3)[::-1]


def best_of(candidates, clean):
    """The result of the best setting, told by the truth: more than a user could do. Seconds are of one setting."""
    best, seconds = -1e9, 0.0
    for call in candidates:
        start = time.perf_counter()
        result = call()
        seconds += time.perf_counter() - start
        best = max(best, psnr(result, clean))
    return best, seconds / len(candidates)


def non_local_means(noisy, clean, sigma):
    image = (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)
    return best_of(
        [
            lambda h=h: cv2.fastNlMeansDenoisingColored(image, None, h, h, 7, 21).astype(np.float32) / 255
            for h in (0.4 * sigma, 0.6 * sigma, 0.8 * sigma)
        ],
        clean,
    )


def total_variation(noisy, clean, sigma):
    weights = [0.6 * sigma / 255, 1.0 * sigma / 255, 1.5 * sigma / 255]
    return best_of([lambda w=w: denoise_tv_chambolle(noisy, w, channel_axis=2) for w in weights], clean)


def wavelet(noisy, clean, sigma):
    return best_of([lambda: denoise_wavelet(noisy, sigma=sigma / 255, channel_axis=2, convert2ycbcr=False)], clean)


def run_command(arguments, recipe, noisy, clean, folder):
    source, target = os.path.join(folder, "noisy.pfm"), os.path.join(folder, "result.pfm")
    write_pfm(source, noisy)
    start = time.perf_counter()
    subprocess.run(
        [arguments.command, "denoise", source, "-o", target, "--recipe", recipe, "--threads", str(arguments.threads)]
        + ["--overwrite", "--quiet"],
        check=True,
    )
    seconds = time.perf_counter() - start
    return psnr(read_pfm(target), clean), seconds


def run_reference(arguments, path):
    noise = ["--gaussian", str(arguments.gaussian)] if arguments.gaussian else ["--poisson", str(arguments.poisson)]
    line = subprocess.run(
        [sys.executable, arguments.reference, path, "--crop", str(arguments.crop), "--threads", str(arguments.threads)]
        + ["--steps", str(arguments.reference_steps)]
        + noise,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    result = json.loads(line)
    return result["psnr"], result["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="+")
    parser.add_argument("--gaussian", type=float)
    parser.add_argument("--poisson", type=float)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--command", default="build/release/bin/twofold")
    parser.add_argument("--recipes", default="fast,best")
    parser.add_argument("--reference")
    parser.add_argument("--reference-steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    if (arguments.gaussian is None) == (arguments.poisson is None):
        parser.error("one of --gaussian and --poisson is needed")
    cv2.setNumThreads(arguments.threads)

    rows = {}
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.images:
            clean = centre_crop(imread(path)[..., :3].astype(np.float32) / 255, arguments.crop)
            if arguments.gaussian:
                noisy = np.clip(clean + generator.normal(0, arguments.gaussian / 255, clean.shape), 0, 1)
                sigma = arguments.gaussian
            else:
                noisy = generator.poisson(clean * arguments.poisson) / arguments.poisson
                sigma = 255 * float(np.sqrt(clean.mean() / arguments.poisson))
            noisy = noisy.astype(np.float32)
            results = {"noisy": (psnr(noisy, clean), 0.0)}
            for recipe in arguments.recipes.split(","):
                results[f"twofold {recipe}"] = run_command(arguments, recipe, noisy, clean, folder)
            results["OpenCV NLM, best of three h"] = non_local_means(noisy, clean, sigma)
            results["scikit-image wavelet, sigma given"] = wavelet(noisy, clean, sigma)
            results["scikit-image TV, best of three weights"] = total_variation(noisy, clean, sigma)
            if arguments.reference:
                results["ZS-N2N in PyTorch"] = run_reference(arguments, path)
            for name, result in results.items():
                rows.setdefault(name, []).append(result)
            print(os.path.basename(path), {k: (round(float(p), 2), round(s, 2)) for k, (p, s) in results.items()}, flush=True)
    print(f"\n| method | PSNR, mean of {len(arguments.images)} | seconds an image |\n|---|---|---|")
    for name, values in rows.items():
        print(f"| {name} | {np.mean([p for p, _ in values]):.2f} | {np.mean([s for _, s in values]):.2f} |")


main()
