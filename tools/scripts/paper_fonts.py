"""Cuts the fonts of documents out of Noto: ``python tools/scripts/paper_fonts.py [FOLDER]``.

Needs fonttools, and Noto where Debian's packages fonts-noto-core and fonts-noto-cjk put it. Run it
to take up a newer Noto, or further signs; the fonts themselves are kept in the repository.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

NOTO = Path("/usr/share/fonts/truetype/noto")
CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SIMPLIFIED = "2"  # the place of Noto Sans CJK SC in that collection
TARGET = Path(__file__).resolve().parents[2] / "shop/orders/documents/fonts"

# Latin with what African and European languages put on it, Greek, Cyrillic, signs of currencies.
LATIN = (
    "U+0020-007E,U+00A0-036F,U+0370-03FF,U+0400-04FF,U+1E00-1EFF,U+2000-206F,U+2070-209F,"
    "U+20A0-20C0,U+2100-214F,U+2190-2193,U+A720-A7FF"
)
ARABIC = "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+200C-200F,U+2010-2011,U+204F,U+FD3E-FD3F"
ETHIOPIC = "U+1200-137F"
# Signs that stand in names of people, plants and animals, and in neither of the two standards.
RARE = (
    "喆堃玥珺昇瑄翀镕淼焱犇祎赟彧旻昉曌晗晞暄晔暐琇珞玟瑀璟甯禛筱"
    "翊芃茗萱蕤蘅谞贇轶邗钰铄镠霁韫頔颀骁骐鲹鸻䴘䴙"
)
MARKS = "\N{MINUS SIGN}¥·—‘’“”…"


def chinese() -> str:
    """Return the common signs of both ways to write Chinese, and the full-width marks."""
    simple = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    common = (bytes([high, low]) for high in range(0xA4, 0xC7) for low in range(0x40, 0xFF))
    signs = {_sign(pair, "gb2312") for pair in simple} | {_sign(pair, "big5") for pair in common}
    wide = {*map(chr, range(0x3000, 0x3020)), *map(chr, range(0xFF01, 0xFF5F))}
    return "".join(sorted(signs | wide | set(RARE) | set(MARKS)))


def cut(source: Path, name: str, *which: str) -> None:
    """Write the part of a font that has the signs of some ranges."""
    command = ["pyftsubset", source, f"--output-file={TARGET / name}", "--no-hinting", *which]
    subprocess.run(command, check=True)  # noqa: S603 (our own words)


def main() -> None:
    """Cut all of them."""
    for weight in ("Regular", "Bold"):
        for script, ranges in (("", LATIN), ("Arabic", ARABIC), ("Ethiopic", ETHIOPIC)):
            if script == "Ethiopic" and weight == "Bold":
                continue
            name = f"NotoSans{script}-{weight}.ttf"
            cut(NOTO / name, name, f"--unicodes={ranges}", "--layout-features=*")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as signs:
        signs.write(chinese())
        signs.flush()
        which = (f"--text-file={signs.name}", f"--font-number={SIMPLIFIED}")
        features = "--layout-features=calt,ccmp,kern,liga,locl,mark,mkmk"
        cut(CJK, "NotoSansCJKsc-Regular.otf", *which, features)


def _sign(pair: bytes, code: str) -> str:
    text = pair.decode(code, errors="ignore")
    return text if len(text) == 1 and ord(text) >= 0x3400 else ""


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TARGET = Path(sys.argv[1])
    main()
