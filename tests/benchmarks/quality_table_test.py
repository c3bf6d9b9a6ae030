"""quality_table_test.py TWOFOLD: the command benchmarks/quality_table.py on small images, with twofold's TV only."""
import os
import subprocess
import sys
import tempfile
import unittest

try:
    import cv2
    import numpy as np
except ImportError:
    print("skipped: python3-opencv and python3-numpy are not installed")
    sys.exit(77)

BENCHMARKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../benchmarks")
sys.path.insert(0, BENCHMARKS)
import quality_data
import quality_methods
import quality_report

TWOFOLD = sys.argv.pop(1)


def scene(size, seed):
    """Smooth areas, an edge and a little colour."""
    y, x = np.mgrid[0:size, 0:size] / size
    image = np.stack([0.3 + 0.4 * x, 0.5 - 0.2 * y, 0.3 + 0.3 * (x > 0.5)], axis=2)
    return np.clip(image + 0.02 * seed, 0, 1)


def save(path, image):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    samples = np.clip(255 * image + 0.5, 0, 255).astype(np.uint8)
    assert cv2.imwrite(path, samples[..., ::-1] if samples.ndim == 3 else samples)


class QualityTable(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        for seed in range(2):
            save(self.path(f"clean/{seed}.png"), scene(48, seed))
        self.output = self.path("out")

    def path(self, name):
        return os.path.join(self.place.name, name)

    def start(self, *words):
        return subprocess.run(
            [sys.executable, "-B", os.path.join(BENCHMARKS, "quality_table.py"), "--command", TWOFOLD,
             "-o", self.output, "--methods", "tv", "--peers", "", "--crop", "32", "--threads", "1", *words],
            capture_output=True, text=True)

    def rows(self):
        with open(os.path.join(self.output, "results.csv"), encoding="utf-8") as file:
            return file.read().splitlines()[1:]

    def test_measures_once_and_goes_on_where_it_was_stopped(self):
        self.assertEqual(self.start(self.path("clean")).returncode, 0)
        first = self.rows()
        self.assertEqual(len(first), 4)  # two images, noisy and TV
        again = self.start(self.path("clean"))
        self.assertIn("4 results were there already", again.stdout)
        self.assertEqual(self.rows(), first)

        # A run that is killed leaves half a line.
        path = os.path.join(self.output, "results.csv")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text[:-30])
        self.assertIn("3 results were there already", self.start(self.path("clean")).stdout)
        self.assertEqual(self.rows()[-1].split(",")[:6], first[-1].split(",")[:6])

        # What is measured otherwise is a row of its own.
        self.start(self.path("clean"), "--noise", "poisson:30")
        self.start(self.path("clean"), "--crop", "40")
        with open(os.path.join(self.output, "table.md"), encoding="utf-8") as file:
            table = file.read()
        for line in ("clean, gaussian 25, 32²", "clean, poisson 30, 32²", "clean, gaussian 25, 40²"):
            self.assertEqual(table.count(f"| {line} | 2 |"), 3)
        with open(os.path.join(self.output, "psnr_seconds.svg"), encoding="utf-8") as file:
            self.assertIn("clean, gaussian 25, 40²", file.read())

        # An image that has changed is measured again, and the new row counts.
        save(self.path("clean/0.png"), scene(48, 3))
        self.assertIn("2 results were there already", self.start(self.path("clean")).stdout)

    def test_takes_pairs_as_they_are_or_fits_their_scale(self):
        truth = scene(64, 0)
        noisy = 0.5 * truth + 0.1 + np.random.default_rng(0).normal(0, 0.02, truth.shape)
        save(self.path("pairs/a_Real.png"), noisy)
        save(self.path("pairs/a_mean.png"), truth)
        for words in ([], ["--fit", "pairs"]):
            self.assertEqual(self.start(self.path("pairs"), *words).returncode, 0)
        levels = {row.split(",")[2]: float(row.split(",")[7]) for row in self.rows() if ",noisy," in row}
        self.assertLess(levels["real"], 20)
        self.assertAlmostEqual(levels["real fitted"], 34, delta=1)  # noise of 0.02

    def test_measures_as_the_command_does(self):
        truth = quality_data.load_clean(self.path("clean"), "0.png", 0)
        noisy = quality_data.add_noise(truth, "0.png", "poisson", 30.0)
        level, _ = quality_methods.measure(TWOFOLD, noisy, truth, self.place.name)
        self.assertAlmostEqual(level, quality_methods.psnr(noisy, truth), places=3)
        np.testing.assert_array_equal(noisy, quality_data.add_noise(truth, "0.png", "poisson", 30.0))

    def test_finds_the_best_strength(self):
        truth = np.full((4, 4), 0.5)
        noisy = truth + np.array([10, -10] * 8).reshape(4, 4) / 255
        climb = quality_methods.best_strength(lambda image, strength: truth + abs(strength - 20) / 255)
        result, _ = climb(noisy, truth)
        self.assertLess(255 * np.abs(result - truth).max(), 20 * (2 ** 0.125 - 1))

    def test_a_mean_over_fewer_images_is_not_the_best(self):
        row = {"data": "d", "noise": "gaussian:25", "crop": "256", "threads": "2"}
        rows = [{**row, "method": method, "image": image, "psnr": level, "ssim": 0.5, "seconds": 1.0}
                for method, image, level in (("a", "1", 20), ("a", "2", 22), ("b", "1", 30))]
        table = quality_report.table(quality_report.group_rows(rows), ["a", "b"], *quality_report.MEASURES[0])
        self.assertIn("| d, gaussian 25, 256² | 2 | **21.00** | 30.00 (1) |", table)

    def test_bad_arguments_end_with_one_sentence(self):
        os.makedirs(self.path("empty"))
        clean = self.path("clean")
        for words in ([self.path("none")], [self.path("empty")], [clean, "--methods", "fst"],
                      [clean, "--peers", "bm3d"], [clean, "--noise", "gauss:3"], [clean, "--noise", ""],
                      [clean, "--fit", "other"], [clean, "--pairs", "real"], [clean, clean],
                      [clean, "--command", self.path("none")]):
            ran = self.start(*words)
            with self.subTest(words=words):
                self.assertEqual(ran.returncode, 1)
                self.assertEqual(len(ran.stderr.splitlines()), 1)


unittest.main()
