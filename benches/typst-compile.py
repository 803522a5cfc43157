#!/usr/bin/env python3
"""What `typst compile FILE.typ FILE.pdf` does, by the wheel `typst` of PyPI: one document, one process, nothing kept.

The benchmark of documents takes it as its reference: CLUE_BENCH_TYPST=benches/typst-compile.py, with a python3 that has
the wheel. The machine's own fonts are left aside, so that looking for them costs it nothing."""

import pathlib
import sys

import typst

source, target = map(pathlib.Path, sys.argv[1:3])
typst.compile(
    source,
    output=target,
    root=source.parent,
    font_paths=[source.parent],
    ignore_system_fonts=True,
    pdf_standards=["a-2a", "ua-1"],
    timestamp=1_790_000_000,
)
