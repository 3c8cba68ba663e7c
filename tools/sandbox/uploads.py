"""Files that callers send: what the sandbox keeps of one is how large it is, and its digest."""

import hashlib
import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import urlencode

from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form
from tools.sandbox.store import Body
from tools.sandbox.world import World

# Stripe, File uploads, checked 2026-12: for evidence JPEG, PNG and PDF up to 5 MB.
_STARTS = {b"%PDF-": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg"}
_LARGEST = 5 * 1024 * 1024
_PURPOSES = ("dispute_evidence",)


def as_form(kind: str, content: bytes) -> str:
    """Return a body of several parts as a form; a file in it as what is to be known of it."""
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    fields: dict[str, str] = {}
    for part in BytesParser().parsebytes(head + content).walk():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        inside = part.get_payload(decode=True)
        value = inside if isinstance(inside, bytes) else b""
        filename = part.get_filename()
        fields[name] = value.decode() if filename is None else json.dumps(_facts(filename, value))
    return urlencode(fields)


def create(world: World, form: Form) -> Body:
    """Take a file in."""
    form.only(frozenset({"file", "purpose"}))
    facts = json.loads(form.need_text("file"))
    form.need_text("purpose")
    purpose = form.choice("purpose", *_PURPOSES)
    if facts["size"] > _LARGEST:
        raise invalid("The file is larger than 5 MB.", "file")
    if not facts["type"]:
        raise invalid("The file must be a JPEG, a PNG or a PDF.", "file")
    return world.new(
        "file",
        notes={"sha256": facts["sha256"]},
        expires_at=None,
        filename=facts["name"],
        purpose=purpose,
        size=facts["size"],
        title=None,
        type=facts["type"],
        url=None,
    )


def _facts(name: str, content: bytes) -> dict[str, Any]:
    kind = next((kind for start, kind in _STARTS.items() if content.startswith(start)), "")
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "size": len(content), "type": kind, "sha256": digest}
