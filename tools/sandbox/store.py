from collections.abc import Iterator
from typing import Any

from tools.sandbox.errors import missing
from tools.sandbox.journal import Journal, Line
from tools.sandbox.shapes import blank

Body = dict[str, Any]


class Store:
    """Every object the sandbox knows, by kind and id, oldest first.

    An object has a *body*, which the API shows, and *notes*, which only the sandbox reads. Who
    changes either calls ``save``; ``commit`` writes what changed to the state file, if there is
    one. The caller holds the world's lock.
    """

    def __init__(self, journal: Journal | None = None) -> None:
        """Load what the journal holds, or start empty."""
        self._journal = journal
        self._bodies: dict[str, dict[str, Body]] = {}
        self._notes: dict[str, Body] = {}
        self._changed: dict[tuple[str, str], None] = {}
        if journal:
            for line in journal.read():
                self._apply(line)
            journal.rewrite(self._lines())

    def add(self, kind: str, object_id: str, notes: Body | None = None, **body: Any) -> Body:
        """Keep a new object and return its body, with every field that Stripe would show."""
        fresh = {"id": object_id, "object": kind, **blank(kind), **body}
        self._bodies.setdefault(kind, {})[object_id] = fresh
        self._notes[object_id] = notes or {}
        self.save(fresh)
        return fresh

    def get(self, kind: str, object_id: str, param: str = "id") -> Body:
        """Return an object's body.

        Raises:
            Refused: there is none; ``param`` names the parameter that asked for it.
        """
        body = self.find(kind, object_id)
        if body is None:
            raise missing(kind, object_id, param)
        return body

    def find(self, kind: str, object_id: str) -> Body | None:
        """Return an object's body, or nothing."""
        return self._bodies.get(kind, {}).get(object_id)

    def anywhere(self, object_id: str) -> Body | None:
        """Return the body with this id, whatever its kind, or nothing.

        The newer half of the API has objects of its own, which nothing of the older one names.
        """
        kinds = [rows for kind, rows in self._bodies.items() if not kind.startswith("v2.")]
        return next((rows[object_id] for rows in kinds if object_id in rows), None)

    def all(self, kind: str) -> Iterator[Body]:
        """Iterate over a copy of the list of one kind, oldest first."""
        return iter(list(self._bodies.get(kind, {}).values()))

    def notes(self, object_id: str) -> Body:
        """Return what only the sandbox knows about an object."""
        return self._notes[object_id]

    def change(self, body: Body, **fields: Any) -> None:
        """Set fields of an object."""
        body.update(fields)
        self.save(body)

    def save(self, body: Body) -> None:
        """Remember that an object, or its notes, changed."""
        self._changed[body["object"], body["id"]] = None

    def remove(self, body: Body) -> None:
        """Forget an object."""
        del self._bodies[body["object"]][body["id"]]
        del self._notes[body["id"]]
        self.save(body)

    def commit(self) -> None:
        """Write what changed to the state file."""
        if self._journal and self._changed:
            self._journal.append(self._line(*key) for key in self._changed)
        self._changed.clear()

    def clear(self) -> None:
        """Forget everything, in the state file too."""
        for everything in (self._bodies, self._notes, self._changed):
            everything.clear()
        if self._journal:
            self._journal.rewrite([])

    def close(self) -> None:
        """Let go of the state file."""
        if self._journal:
            self._journal.close()

    def _lines(self) -> Iterator[Line]:
        for kind, rows in self._bodies.items():
            for object_id in rows:
                yield self._line(kind, object_id)

    def _line(self, kind: str, object_id: str) -> Line:
        body = self.find(kind, object_id)
        notes = self._notes.get(object_id)
        return {"kind": kind, "id": object_id, "body": body, "notes": notes}

    def _apply(self, line: Line) -> None:
        rows = self._bodies.setdefault(line["kind"], {})
        if line["body"] is None:
            rows.pop(line["id"], None)
            self._notes.pop(line["id"], None)
        else:
            rows[line["id"]] = line["body"]
            self._notes[line["id"]] = line["notes"]
