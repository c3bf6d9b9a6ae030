"""Denoisers for quality_table.py: each takes a noisy image and the truth and returns its result and its seconds.

Peers whose strength is a number get the best one: from the noise's true standard deviation it goes up or down by the
square root of 2 for as long as PSNR rises, then by the fourth root. That looks at the truth, which a user cannot.
Seconds are those of one setting.
"""
import json
import os
import shlex
import signal
import subprocess
import time

import numpy as np

from quality_data import cv2, read_pfm, write_pfm

try:
    from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, denoise_wavelet, estimate_sigma
except ImportError:
    denoise_nl_means = denoise_tv_chambolle = denoise_wavelet = estimate_sigma = None

OWN = {name: ("--recipe", name) for name in ("fast", "best", "paper")}
OWN.update({name: ("--method", name) for name in ("tv", "dip", "two-stage", "prior")})


def psnr(result, truth):
    return -10 * np.log10(max(np.mean((np.clip(result, 0, 1) - truth) ** 2, dtype=np.float64), 1e-30))


def measure(command, result, truth, folder):
    """PSNR and SSIM as `twofold compare` has them, of everybody's result: floats, clamped to [0, 1]."""
    paths = [os.path.join(folder, name) for name in ("measured.pfm", "truth.pfm")]
    write_pfm(paths[0], result)
    write_pfm(paths[1], truth)
    found = json.loads(subprocess.run([command, "compare", *paths, "--json"], check=True, capture_output=True).stdout)
    return (float("inf") if found["psnr"] is None else found["psnr"]), found["ssim"]


def run_program(program, noisy, folder):
    """Seconds are those of the whole process, with reading and writing of files."""
    source, target = os.path.join(folder, "noisy.pfm"), os.path.join(folder, "result.pfm")
    if os.path.exists(target):
        os.remove(target)
    write_pfm(source, noisy)
    start = time.perf_counter()
    ran = subprocess.run(program(source, target), capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if ran.returncode in (-signal.SIGINT, 130):
        raise KeyboardInterrupt
    if ran.returncode:
        raise ValueError(f"exit code {ran.returncode}: {(ran.stderr.strip().splitlines() or ['no message'])[-1]}")
    return read_pfm(target), seconds


def own_method(command, words, threads, folder):
    options = [*OWN[words[0]], *words[1:], "--threads", str(threads), "--overwrite", "--quiet"]
    return lambda noisy, truth: run_program(lambda s, t: [command, "denoise", s, "-o", t, *options], noisy, folder)


def other_program(line, folder):
    return lambda noisy, truth: run_program(lambda s, t: [*shlex.split(line), s, t], noisy, folder)


def timed(call):
    start = time.perf_counter()
    return call(), time.perf_counter() - start


def best_strength(call):
    def climb(noisy, truth):
        tried = {}

        def quality(step):
            if step not in tried:
                tried[step] = timed(lambda: call(noisy, 2 ** (step / 4)))
            return psnr(tried[step][0], truth)

        sigma = 255 * float(np.std(noisy - truth))
        best = round(4 * np.log2(min(max(sigma, 1), 128)))
        for step in (-2, 2, -1, 1):
            while -8 <= best + step <= 32 and quality(best + step) > quality(best):
                best += step
        return tried[best][0], float(np.mean([seconds for _, seconds in tried.values()]))

    return climb


def channel_axis(image):
    return 2 if image.ndim == 3 else None


def opencv_nlm(noisy, strength):
    image = (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)  # it takes no other samples
    if image.ndim == 3:
        result = cv2.fastNlMeansDenoisingColored(image, None, strength, strength, 7, 21)
    else:
        result = cv2.fastNlMeansDenoising(image, None, strength, 7, 21)
    return result.astype(np.float32) / 255


def skimage_nlm(noisy, strength):
    sigma = strength / 255
    return denoise_nl_means(noisy, patch_size=5, patch_distance=6, h=0.8 * sigma, sigma=sigma, fast_mode=True,
                            channel_axis=channel_axis(noisy))


def skimage_nlm_blind(noisy, truth):
    """The same with the noise level that scikit-image estimates, as its documentation does: nothing is chosen."""
    axis = channel_axis(noisy)
    return timed(lambda: skimage_nlm(noisy, 255 * float(np.mean(estimate_sigma(noisy, channel_axis=axis)))))


def skimage_tv(noisy, strength):
    return denoise_tv_chambolle(noisy, strength / 255, channel_axis=channel_axis(noisy))


def skimage_wavelet(noisy, truth):
    """BayesShrink with the noise level that it estimates: nothing is chosen."""
    return timed(lambda: denoise_wavelet(noisy, method="BayesShrink", rescale_sigma=True, convert2ycbcr=noisy.ndim == 3,
                                         channel_axis=channel_axis(noisy)))


PEERS = {
    "nlm": ("OpenCV NLM", best_strength(opencv_nlm), cv2, "python3-opencv"),
    "skimage-nlm": ("scikit-image NLM", best_strength(skimage_nlm), denoise_nl_means, "python3-skimage"),
    "skimage-nlm-blind": ("scikit-image NLM, blind", skimage_nlm_blind, estimate_sigma, "python3-skimage"),
    "wavelet": ("scikit-image wavelet", skimage_wavelet, denoise_wavelet, "python3-skimage"),
    "tv": ("scikit-image TV", best_strength(skimage_tv), denoise_tv_chambolle, "python3-skimage"),
}
