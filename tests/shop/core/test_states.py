"""States change along their tables only, from where they were read, and through one gate."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from shop.core.errors import StaleState
from shop.core.states import Stateful
from shop.people.merchants.models import Merchant
from tests import make

ROOT = Path(__file__).parents[3]
GATE = ROOT / "shop/core/states.py"
CODE = [
    path
    for package in ("shop", "cms")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts and path != GATE
]
MODELS = [model for model in apps.get_models() if issubclass(model, Stateful)]


def test_whatever_has_a_state_has_a_table():
    ours = [model for model in apps.get_models() if model._meta.app_label in ("shop", "cms")]
    with_state = [
        model
        for model in ours
        if any(field.name == "state" and field.choices for field in model._meta.fields)
    ]

    assert {model.__name__ for model in with_state} == {model.__name__ for model in MODELS}
    assert len(MODELS) > 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_table_names_each_state_and_no_other(model):
    states = set(model.State.values)

    assert {str(state) for state in model.NEXT} == states
    assert {str(after) for into in model.NEXT.values() for after in into} <= states
    for state in states:
        assert set(model.before(state)) == {
            str(now) for now, into in model.NEXT.items() if state in {str(one) for one in into}
        }


def bare(tree):
    """Yield the places of a module that write a state past its gate."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            words = {word.arg for word in node.keywords}
            if node.func.attr == "update" and words & {"state", "cancelled_at"}:
                yield node
            if node.func.attr == "update" and None in words and "state" in _texts(node):
                yield node
        targets = node.targets if isinstance(node, ast.Assign) else ()
        for part in (part for target in targets for part in ast.walk(target)):
            if isinstance(part, ast.Attribute) and part.attr == "state":
                yield node


def _texts(node):
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}


# The gates of sessions, slots and tickets, which are called off and have no further state.
CALLED_OFF = {
    "shop/catalogue/models/products.py": 1,
    "shop/festivals/models/festival.py": 1,
    "shop/orders/tickets/issue.py": 1,
}


def test_no_state_is_written_past_its_gate():
    found = {
        str(path.relative_to(ROOT)): count
        for path in CODE
        if (count := len(list(bare(ast.parse(path.read_text(encoding="utf-8"))))))
    }

    assert found == CALLED_OFF


@pytest.mark.parametrize(
    "text",
    [
        "rows.update(state=State.PAID)",
        "rows.update(sold=1, cancelled_at=at)",
        'rows.update(**{"state": new})',
        "row.state = State.PAID",
        "row.state, row.at = State.PAID, at",
    ],
)
def test_a_state_that_is_written_past_its_gate_is_found(text):
    assert list(bare(ast.parse(text)))


@pytest.mark.django_db
def test_a_row_moves_along_its_table_with_other_changes():
    store = make.merchant(state="approved")

    store.move_to(Merchant.State.SUSPENDED, note="Why")

    assert (store.state, store.note) == ("suspended", "Why")
    assert Merchant.objects.filter(state="suspended", note="Why").get() == store


@pytest.mark.django_db
def test_a_step_that_is_in_no_table_is_refused():
    store = make.merchant(state="applied")

    with pytest.raises(StaleState):
        store.move_to(Merchant.State.SUSPENDED)
    with pytest.raises(StaleState):
        store.enter(Merchant.State.SUSPENDED)

    assert (store.state, Merchant.objects.get().state) == ("applied", "applied")


@pytest.mark.django_db
def test_of_two_who_read_the_same_row_one_moves_it():
    first, second = (make.merchant(state="approved"), None)
    second = Merchant.objects.get(pk=first.pk)

    first.move_to(Merchant.State.SUSPENDED)
    with pytest.raises(StaleState):
        second.move_to(Merchant.State.SUSPENDED)

    assert second.state == "approved"


@pytest.mark.django_db
def test_of_many_rows_those_move_that_may():
    stores = {state: make.merchant(state=state) for state in Merchant.State.values}

    assert Merchant.objects.move_to(Merchant.State.SUSPENDED, note="Why") == 1

    found = dict(Merchant.objects.values_list("pk", "state"))
    assert found == {
        stores["applied"].pk: "applied",
        stores["approved"].pk: "suspended",
        stores["suspended"].pk: "suspended",
    }
    assert Merchant.objects.filter(note="Why").count() == 1
