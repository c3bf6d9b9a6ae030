#!/usr/bin/python3
"""How near `twofold estimate` comes to noise that was put there.

    check_estimates.py CLEAN...

Adds Gaussian noise (sigma 5, 10, 25, 50 of 255) and Poisson noise (10, 30, 100 photons at white) to clean images, stores
them in 8 bits, and prints for each noise the mean and the largest relative error of sigma, or of the gain, over the
images, with the image that has it. Needs build/release/bin/twofold.
"""
import json
import os
import subprocess
import sys
import tempfile

TWOFOLD = os.path.join(os.path.dirname(__file__), "../build/release/bin/twofold")
CASES = [("--gaussian", 5), ("--gaussian", 10), ("--gaussian", 25), ("--gaussian", 50),
         ("--poisson", 10), ("--poisson", 30), ("--poisson", 100)]


def error_of(path, kind, level, noisy):
    subprocess.run([TWOFOLD, "noise", path, "-o", noisy, kind, str(level), "--overwrite", "--quiet"], check=True)
    estimate = json.loads(subprocess.run([TWOFOLD, "estimate", noisy, "--json"], check=True, capture_output=True).stdout)
    if kind == "--gaussian":
        return estimate["sigma"] / level - 1, estimate["noise"]
    gains = [channel["gain"] for channel in estimate["channels"]]
    return sum(gains) / len(gains) * level - 1, estimate["noise"]


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        for kind, level in CASES:
            rows = [(*error_of(path, kind, level, os.path.join(folder, "noisy.png")), path) for path in sys.argv[1:]]
            worst = max(rows, key=lambda row: abs(row[0]))
            print(f"{kind[2:]:<9} {level:>4}  mean {sum(row[0] for row in rows) / len(rows):+7.1%}  "
                  f"largest {worst[0]:+7.1%} ({os.path.basename(worst[2])})  "
                  f"taken for correlated: {sum(row[1] == 'correlated' for row in rows)} of {len(rows)}", flush=True)


if __name__ == "__main__":
    main()
