"""Lists what production is made of, as CycloneDX JSON in build/sbom.json.

What is listed are the packages of this environment that production may need. For another
environment, such as that of a machine or an image, name its interpreter: all of it is listed.

    tools/run scripts.packages.sbom /opt/baobab/current/.venv/bin/python
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from config.version import VERSION
from tools.scripts.packages.runtime import ROOT, installed

TARGET = ROOT / "build" / "sbom.json"


def main() -> int:
    """Write the list, and say how long it is."""
    asked = sys.argv[1:]
    text = listed(asked[0]) if asked else listed(sys.executable, set(installed()))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, "utf-8")
    count = len(json.loads(text)["components"])
    sys.stdout.write(f"{count} packages in {TARGET.relative_to(ROOT)}\n")
    return 0


def listed(python: str | Path, names: set[str] | None = None) -> str:
    """Return the list of an interpreter's packages, of those named alone if any are.

    Raises:
        ValueError: what came out is no CycloneDX.
    """
    command = [
        sys.executable, "-m", "cyclonedx_py", "environment", "--no-validate",
        "--spec-version", "1.6", "--output-format", "JSON", "--output-reproducible", str(python),
    ]  # fmt: skip
    made = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    facts = json.loads(made.stdout)
    facts["metadata"]["component"] = _shop()
    if names is not None:
        _keep(facts, names)
    text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(str(wrong))
    return text


def _shop() -> dict[str, Any]:
    return {
        "type": "application", "bom-ref": "baobab", "name": "baobab", "version": VERSION,
        "licenses": [{"license": {"id": "BSD-3-Clause"}}],
    }  # fmt: skip


def _keep(facts: dict[str, Any], names: set[str]) -> None:
    """Take out every package that is not named, and what others say of it."""
    kept = [one for one in facts["components"] if canonicalize_name(one["name"]) in names]
    refs = {one["bom-ref"] for one in kept}
    facts["components"] = kept
    facts["dependencies"] = [
        {"ref": one["ref"], "dependsOn": sorted(refs.intersection(one.get("dependsOn", [])))}
        for one in facts["dependencies"] if one["ref"] in refs
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
