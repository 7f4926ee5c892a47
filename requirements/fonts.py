# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0", "pypinyin-dict==0.9.0"]
# ///
"""Makes the fonts that documents are set in, from their published sources: `make fonts`. Needs npm, for fetching only.

Nobody has to run this: the results lie in the repository. It says where they come from, and makes the same again.
What the fonts cover is written beside them (`coverage.txt`): the program asks it before it sets a text.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from pypinyin_dict.pinyin_data import ktghz2013

HERE = Path(__file__).parent.parent / "src/keguan/casework/documents/fonts"

SOURCES = {
    # file made: (npm package, version, file in it, SHA-256 of that file)
    "NotoSerifSC-Regular.ttf": (
        "@expo-google-fonts/noto-serif-sc",
        "0.4.3",
        "400Regular/NotoSerifSC_400Regular.ttf",
        "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742",
    ),
    "NotoSansSC-Medium.ttf": (
        "@expo-google-fonts/noto-sans-sc",
        "0.4.3",
        "500Medium/NotoSansSC_500Medium.ttf",
        "b30853d205f3ecdde938b1488c735ee15a2e870d31331b992fdc53971e23ec4a",
    ),
    "NotoNaskhArabic-Regular.ttf": (
        "@expo-google-fonts/noto-naskh-arabic",
        "0.4.5",
        "400Regular/NotoNaskhArabic_400Regular.ttf",
        "706b4580c025f6c75ec1c06013e17f00a23ec1780091b77a5a5b339469bda94d",
    ),
}


def general_standard() -> set[str]:
    """The 8 105 characters of the General Standard (通用规范汉字表, 2013), those of rare names and places among them."""
    return {chr(code) for code in ktghz2013.pinyin_dict}


def national(codec: str = "gb2312") -> set[str]:
    """Everything that a national character set of two bytes can write."""
    found: set[str] = set()
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                found.update(bytes([first, second]).decode(codec))
            except UnicodeDecodeError:
                continue
    return found


def ranges(*pairs: tuple[int, int]) -> set[str]:
    return {chr(code) for first, last in pairs for code in range(first, last + 1)}


LETTERS = ranges(
    (0x20, 0x7E),
    (0xA0, 0x24F),  # Latin, the tones of pinyin among it
    (0x250, 0x36F),
    (0x370, 0x52F),  # Greek and Cyrillic
    (0x1E00, 0x1EFF),
    (0x2000, 0x2BFF),  # punctuation, units, arrows, mathematics, numbers in circles, boxes
    (0x3000, 0x33FF),  # Chinese punctuation, kana, 〇, ㈠, ㎡
    (0xFE10, 0xFE4F),
    (0xFF00, 0xFFEF),
)
ARABIC = ranges(
    (0x20, 0x7E), (0xA0, 0xBF), (0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0x2000, 0x206F), (0xFB50, 0xFEFC)
)


def main() -> None:
    """Fetch, check, cut down, write, and say what is covered."""
    chinese = general_standard() | national() | LETTERS
    covered: set[int] = set()
    for made, (package, version, inside, sha256) in SOURCES.items():
        body = fetched(package, version, inside)
        found = hashlib.sha256(body).hexdigest()
        if found != sha256:
            sys.exit(f"{inside}: {found}")
        is_arabic = "Arabic" in made
        covered |= cut(body, HERE / made, ARABIC if is_arabic else chinese, keep_marks=is_arabic)
    (HERE / "coverage.txt").write_text("\n".join(in_ranges(covered)) + "\n", encoding="ascii")


def fetched(package: str, version: str, inside: str) -> bytes:
    """One file of a published package."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--json", f"{package}@{version}"], cwd=folder, check=True, capture_output=True
        )
        (name,) = (one["filename"] for one in json.loads(packed.stdout))
        with tarfile.open(Path(folder) / name) as archive:
            file = archive.extractfile(f"package/{inside}")
            if file is None:
                raise FileNotFoundError(inside)
            return file.read()


def cut(body: bytes, to: Path, wanted: Iterable[str], *, keep_marks: bool) -> set[int]:
    """Write the font with these characters only, and return those it has."""
    options = subset.Options()
    options.hinting = False
    options.recalc_timestamp = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    # Chinese is set by the typesetter itself; joined scripts need all that their font knows of joining.
    options.layout_features = ["*"] if keep_marks else ["ccmp", "locl", "mark", "mkmk", "pwid"]
    options.drop_tables += [] if keep_marks else ["GPOS", "BASE", "vhea", "vmtx", "VORG"]
    with tempfile.NamedTemporaryFile(suffix=".ttf") as file:
        file.write(body)
        file.flush()
        font = subset.load_font(file.name, options)
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(sorted(wanted)))
        cutter.subset(font)
        subset.save_font(font, str(to), options)
    return set(font.getBestCmap())


def in_ranges(codes: set[int]) -> list[str]:
    """The codes as lines `first-last`, in hexadecimal."""
    lines: list[list[int]] = []
    for code in sorted(codes):
        if lines and lines[-1][1] == code - 1:
            lines[-1][1] = code
        else:
            lines.append([code, code])
    return [f"{first:04X}-{last:04X}" for first, last in lines]


if __name__ == "__main__":
    main()
