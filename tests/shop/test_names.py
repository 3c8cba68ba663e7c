"""One class name, one meaning: whoever reads a name in a review need not ask which one."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
DJANGO_CALLS_IT = {"Command"}


def test_no_two_classes_have_one_name():
    where = defaultdict(list)
    for path in [*(ROOT / "shop").rglob("*.py"), *(ROOT / "cms").rglob("*.py")]:
        if "migrations" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name not in DJANGO_CALLS_IT:
                where[node.name].append(str(path.relative_to(ROOT)))

    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}
    assert len(where) > 400
