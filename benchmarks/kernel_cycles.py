#!/usr/bin/env python3
"""Cycles that the main loops of the ARM kernels take by llvm-mca's models of processors: no board needed.

    benchmarks/kernel_cycles.py [BUILD]       BUILD is build/aarch64 unless given

Reads the loops from the compiled objects of a 64-bit ARM build and prints, as Markdown, how many cycles each takes for
one fused multiply-add of four floats, and what share of the processor's peak that is. The peak is what the model gives
for multiply-adds alone. All data are taken to be in the first-level cache.
"""
import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path

# LLVM has no model of Cortex-A76 before its twin for servers, Neoverse N1, came with LLVM 16.
PROCESSORS = {"Cortex-A53": "cortex-a53", "Cortex-A72": "cortex-a72", "Cortex-A76 (as Neoverse N1)": "neoverse-n1"}
# What a loop is for, by the object and the function that it lies in.
LOOPS = [
    ("conv 3x3, forward", "conv2d_simd", r"multiply_(map|columns)<.*Finish\)0"),
    ("conv 3x3, backward data", "conv2d_simd", r"multiply_(map|columns)<.*Finish\)1"),
    ("conv 3x3, backward weights", "conv2d_simd", r"N_\w+::backward_weights"),
    ("conv of any map, forward and backward data", "layer_simd", r"correlate|multiply_columns"),
    ("conv of any map, backward weights", "layer_simd", r"N_\w+::accumulate_weights"),
    ("Winograd, products", "winograd_products_simd", r"N_\w+::winograd_multiply"),
    ("Winograd, sums of gradients", "winograd_products_simd", r"N_\w+::winograd_accumulate"),
]
ITERATIONS = 100


def find_tool(name):
    """That of the newest LLVM, or the one in the path: old ones take Cortex-A76 for Cortex-A57."""
    versions = Path("/usr/lib").glob(f"llvm-*/bin/{name}")
    newest = max(versions, key=lambda path: int(path.parts[3].split("-")[1]), default=shutil.which(name))
    return str(newest) if newest else sys.exit(f"{name} is not installed")


def read_loops(disassembly):
    """Innermost loops as (function, instructions)."""
    function, lines = "", []
    for line in disassembly.splitlines():
        if match := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            function, lines = match[1], []
        elif match := re.match(r"\s*([0-9a-f]+):\s+(.*)$", line):
            address = int(match[1], 16)
            text = match[2].split("//")[0].strip()
            lines.append((address, text))
            branch = re.match(r"((?:b\.\w+|b|cbn?z\s+\w+,|tbn?z\s+\w+,\s*#\w+,)\s+)(?:0x)?([0-9a-f]+) <", text)
            if not branch or int(branch[2], 16) >= address:
                continue
            body = [t for a, t in lines if a >= int(branch[2], 16)]
            if not any(re.match(r"(b|cb|tb|ret)", t) for t in body[:-1]):
                yield function, [*body[:-1], branch[1] + "loop"]


@functools.cache
def loops_of(build, object_name):
    path = build / f"ops/CMakeFiles/twofold_ops.dir/conv2d/{object_name}.cpp.o"
    if not path.exists():
        sys.exit(f"{build} has no object {object_name}: build the preset aarch64 first")
    result = subprocess.run([find_tool("aarch64-linux-gnu-objdump"), "-d", "-C", "--no-show-raw-insn", path],
                            capture_output=True, text=True, check=True)
    return list(read_loops(result.stdout))


def multiply_adds(loop):
    return sum("fmla" in instruction for instruction in loop)


def count_cycles(mca, processor, instructions):
    text = "loop:\n" + "\n".join(instructions) + "\n"
    result = subprocess.run([mca, "-mtriple=aarch64", f"-mcpu={processor}", f"-iterations={ITERATIONS}"], input=text,
                            capture_output=True, text=True)
    match = re.search(r"Total Cycles:\s+(\d+)", result.stdout)
    if not match:
        sys.exit(f"{mca} for {processor}: {result.stderr.strip()}")
    return int(match[1]) / ITERATIONS


def main():
    build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/aarch64")
    mca = find_tool("llvm-mca")
    peak_loop = [f"fmla v{i}.4s, v30.4s, v31.s[1]" for i in range(24)]
    peaks = {name: count_cycles(mca, model, peak_loop) / 24 for name, model in PROCESSORS.items()}
    print("| loop | multiply-adds | instructions | " + " | ".join(PROCESSORS) + " |")
    print("|---|---|---|" + "---|" * len(PROCESSORS))
    for title, object_name, pattern in LOOPS:
        loops = [body for function, body in loops_of(build, object_name) if re.search(pattern, function)]
        loop = max(loops, key=multiply_adds, default=[])
        adds = multiply_adds(loop)
        if not adds:
            sys.exit(f"{object_name} has no loop like {pattern}")
        cells = []
        for name, model in PROCESSORS.items():
            cycles = count_cycles(mca, model, loop) / adds
            cells.append(f"{cycles:.2f} ({peaks[name] / cycles:.0%})")
        print(f"| {title} | {adds} | {len(loop)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
