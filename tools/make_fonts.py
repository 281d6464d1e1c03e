"""Cut the fonts that papers are printed with from Noto Serif CJK SC.

Run by hand when the list of characters changes: `python tools/make_fonts.py` (needs Debian's fonts-noto-cjk). Noto is
licensed under the SIL Open Font License 1.1; its name is a trademark, so the cut fonts go by another. Regular has all
characters of `documents.domain.is_shipped`; the bold one, for titles, those of the first level of GB 2312 only, what it
lacks is taken from the regular one.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from jutong.foundation.documents.domain import shipped_characters  # noqa: E402

SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = ROOT / "src/jutong/foundation/documents/fonts"
SIMPLIFIED = 2  # The place of "SC" in the collections.
# In GB 2312 the first level of ideographs fills the rows 16 to 55.
FIRST_LEVEL = range(0xB0, 0xD8)


def main() -> None:
    everything = shipped_characters()
    cut("NotoSerifCJK-Regular.ttc", "Jutong Serif", everything)
    cut("NotoSerifCJK-Bold.ttc", "Jutong Serif Title", "".join(filter(is_for_titles, everything)))


def is_for_titles(character: str) -> bool:
    try:
        encoded = character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return len(encoded) == 1 or encoded[0] < FIRST_LEVEL.start or encoded[0] in FIRST_LEVEL


def cut(collection: str, family: str, characters: str) -> None:
    options = subset.Options()
    options.font_number = SIMPLIFIED
    options.layout_features = ["ccmp", "locl", "kern", "liga"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.hinting = False
    font = subset.load_font(str(SOURCE / collection), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    rename(font, family)
    file = TARGET / f"{family.replace(' ', '')}.otf"
    subset.save_font(font, str(file), options)
    print(f"{file.name}: {len(font.getBestCmap())} characters, {file.stat().st_size / 1e6:.1f} MB")


def rename(font: TTFont, family: str) -> None:
    """Another family name in every language; copyright and licence stay as they are."""
    plain = family.replace(" ", "")
    names = font["name"]
    for record in list(names.names):
        if record.nameID in {16, 17, 21, 22, 25}:
            names.removeNames(nameID=record.nameID)
    for record in names.names:
        told = {1: family, 2: "Regular", 3: f"{plain} 1", 4: family, 6: f"{plain}-Regular"}.get(record.nameID)
        if told:
            record.string = told
    # The title face is a face of its own and not the bold of another.
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = 1 << 6
    font["head"].macStyle = 0
    top = font["CFF "].cff
    top.fontNames = [f"{plain}-Regular"]
    top[0].FamilyName, top[0].FullName, top[0].Weight = family, family, "Regular"


if __name__ == "__main__":
    main()
