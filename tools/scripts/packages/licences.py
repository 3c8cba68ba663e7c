"""Says under which licence each package comes that production needs.

The shop itself is BSD-3-Clause (LICENSE). Whoever hands it on, as an image too, has to be able to
do so with all that it needs: licences that would bind the shop's own code (GPL, AGPL, SSPL) and
those that nobody can read are refused. LGPL and MPL bind the package alone, and are taken.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution

from license_expression import ExpressionError, get_spdx_licensing
from packaging.utils import canonicalize_name

from tools.scripts.packages.runtime import installed

TAKEN = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-2.1-or-later",
    "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0",
    "Unlicense", "Zlib",
}  # fmt: skip
# What packages call a licence that SPDX calls otherwise. Some say BSD and not which of them.
CALLED = {
    "apache 2.0": "Apache-2.0", "apache software license": "Apache-2.0", "bsd license": "BSD",
    "bsd 3-clause license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC", "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}  # fmt: skip
# Libraries inside of wheels under a stricter licence than the wheel says.
STRICTER = {"x264": "GPL-2.0-or-later", "x265": "GPL-2.0-or-later"}
# What is known and decided, with the reason (docs/how-to/keep-current.md says more).
KNOWN = {
    ("pillow-heif", "x265"): "an encoder beside the decoder of iPhones' pictures, which the shop "
    "never calls; Wagtail brings the package along. Who hands an image on hands it on with it",
}
LIBRARY = re.compile(r"\.libs/lib([a-z]+\d*)[-.]")
LONGEST = 60  # letters; what is longer is the text of a licence, not its name


@dataclass(frozen=True, slots=True)
class Finding:
    """A package, its licence, and what is wrong with it, if anything is."""

    name: str
    version: str
    licence: str
    problem: str = ""
    remark: str = ""


def main() -> int:
    """Print a line for each package; return 1 where one is refused."""
    found = [look_at(package) for package in installed().values()]
    for one in found:
        said = one.problem or one.remark
        sys.stdout.write(f"{one.name:24} {one.version:18} {one.licence}{said and f'  ({said})'}\n")
    wrong = [one for one in found if one.problem]
    sys.stdout.write(f"{len(found)} packages, {len(wrong)} refused\n")
    return int(bool(wrong))


def look_at(package: Distribution) -> Finding:
    """Return what there is to say of one package."""
    licence = licence_of(package)
    name, version = canonicalize_name(package.metadata["Name"]), package.version
    problem = "" if is_taken(licence) else "not among the licences that are taken"
    remark = ""
    for library in sorted(libraries_of(package) & STRICTER.keys()):
        text = f"holds {library}, {STRICTER[library]}"
        if (name, library) in KNOWN:
            remark = f"{text}: {KNOWN[name, library]}"
        else:
            problem = text
    return Finding(name, version, licence or "unknown", problem, remark)


def licence_of(package: Distribution) -> str:
    """Return the licence of a package as SPDX writes it, or an empty text where it says none."""
    told = package.metadata
    if expression := told.get("License-Expression"):
        return expression
    short = (told.get("License") or "").strip()
    heads = told.get_all("Classifier") or []
    names = [head.rpartition(" :: ")[2] for head in heads if head.startswith("License :: ")]
    if short and len(short) <= LONGEST and _named(short) in TAKEN:
        return _named(short)
    # Several of them may mean one or the other, or each for a part: all have to be taken.
    return " AND ".join(_named(name) for name in names) or short[:LONGEST]


def is_taken(licence: str) -> bool:
    """Tell whether a licence is taken: with OR one part has to be, with AND every part."""
    try:
        tree = get_spdx_licensing().parse(licence)
    except ExpressionError:
        return False
    return tree is not None and _is_taken(tree)


def libraries_of(package: Distribution) -> set[str]:
    """Return the names of the libraries that a wheel carries with it."""
    return {found[1] for file in package.files or () if (found := LIBRARY.search(str(file)))}


def _named(said: str) -> str:
    return CALLED.get(said.lower(), said)


def _is_taken(tree: object) -> bool:
    parts = [_is_taken(part) for part in getattr(tree, "args", ())]
    if not parts:
        return str(tree) in TAKEN
    return any(parts) if getattr(tree, "operator", "").strip() == "OR" else all(parts)


if __name__ == "__main__":
    sys.exit(main())
