"""Images for quality_table.py: a folder's pairs of a noisy image and the truth, on a scale where white is 1.

Grey images are arrays of height x width, colour images of height x width x 3; alpha is left out, and so is every page
of a stack but the first.
"""
import os
import sys
import zlib

import numpy as np

try:
    import cv2
except ImportError:
    cv2 = None

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff")


def read_samples(path):
    if path.lower().endswith((".tif", ".tiff")):
        from tifffile import imread
        image = imread(path)
    elif cv2:
        image = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        if image is None:
            raise ValueError("not an image that can be read")
        if image.ndim == 3:
            image = image[..., 2::-1]
    else:
        from skimage.io import imread
        image = imread(path)
    while image.ndim > 3 or (image.ndim == 3 and image.shape[2] > 4):
        image = image[0]
    if image.ndim == 3:
        image = image[..., :3] if image.shape[2] >= 3 else image[..., 0]
    return image


def white_of(*images):
    """255, or as many bits as the samples use; 1 for float samples that stay below it."""
    largest = max(float(image.max()) for image in images)
    if images[0].dtype.kind == "f" and largest <= 1:
        return 1
    return 2 ** max(8, int(largest).bit_length()) - 1


def centre_crop(image, size):
    height, width = (min(size, length) if size else length for length in image.shape[:2])
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return np.ascontiguousarray(image[top : top + height, left : left + width], np.float32)


def counterpart(name, words, names):
    """The clean image's name for a noisy one's: one word in place of another, whatever the case of letters."""
    for noisy, clean in words:
        at = name.lower().rfind(noisy.lower())
        if at >= 0:
            wanted = (name[:at] + clean + name[at + len(noisy) :]).lower()
            found = [other for other in names if other.lower() == wanted and other != name]
            if found:
                return found[0]
    return None


def list_folder(folder, words):
    """Names of (noisy, clean) images; (None, clean) where no image of the folder has a counterpart."""
    names = sorted(name for name in os.listdir(folder) if name.lower().endswith(ENDINGS))
    if not names:
        sys.exit(f"{folder}: holds no image (PNG, JPEG or TIFF)")
    pairs = [(name, counterpart(name, words, names)) for name in names]
    pairs = [(noisy, clean) for noisy, clean in pairs if clean]
    if not pairs:
        return [(None, name) for name in names]
    single = sorted(set(names) - {name for pair in pairs for name in pair})
    if single:
        print(f"{folder}: left out, for they belong to no pair: {' '.join(single)}", file=sys.stderr)
    return pairs


def load_pair(folder, noisy_name, clean_name, crop, fit):
    noisy, truth = read_samples(os.path.join(folder, noisy_name)), read_samples(os.path.join(folder, clean_name))
    if noisy.shape != truth.shape:
        raise ValueError(f"{noisy.shape[1]}x{noisy.shape[0]}, and {clean_name} is {truth.shape[1]}x{truth.shape[0]}")
    white = white_of(noisy, truth)
    noisy, truth = noisy / white, truth / white
    if fit:
        # The truth goes to the noisy image's scale, not the other way: noise would make the line too flat.
        gain, offset = np.polyfit(truth.ravel(), noisy.ravel(), 1)
        truth = gain * truth + offset
    return centre_crop(noisy, crop), centre_crop(np.clip(truth, 0, 1), crop)


def load_clean(folder, name, crop):
    truth = read_samples(os.path.join(folder, name))
    return centre_crop(truth / white_of(truth), crop)


def add_noise(truth, name, kind, level):
    """As in the ZS-N2N paper: Gaussian noise is clamped to [0, 1], photons are not. Every start makes the same."""
    generator = np.random.default_rng(zlib.crc32(f"{name} {kind} {level:g}".encode()))
    if kind == "gaussian":
        return np.clip(truth + generator.normal(0, level / 255, truth.shape), 0, 1).astype(np.float32)
    return (generator.poisson(truth.astype(np.float64) * level) / level).astype(np.float32)


def write_pfm(path, image):
    with open(path, "wb") as file:
        file.write(b"%s\n%d %d\n-1.0\n" % (b"PF" if image.ndim == 3 else b"Pf", image.shape[1], image.shape[0]))
        file.write(np.ascontiguousarray(image[::-1], "<f4").tobytes())


def read_pfm(path):
    with open(path, "rb") as file:
        colour = file.readline().strip() == b"PF"
        width, height = map(int, file.readline().split())
        file.readline()
        samples = np.frombuffer(file.read(), "<f4")
    return samples.reshape((height, width, 3) if colour else (height, width))[::-1]
