"""What code and templates say can be translated, and is joined as its language joins it."""

import ast
from pathlib import Path

import pytest

from tools.scripts.catalogues import calls, missing, read_sheet, sentences

ROOT = Path(__file__).parents[2]


def test_sentences_of_code_and_templates_are_found_where_they_are_marked():
    said = sentences()

    assert len(said) > 500
    assert said["", "Add to cart"].suffix == ".html"
    assert said["", "Enter six digits, like 6301.30"].suffix == ".py"


def test_what_has_no_words_in_some_language_is_reported_and_breaks_nothing():
    """A release fails for it: `tools/scripts/catalogues.py --release`."""
    row = dict.fromkeys(read_sheet()[0], "Some words") | {"msgid_plural": "", "context": ""}
    half = row | {"msgid": "Half", "fr": "", "sw": ""}
    counted = row | {"msgid": "%(count)d egg", "msgid_plural": "%(count)d eggs", "ar_two": ""}
    said = [("", "Half"), ("", "%(count)s egg"), ("", "Not in the sheet")]

    assert missing([row, half, counted], said) == [
        "'Half': fr, sw", "'%(count)d egg': ar_two", "'Not in the sheet': no row",
    ]  # fmt: skip


# What these write is read by machines, or by organizers.
UNSPOKEN = {"previews", "probe.py", "search_words", "listings", "feeds", "certifications"}
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
    if not set(path.parts) & UNSPOKEN
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
            "money/payments/call_off.py", "money/payments/external/match.py",
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
