#!/usr/bin/python3
"""The TV solver beside scikit-image's and OpenCV's at equal objective value, in one run.

    compare_tv.py CLEAN... [--gaussian 25] [--crop 0] [--iterations 25,100] [--repeats 5] [--threads 2]
    compare_tv.py --quality CLEAN... [--gaussian 10,25,50] [--crop 256]

A peer runs for n iterations; its result is judged by 1/2 |u - y|^2 + lambda TV(u), computed here in double precision;
then our solver is timed until its objective is at least as low. Repeats of both alternate, medians are compared, and
ours includes the conversion of the image to its memory layout and back.

denoise_tv_chambolle(weight) minimises the isotropic, per channel uncoupled functional with lambda = weight, by its
stopping rule at most n iterations, in float32 here; colour images are given to it with channel_axis, and to us with
--separate. denoise_tv_bregman(weight) minimises weight/2 |u - y|^2 + TV(u): lambda = 1/weight. Its isotropic TV has
other borders than ours, which its objective suffers from, not ours. cv2.denoise_TVL1 minimises another functional,
|u - y|_1 in place of the square, on 8 bits: its time is shown, for scale, with the best PSNR of a few lambdas.

--quality: PSNR where the residual's variance is a share of the noise's, which is known here (1 is the discrepancy rule),
and at the best lambda; coupled, isotropic and anisotropic.
Needs python3-skimage, python3-opencv, and the target twofold_tv_bench.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

import cv2
import numpy as np
from skimage.io import imread
from skimage.restoration import denoise_tv_bregman, denoise_tv_chambolle


def psnr(result, clean):
    return -10 * np.log10(np.mean((np.clip(result, 0, 1) - clean) ** 2))


def load(path, size):
    image = imread(path).astype(np.float32) / 255
    image = image[..., :3] if image.ndim == 3 else image[..., None]
    if not size:
        return image
    top, left = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    return image[top : top + size, left : left + size]


def objective(u, noisy, weight, kind):
    u = u.astype(np.float64).reshape(noisy.shape)
    dx, dy = np.zeros_like(u), np.zeros_like(u)
    dx[:, :-1] = u[:, 1:] - u[:, :-1]
    dy[:-1] = u[1:] - u[:-1]
    tv = np.sqrt(dx**2 + dy**2).sum() if kind == "isotropic" else np.abs(dx).sum() + np.abs(dy).sum()
    return 0.5 * ((u - noisy.astype(np.float64)) ** 2).sum() + weight * tv


class Ours:
    def __init__(self, arguments, noisy, folder):
        self.input, self.output = os.path.join(folder, "noisy.raw"), os.path.join(folder, "result.raw")
        self.noisy = noisy
        noisy.tofile(self.input)
        height, width, channels = noisy.shape
        self.command = [arguments.command, self.input, "--output", self.output, "--threads", str(arguments.threads)]
        self.command += ["--width", str(width), "--height", str(height), "--channels", str(channels)]

    def __call__(self, kind, weight, *options):
        line = subprocess.run(
            self.command + ["--tv", kind, "--lambda", repr(float(weight)), *map(str, options)],
            check=True, capture_output=True, text=True,
        ).stdout
        return json.loads(line), np.fromfile(self.output, np.float32).reshape(self.noisy.shape)


def peers(noisy, weight, iterations):
    """Name, kind of TV, call."""
    colour = {"channel_axis": 2}
    yield "denoise_tv_chambolle", "isotropic", lambda: denoise_tv_chambolle(
        noisy, weight=weight, eps=0, max_num_iter=iterations, **colour
    )
    for kind in ("isotropic", "anisotropic"):
        yield "denoise_tv_bregman", kind, lambda kind=kind: denoise_tv_bregman(
            noisy, weight=1 / weight, eps=1e-12, max_num_iter=iterations, isotropic=kind == "isotropic", **colour
        )


def compare(arguments, path):
    clean = load(path, arguments.crop)
    sigma = float(arguments.gaussian.split(",")[0]) / 255
    noisy = (clean + np.random.default_rng(0).normal(0, sigma, clean.shape)).astype(np.float32)
    weight = 0.85 * sigma
    print(f"\n{os.path.basename(path)} {noisy.shape}, sigma {255 * sigma:g}, lambda {weight:.4f}\n")
    print("| peer | iterations | its objective | its s | ours s | ours objective | times faster |\n|" + "---|" * 7)
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(arguments, noisy, folder)
        for iterations in map(int, arguments.iterations.split(",")):
            for name, kind, call in peers(noisy, weight, iterations):
                goal = objective(call(), noisy, weight, kind)
                theirs, mine = [], []
                for _ in range(arguments.repeats):
                    start = time.perf_counter()
                    call()
                    theirs.append(time.perf_counter() - start)
                    # A shade lower, for the difference between its float sums and these.
                    report, result = ours(kind, weight, "--separate", "--objective", goal * (1 - 2e-6))
                    mine.append(report["seconds"])
                reached = objective(result, noisy, weight, kind)
                assert reached <= goal, (reached, goal)
                theirs, mine = np.median(theirs), np.median(mine)
                print(f"| {name}, {kind} | {iterations} | {goal:.3f} | {theirs:.3f} | {mine:.4f} | {reached:.3f} "
                      f"| {theirs / mine:.1f} |", flush=True)
    bytes_ = (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)
    best, seconds = -1e9, 0
    for tvl1 in (0.5, 0.8, 1.2):
        results = []
        start = time.perf_counter()
        for c in range(bytes_.shape[2]):
            result = np.empty_like(bytes_[..., c])
            cv2.denoise_TVL1([np.ascontiguousarray(bytes_[..., c])], result, tvl1, 30)
            results.append(result)
        seconds = time.perf_counter() - start
        best = max(best, psnr(np.dstack(results) / 255, clean))
    print(f"\nOpenCV denoise_TVL1, another functional, 30 iterations: {seconds:.3f} s, best PSNR of three {best:.2f} dB")


def quality(arguments):
    shares = (1, 0.9, 0.8, 0.7)
    print("| image | sigma | TV |" + "".join(f" {s:g} |" for s in shares) + " lambda at 1 | best lambda | PSNR |\n|" + "---|" * 10)
    losses = []
    for path in arguments.images:
        clean = load(path, arguments.crop or 256)
        for sigma in (float(s) / 255 for s in arguments.gaussian.split(",")):
            noisy = (clean + np.random.default_rng(0).normal(0, sigma, clean.shape)).astype(np.float32)
            with tempfile.TemporaryDirectory() as folder:
                ours = Ours(arguments, noisy, folder)
                for kind in ("isotropic", "anisotropic"):
                    rules = [rule_lambda(ours, kind, share * noisy.size * sigma**2, sigma) for share in shares]
                    reached = [psnr(ours(kind, rule, "--tolerance", 1e-3)[1], clean) for rule in rules]
                    top, weight = max((psnr(ours(kind, f * rules[0], "--tolerance", 1e-3)[1], clean), f * rules[0])
                                      for f in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1))
                    losses.append(top - np.array(reached))
                    print(f"| {os.path.basename(path)} | {255 * sigma:g} | {kind} |"
                          + "".join(f" {p:.2f} |" for p in reached)
                          + f" {rules[0]:.4f} | {weight:.4f} | {top:.2f} |", flush=True)
    for share, mean, worst in zip(shares, np.mean(losses, 0), np.max(losses, 0)):
        print(f"share {share:g}: mean loss {mean:.2f} dB, largest {worst:.2f} dB")


def rule_lambda(ours, kind, residual, sigma):
    low, high = 0.01 * sigma, 10 * sigma
    for _ in range(10):
        rule = np.sqrt(low * high)
        report, _ = ours(kind, rule, "--tolerance", 1e-3)
        low, high = (rule, high) if report["residual"] < residual else (low, rule)
    return rule


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="+")
    parser.add_argument("--gaussian", default="25")
    parser.add_argument("--crop", type=int, default=0)
    parser.add_argument("--iterations", default="25,100")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--command", default="build/release/bin/twofold_tv_bench")
    arguments = parser.parse_args()
    cv2.setNumThreads(arguments.threads)
    if arguments.quality:
        quality(arguments)
    else:
        for path in arguments.images:
            compare(arguments, path)


main()
