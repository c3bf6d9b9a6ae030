#!/usr/bin/python3
"""How near the quality that `twofold denoise --json` estimates comes to the true one.

    check_quality.py [METHOD...] -- CLEAN...

Adds Gaussian noise (sigma 10, 25, 50 of 255) and Poisson noise (10, 30, 100 photons at white) to clean images, stores
them in 8 bits, denoises them with each METHOD (fast, best, tv; fast unless one is given), and prints for each noise and
method the mean and the root mean square of the error of the estimated PSNR over the images, the largest error with the
image that has it, and how many true ones lie between the bounds; at the end how well the estimates rank all results and
how well they tell which of two methods is better. Needs build/release/bin/twofold; TWOFOLD names another.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

TWOFOLD = os.environ.get("TWOFOLD", os.path.join(os.path.dirname(__file__), "../build/release/bin/twofold"))
CASES = [("--gaussian", 10), ("--gaussian", 25), ("--gaussian", 50),
         ("--poisson", 10), ("--poisson", 30), ("--poisson", 100)]
OPTIONS = {"fast": [], "best": ["--recipe", "best"], "tv": ["--method", "tv"]}


def ask(*arguments):
    return json.loads(subprocess.run([TWOFOLD, *arguments, "--json"], check=True, capture_output=True).stdout)


def measure(clean, noisy, denoised, method):
    """The true PSNR and the quality, None where there is no estimate."""
    quality = ask("denoise", noisy, "-o", denoised, "--overwrite", *OPTIONS[method])["files"][0]["quality"]
    if quality is None or quality["psnr"] is None:
        return None
    return ask("compare", clean, denoised)["psnr"], quality


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    place = [0] * len(values)
    for rank, index in enumerate(order):
        place[index] = rank
    return place


def rank_correlation(a, b):
    a, b = ranks(a), ranks(b)
    mean = (len(a) - 1) / 2
    covariance = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    return covariance / sum((x - mean) ** 2 for x in a)


def show(name, rows):
    errors = [(quality["psnr"] - true, os.path.basename(path)) for path, (true, quality) in rows.items()]
    if not errors:
        print(f"{name}  no estimates")
        return
    worst = max(errors, key=lambda error: abs(error[0]))
    mean = sum(error for error, _ in errors) / len(errors)
    square = math.sqrt(sum(error * error for error, _ in errors) / len(errors))
    inside = sum(quality["psnr_low"] <= true <= (quality["psnr_high"] or math.inf) for true, quality in rows.values())
    print(f"{name}  mean {mean:+.2f} dB  rms {square:.2f} dB  largest {worst[0]:+.2f} dB ({worst[1]})  "
          f"within the bounds: {inside} of {len(errors)}", flush=True)


def main():
    arguments = sys.argv[1:]
    if "--" not in arguments or arguments[-1] == "--":
        sys.exit(__doc__)
    methods = arguments[:arguments.index("--")] or ["fast"]
    images = arguments[arguments.index("--") + 1:]
    every, told, right = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        noisy, denoised = os.path.join(folder, "noisy.png"), os.path.join(folder, "denoised.png")
        for kind, level in CASES:
            found = {method: {} for method in methods}
            for path in images:
                subprocess.run([TWOFOLD, "noise", path, "-o", noisy, kind, str(level), "--overwrite", "--quiet"],
                               check=True)
                for method in methods:
                    row = measure(path, noisy, denoised, method)
                    if row:
                        found[method][path] = row
            for method in methods:
                show(f"{kind[2:]:<9} {level:>4}  {method:<5}", found[method])
                every += found[method].values()
            for path in images:
                rows = [found[method][path] for method in methods if path in found[method]]
                for i, (true, quality) in enumerate(rows):
                    for other_true, other in rows[:i]:
                        told += 1
                        right += (quality["psnr"] > other["psnr"]) == (true > other_true)
    print(f"{len(every)} estimates, rank correlation with the truth "
          f"{rank_correlation([true for true, _ in every], [quality['psnr'] for _, quality in every]):.3f}")
    if told:
        print(f"the better of two methods told: {right} of {told}")


if __name__ == "__main__":
    main()
