#!/usr/bin/python3
"""PSNR, SSIM and seconds of every method on every image and noise, with other denoisers beside twofold's.

    quality_table.py FOLDER... -o OUT [--methods fast,best,tv,dip] [--noise gaussian:25,poisson:30]
                     [--peers nlm,skimage-nlm,skimage-nlm-blind,wavelet,tv] [--crop 256] [--limit N]
                     [--pairs _real:_mean] [--fit NAME] [--other NAME=PROGRAM] [--threads 2]

A folder holds clean images, which get each of the noises, or pairs of a noisy and a clean image, which are taken as
they are. A pair's names differ in one word (--pairs). --fit names the folders whose pairs are not on one grey scale:
gain and offset are fitted by least squares before measuring.

Every result is a row of OUT/results.csv, written at once. Started again, the command measures only what is missing, so
it can be stopped, and folders, methods and noises can be added; what is measured on another image, crop, noise or
number of threads is a row of its own. It does not see that twofold itself has changed: a new build wants a new OUT.
From all rows it writes OUT/table.md and OUT/psnr_seconds.svg.

A method is fast, best or paper (recipes of ZS-N2N), tv, dip, two-stage or prior; options of `twofold denoise` may
follow: --methods "fast,fast --noise independent". --other "NAME=PROGRAM" adds any program that is called with the noisy image
and the place of the result, both PFM. Seconds of these are those of the whole process; of the peers only of the call.

Needs python3-numpy, and python3-tifffile for TIFF; peers from python3-opencv and python3-skimage, one of which also
reads the other images.
"""
import argparse
import csv
import os
import sys
import tempfile
import zlib

import quality_methods
from quality_data import add_noise, cv2, list_folder, load_clean, load_pair
from quality_report import write_plot, write_table

KEY = ("data", "image", "noise", "crop", "threads", "method")
MEASURED = ("psnr", "ssim", "seconds")
COLUMNS = (*KEY, "input", *MEASURED)


class Results:
    """The rows of a CSV file; of two with the same key the later one counts."""

    def __init__(self, path):
        self.rows = {}
        text = ""
        if os.path.exists(path):
            with open(path, newline="", encoding="utf-8") as file:
                text = file.read()
            if text.strip() and text.splitlines()[0] != ",".join(COLUMNS):
                sys.exit(f"{path}: is not a table of this command")
            for row in csv.DictReader(text.splitlines()):
                try:
                    row.update({name: float(row[name]) for name in MEASURED})
                except (TypeError, ValueError):
                    continue  # the last line of a run that was killed
                self.rows[tuple(row[name] for name in KEY)] = row
        self.file = open(path, "a", newline="", encoding="utf-8")
        self.writer = csv.DictWriter(self.file, COLUMNS, lineterminator="\n")
        if not text.strip():
            self.writer.writeheader()
        elif not text.endswith("\n"):
            self.file.write("\n")

    def has(self, row):
        found = self.rows.get(tuple(row[name] for name in KEY))
        return found is not None and found["input"] == row["input"]

    def add(self, row):
        row.update({name: round(row[name], 5) for name in MEASURED})
        self.rows[tuple(row[name] for name in KEY)] = row
        self.writer.writerow(row)
        self.file.flush()


def split_list(text):
    return [word.strip() for word in text.split(",") if word.strip()]


def parse_noise(text):
    noises = []
    for word in split_list(text):
        kind, _, level = word.partition(":")
        try:
            noises.append((kind, float(level)))
        except ValueError:
            sys.exit(f"--noise {word}: give it as gaussian:25 or poisson:30")
        if kind not in ("gaussian", "poisson") or not 0 < noises[-1][1] < 1e6:
            sys.exit(f"--noise {word}: give it as gaussian:25 or poisson:30")
    return noises


def chosen_methods(arguments, folder):
    methods = {"noisy": lambda noisy, truth: (noisy, 0.0)}
    for word in split_list(arguments.methods):
        words = word.split()
        if words[0] not in quality_methods.OWN:
            sys.exit(f"--methods: there is no method {words[0]}; there are {', '.join(quality_methods.OWN)}")
        methods[f"twofold {word}"] = quality_methods.own_method(arguments.command, words, arguments.threads, folder)
    for word in arguments.other:
        name, separator, program = word.partition("=")
        if not (separator and name.strip() and program.strip()):
            sys.exit(f"--other {word}: give it as NAME=PROGRAM")
        methods[name.strip()] = quality_methods.other_program(program, folder)
    for word in split_list(arguments.peers):
        if word not in quality_methods.PEERS:
            sys.exit(f"--peers: there is no peer {word}; there are {', '.join(quality_methods.PEERS)}")
        name, call, present, package = quality_methods.PEERS[word]
        if present is None:
            print(f"{name} is left out, for {package} is not installed", file=sys.stderr)
        else:
            methods[name] = call
    return methods


def chosen_images(arguments):
    """(data, image, noise, how to load it) for all that is asked for."""
    noises = parse_noise(arguments.noise)
    words = [tuple(word.split(":")) for word in split_list(arguments.pairs)]
    if any(len(pair) != 2 or not pair[0] for pair in words):
        sys.exit("--pairs: give the words in which the names of a noisy and a clean image differ, as real:mean")
    names = [os.path.basename(os.path.abspath(folder)) for folder in arguments.folders]
    fitted = split_list(arguments.fit)
    for name in names:
        if names.count(name) > 1:
            sys.exit(f"two folders have the name {name}, by which the table tells them apart")
    for name in fitted:
        if name not in names:
            sys.exit(f"--fit {name}: none of the folders has this name")
    images = []
    for folder, data in zip(arguments.folders, names):
        if not os.path.isdir(folder):
            sys.exit(f"{folder}: there is no such folder")
        for noisy, clean in list_folder(folder, words)[: arguments.limit]:
            if noisy:
                fit = data in fitted
                load = lambda f=folder, n=noisy, c=clean, fit=fit: load_pair(f, n, c, arguments.crop, fit)
                images.append((data, noisy, "real fitted" if fit else "real", load))
                continue
            if not noises:
                sys.exit(f"{folder}: holds clean images, so --noise is needed")
            for kind, level in noises:
                def load(f=folder, n=clean, kind=kind, level=level):
                    truth = load_clean(f, n, arguments.crop)
                    return add_noise(truth, n, kind, level), truth
                images.append((data, clean, f"{kind}:{level:g}", load))
    return images


def say_failure(what, error):
    """Readers and peers have many exceptions of their own; one image that fails is no reason to measure no other."""
    print(f"{what}: {(str(error).splitlines() or [type(error).__name__])[0]}", file=sys.stderr)


def run(arguments, images, methods, results, folder):
    failures, known = 0, 0
    for index, (data, image, noise, load) in enumerate(images):
        try:
            noisy, truth = load()
        except Exception as error:
            say_failure(f"{data}/{image}", error)
            failures += 1
            continue
        content = zlib.crc32(noisy.tobytes(), zlib.crc32(truth.tobytes()))
        row = {"data": data, "image": image, "noise": noise, "crop": str(arguments.crop or "whole"),
               "threads": str(arguments.threads), "input": f"{content:08x}"}
        for name, method in methods.items():
            row["method"] = name
            if results.has(row):
                known += 1
                continue
            try:
                result, seconds = method(noisy, truth)
                psnr, ssim = quality_methods.measure(arguments.command, result, truth, folder)
            except Exception as error:
                say_failure(f"{data}/{image}, {noise}, {name}", error)
                failures += 1
                continue
            results.add({**row, "psnr": psnr, "ssim": ssim, "seconds": seconds})
            print(f"{index + 1}/{len(images)} {data}/{image} {noise}, {name}: {psnr:.2f} dB, {ssim:.3f}, "
                  f"{seconds:.2f} s", flush=True)
    if known:
        print(f"{known} results were there already")
    return failures


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("-o", "--output", required=True, metavar="OUT")
    parser.add_argument("--methods", default="fast,best,tv")
    parser.add_argument("--peers", default="nlm,skimage-nlm,skimage-nlm-blind,wavelet,tv")
    parser.add_argument("--other", action="append", default=[], metavar="NAME=PROGRAM")
    parser.add_argument("--noise", default="gaussian:25", help="gaussian:SIGMA of 255 and poisson:PHOTONS at white")
    parser.add_argument("--crop", type=int, default=256, help="side of the centre that is taken; 0: the whole image")
    parser.add_argument("--limit", type=int, help="so many images of each folder")
    parser.add_argument("--pairs", default="_real:_mean,_noisy:_gt,_raw:_gt,input_avg1:target_avg400")
    parser.add_argument("--fit", default="", metavar="NAME,...")
    parser.add_argument("--threads", type=int, default=2)
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../build/release/bin/twofold")
    parser.add_argument("--command", default=build, help="twofold (default: the preset release)")
    arguments = parser.parse_args()
    if arguments.crop < 0 or arguments.threads < 1 or (arguments.limit is not None and arguments.limit < 1):
        parser.error("--crop must not be negative, --limit and --threads must be above 0")
    return arguments


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        methods = chosen_methods(arguments, folder)
        images = chosen_images(arguments)
        if not os.access(arguments.command, os.X_OK) or os.path.isdir(arguments.command):
            sys.exit(f"{arguments.command}: is not the twofold command; --command says where it is")
        if not cv2 and not quality_methods.denoise_wavelet:
            sys.exit("python3-opencv or python3-skimage is needed to read images")
        if cv2:
            cv2.setNumThreads(arguments.threads)
        try:
            os.makedirs(arguments.output, exist_ok=True)
            results = Results(os.path.join(arguments.output, "results.csv"))
        except OSError as error:
            sys.exit(f"{arguments.output}: {error.strerror}")
        stopped = False
        failures = 0
        try:
            failures = run(arguments, images, methods, results, folder)
        except KeyboardInterrupt:
            stopped = True
            print("stopped; the same command goes on from here", file=sys.stderr)
        rows = list(results.rows.values())
        if rows:
            write_table(os.path.join(arguments.output, "table.md"), rows)
            write_plot(os.path.join(arguments.output, "psnr_seconds.svg"), rows)
    if stopped:
        return 130
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
