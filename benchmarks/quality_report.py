"""What quality_table.py makes of its rows: tables in Markdown and a plot of PSNR against seconds."""
from xml.sax.saxutils import escape

import numpy as np

MEASURES = (("psnr", "PSNR, dB", 2), ("ssim", "SSIM", 3), ("seconds", "Seconds an image", 2))


def group_rows(rows):
    """{(data, noise, crop, threads): {method: its rows}}: data as measured, noises by their number."""
    groups = {}
    for row in rows:
        key = (row["data"], row["noise"], row["crop"], row["threads"])
        groups.setdefault(key, {}).setdefault(row["method"], []).append(row)
    data = list(dict.fromkeys(key[0] for key in groups))

    def place(key):
        kind, _, level = key[1].partition(":")
        return data.index(key[0]), key[2:], kind, float(level or 0)

    return {key: groups[key] for key in sorted(groups, key=place)}


def middle(rows, measure):
    """The mean; of seconds the median, for other programs make some runs much longer and none shorter."""
    return float((np.median if measure == "seconds" else np.mean)([row[measure] for row in rows]))


def label(key):
    data, noise, crop, threads = key
    return f"{data}, {noise.replace(':', ' ')}, {'whole' if crop == 'whole' else crop + '²'}"


def table(groups, methods, measure, title, digits):
    lines = [f"## {title}", "", "| | images | " + " | ".join(methods) + " |", "|---" * (len(methods) + 2) + "|"]
    several_threads = len({key[3] for key in groups}) > 1
    for key, found in groups.items():
        images = max(map(len, found.values()))
        # A mean over fewer images than the others' cannot be the best.
        complete = [middle(found[name], measure) for name in found if len(found[name]) == images and name != "noisy"]
        best = max(complete, default=None) if measure != "seconds" else None
        cells = []
        for name in methods:
            if name not in found or (name, measure) == ("noisy", "seconds"):
                cells.append("")
                continue
            value = middle(found[name], measure)
            text = f"{value:.{digits}f}"
            if len(found[name]) < images:
                text += f" ({len(found[name])})"
            elif best is not None and text == f"{best:.{digits}f}":
                text = f"**{text}**"
            cells.append(text)
        name = label(key) + (f", {key[3]} threads" if several_threads else "")
        lines.append(f"| {name} | {images} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write_table(path, rows):
    methods = list(dict.fromkeys(row["method"] for row in rows))
    groups = group_rows(rows)
    note = ("Means over the images, of seconds the median. Bold: the best. A number in brackets: of so many images "
            "only, while the others are of more.\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([note] + [table(groups, methods, *measure) for measure in MEASURES]))


PANEL_WIDTH, PANEL_HEIGHT, MARGIN, LEGEND_LINE, COLUMNS = 300, 210, 40, 16, 3
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9", "#8a2be2", "#7f7f7f")


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(words)}</text>'


def marker(x, y, index, own, title):
    """A disc for twofold's methods, a cross for the others."""
    colour = COLOURS[index % len(COLOURS)]
    title = f"<title>{escape(title)}</title>"
    if own:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">{title}</circle>'
    return f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8" stroke="{colour}" stroke-width="2">{title}</path>'


def panel(left, top, title, found, methods, decades):
    width, height = PANEL_WIDTH - MARGIN - 15, PANEL_HEIGHT - 2 * MARGIN
    x0, y0 = left + MARGIN, top + MARGIN
    levels = [middle(rows, "psnr") for rows in found.values()]
    low, high = min(levels) - 0.5, max(levels) + 0.5
    step = next(step for step in (1, 2, 5, 10, 20, 50, 1000) if (high - low) / step <= 6)

    def x_of(seconds):
        return x0 + width * (np.log10(seconds) - decades[0]) / (decades[-1] - decades[0])

    def y_of(level):
        return y0 + height * (high - level) / (high - low)

    parts = [f'<rect x="{x0}" y="{y0}" width="{width}" height="{height}" fill="none" stroke="#888"/>',
             text(x0 + width / 2, y0 - 8, title, ' text-anchor="middle" font-weight="bold"')]
    for level in np.arange(np.ceil(low / step) * step, high, step):
        parts.append(f'<path d="M{x0} {y_of(level):.1f}h{width}" stroke="#ddd"/>')
        parts.append(text(x0 - 4, y_of(level) + 4, f"{level:g}", ' text-anchor="end"'))
    for decade in decades:
        parts.append(f'<path d="M{x_of(10.0 ** decade):.1f} {y0}v{height}" stroke="#ddd"/>')
        parts.append(text(x_of(10.0 ** decade), y0 + height + 14, f"{10.0 ** decade:g}", ' text-anchor="middle"'))
    if "noisy" in found:
        parts.append(f'<path d="M{x0} {y_of(middle(found["noisy"], "psnr")):.1f}h{width}" stroke="#888" '
                     'stroke-dasharray="3 3"><title>noisy</title></path>')
    for index, name in enumerate(methods):
        if name in found:
            level, seconds = middle(found[name], "psnr"), max(middle(found[name], "seconds"), 1e-4)
            parts.append(marker(x_of(seconds), y_of(level), index, name.startswith("twofold"),
                                f"{name}: {level:.2f} dB, {seconds:.2f} s"))
    return parts


def write_plot(path, rows):
    """One panel for each line of the table: PSNR in dB up, seconds an image to the right, the same for all panels."""
    # Equal images have an infinite PSNR, which has no place in a plot.
    rows = [row for row in rows if np.isfinite(row["psnr"])]
    groups = group_rows(rows)
    methods = [name for name in dict.fromkeys(row["method"] for row in rows) if name != "noisy"]
    seconds = [middle(found[name], "seconds") for found in groups.values() for name in methods if name in found]
    if not seconds:
        return
    first, last = np.floor(np.log10(max(min(seconds), 1e-4))), np.ceil(np.log10(max(seconds)))
    decades = range(int(first), int(max(last, first + 1)) + 1)
    columns = min(COLUMNS, len(groups))
    legend_lines = -(-(len(methods) + 1) // columns)
    width = columns * PANEL_WIDTH
    height = -(-len(groups) // columns) * PANEL_HEIGHT + (legend_lines + 1) * LEGEND_LINE
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" font-family="sans-serif" font-size="11" fill="none">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>', '<g fill="#222">']
    for index, name in enumerate(methods):
        x, y = index % columns * PANEL_WIDTH + MARGIN, (index // columns + 1) * LEGEND_LINE
        parts += [marker(x, y, index, name.startswith("twofold"), name), text(x + 10, y + 4, name)]
    x, y = len(methods) % columns * PANEL_WIDTH + MARGIN, (len(methods) // columns + 1) * LEGEND_LINE
    parts.append(text(x - 5, y + 4, "- - noisy;  PSNR in dB against seconds an image"))
    for index, (key, found) in enumerate(groups.items()):
        top = (legend_lines + 1) * LEGEND_LINE + index // columns * PANEL_HEIGHT
        parts += panel(index % columns * PANEL_WIDTH, top, label(key), found, methods, decades)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*parts, "</g>", "</svg>", ""]))
