"""Cuts the faces that the program embeds out of their complete fonts; README.md says where those come from.

    python3 subset.py NOTO_SERIF_SC NOTO_SANS_SC NOTO_SANS_SC_BOLD WENKAI NOTO_SERIF_ITALIC NOTO_SANS_MONO UNIHAN_FOLDER

UNIHAN_FOLDER holds Unihan_*.txt or Unihan_*.txt.bz2. The same input gives the same bytes.
"""

import bz2
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent


def gb2312():
    """Every character of GB 2312."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                pass


def general_standard(folder):
    """The 8,105 characters of 通用规范汉字表 (kTGH)."""
    for path in sorted(pathlib.Path(folder).glob("Unihan_*.txt*")):
        opened = bz2.open(path, "rt", encoding="utf-8") if path.suffix == ".bz2" else path.open(encoding="utf-8")
        with opened as lines:
            for line in lines:
                parts = line.split("\t")
                if len(parts) == 3 and parts[1] == "kTGH":
                    yield int(parts[0][2:], 16)


def latin():
    """Latin, punctuation, figures and signs as forms use them."""
    for first, last in [
        (0x20, 0x7E),
        (0xA0, 0x17F),
        (0x192, 0x192),
        (0x218, 0x21B),
        (0x2C6, 0x2DD),
        (0x1E00, 0x1EFF),
        (0x2000, 0x206F),
        (0x2070, 0x209F),
        (0x20A0, 0x20BF),
        (0x2100, 0x214F),
    ]:
        yield from range(first, last + 1)


def signs():
    """Chinese punctuation, full-width forms, numbers in circles, arrows, boxes."""
    for first, last in [
        (0x370, 0x45F),
        (0x2150, 0x218F),
        (0x2190, 0x21FF),
        (0x2200, 0x22FF),
        (0x2460, 0x24FF),
        (0x2500, 0x25FF),
        (0x2600, 0x2606),
        (0x2640, 0x2642),
        (0x2713, 0x2717),
        (0x3000, 0x30FF),
        (0x3200, 0x33FF),
        (0xFE10, 0xFE1F),
        (0xFE30, 0xFE4F),
        (0xFF01, 0xFFEF),
    ]:
        yield from range(first, last + 1)


def cut(source, target, characters, family=None):
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "halt", "chws"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "STAT", "BASE", "meta"]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    if family is not None:
        # What was cut from a font with a reserved name may not bear that name (OFL, clause 3).
        for record in list(font["name"].names):
            if record.nameID in (1, 3, 4, 6, 16):
                text = family.replace(" ", "") if record.nameID == 6 else family
                font["name"].setName(text, record.nameID, record.platformID, record.platEncID, record.langID)
    font.save(HERE / target)
    print(f"{target}: {len(font.getBestCmap())} characters, {(HERE / target).stat().st_size} bytes")


def main():
    serif, sans, bold, kai, italic, mono, unihan = sys.argv[1:]
    chinese = set(gb2312()) | set(general_standard(unihan))
    full = chinese | set(latin()) | set(signs())
    cut(serif, "NotoSerifSC-Regular.ttf", full)
    cut(sans, "NotoSansSC-Regular.ttf", full)
    cut(bold, "NotoSansSC-Bold.ttf", full)
    cut(kai, "ClueKai-Regular.ttf", chinese | set(latin()) | set(signs()), family="Clue Kai")
    cut(italic, "NotoSerif-Italic.ttf", set(latin()))
    cut(mono, "NotoSansMono-Regular.ttf", set(latin()) | set(range(0x2500, 0x2580)))


main()
