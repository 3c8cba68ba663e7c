"""Every sentence that code and templates say stands in the sheet, so that it can be translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from tools.scripts import catalogues

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder, kind in [("shop", "*.py"), ("cms", "*.py"), ("config", "*.py"), ("templates", "*")]
    for path in (ROOT / folder).rglob(kind)
    if path.is_file()
)
CALL = re.compile(r"\b(?:n|p|np)?gettext(?:_lazy|_noop)?\(|\b_\(")
WITH_CONTEXT = ("pgettext", "npgettext", "pgettext_lazy", "npgettext_lazy")


def calls(path: Path) -> Iterator[ast.Call]:
    """Yield the calls that mark a sentence for translation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        return
    found = templatize(text)
    for start in CALL.finditer(found):
        ends = [m.end() for m in re.finditer(r"\)", found[start.start() :])]
        yield next(filter(None, (parsed(found[start.start() :][:end]) for end in ends)))


def parsed(text: str) -> ast.Call | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """Yield context and English text of each sentence of a file."""
    for call in calls(path):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "_" or CALL.fullmatch(f"{name}("):
            words = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if words:  # none: a variable, whose words are marked where they are written
                yield (words[0], words[1]) if name in WITH_CONTEXT else ("", words[0])


@pytest.fixture(scope="module")
def sheet() -> set[tuple[str, str]]:
    rows = catalogues.read_sheet()
    return {
        (row["context"], text)
        for row in rows
        for text in (row["msgid"], catalogues.as_text(row["msgid"]))
    }


def test_every_sentence_of_code_and_templates_stands_in_the_sheet(sheet):
    said = {sentence: path for path in SOURCES for sentence in sentences(path)}

    missing = [f"{said[s].relative_to(ROOT)}: {s}" for s in said if s not in sheet]

    assert len(said) > 500
    assert missing == []


# Whoever reads them reads another language; what is written for organizers is in English alone.
SPOKEN = [
    path
    for package in (
        "orders/cart",
        "checkout",
        "storefront",
        "orders/reminders",
        "orders/tickets",
        "merchant/dashboard",
    )
    for path in sorted((ROOT / "shop" / package).rglob("*.py"))
    if not {"previews", "probe.py", "search_words"} & set(path.parts)
]
# Names of fields and orders of SQL, which nobody reads.
KEPT = {
    "', '.join(variant.options)",
    "', '.join(value)",
    "f'{column} {way}, {self.by_id(product_id)}'",
    "f'{sort.column} {way}, {sort.product_id} {id_way}'",
    "f'{whose}, max-age={max(0, seconds)}'",
}


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_are_joined_with_the_marks_of_the_language(path):
    """Commas and colons between texts come from ``shop.core.languages``, not from English."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    joined = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and ast.unparse(node.func) in ("', '.join", "'. '.join"))
        or (isinstance(node, ast.JoinedStr) and marks_between(node))
    ]

    assert [text for text in joined if text not in KEPT] == []


def marks_between(node: ast.JoinedStr) -> bool:
    """Tell whether a comma, a colon or a full stop stands between two values of an f-string."""
    parts = node.values
    is_sql = "SELECT" in ast.unparse(node)
    return not is_sql and any(
        isinstance(part, ast.Constant)
        and part.value in (", ", ": ", ". ")
        and all(isinstance(beside, ast.FormattedValue) for beside in (before, after))
        for before, part, after in zip(parts, parts[1:], parts[2:], strict=False)
    )


# Their refusals are read by shoppers and stores; those of other modules by organizers alone.
REFUSING = [
    *(
        path
        for package in (
            "orders/cart", "checkout", "orders/reminders", "money/returns", "orders/tickets"
        )
        for path in sorted((ROOT / "shop" / package).rglob("*.py"))
    ),
    *(
        ROOT / "shop" / name
        for name in (
            "orders/refund.py", "orders/ship.py", "orders/after_sale/arrive.py",
            "money/payments/call_off.py", "money/payments/outside/match.py",
        )
    ),
]  # fmt: skip


def test_what_shoppers_and_stores_are_refused_is_said_in_their_language():
    bare = [
        f"{path.relative_to(ROOT)}: {ast.unparse(call.args[0])}"
        for path in REFUSING
        for call in calls(path)
        if ast.unparse(call.func) == "NotPossible"
        and call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]

    assert bare == []
