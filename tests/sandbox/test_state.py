import json

from tools.sandbox.journal import Journal
from tools.sandbox.store import Store


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_change_is_a_line(tmp_path):
    path = tmp_path / "state"
    store = Store(Journal(path))

    refund = store.add("refund", "re_1", amount=10)
    store.commit()
    store.change(refund, amount=20)
    store.commit()
    store.remove(refund)
    store.commit()

    assert [line["body"] and line["body"]["amount"] for line in lines(path)] == [10, 20, None]


def test_several_changes_at_once_are_one_line_per_object(tmp_path):
    path = tmp_path / "state"
    store = Store(Journal(path))

    refund = store.add("refund", "re_1", {"secret": 1}, amount=10)
    store.change(refund, amount=20)
    store.add("refund", "re_2", amount=30)
    store.commit()
    store.commit()

    assert [(line["id"], line["notes"]) for line in lines(path)] == [
        ("re_1", {"secret": 1}),
        ("re_2", {}),
    ]


def test_a_file_is_read_back_and_written_anew_without_what_is_past(tmp_path):
    path = tmp_path / "state"
    store = Store(Journal(path))
    refund = store.add("refund", "re_1", {"by": "test"}, amount=10)
    store.commit()
    store.change(refund, amount=20)
    gone = store.add("refund", "re_2", amount=1)
    store.commit()
    store.remove(gone)
    store.commit()
    store.close()

    again = Store(Journal(path))

    assert again.get("refund", "re_1")["amount"] == 20
    assert again.notes("re_1") == {"by": "test"}
    assert again.find("refund", "re_2") is None
    assert len(lines(path)) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["state", "state.lock"]


def test_a_line_that_was_cut_short_is_left_out(tmp_path):
    path = tmp_path / "state"
    store = Store(Journal(path))
    store.add("refund", "re_1", amount=10)
    store.commit()
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind": "refund", "id": "re_2", "bo')

    again = Store(Journal(path))

    assert [refund["id"] for refund in again.all("refund")] == ["re_1"]
    assert path.read_bytes() == whole


def test_clearing_empties_the_file(tmp_path):
    path = tmp_path / "state"
    store = Store(Journal(path))
    store.add("refund", "re_1", amount=10)
    store.commit()

    store.clear()

    assert path.read_bytes() == b""
    store.add("refund", "re_2", amount=10)
    store.commit()
    store.close()
    assert [refund["id"] for refund in Store(Journal(path)).all("refund")] == ["re_2"]
