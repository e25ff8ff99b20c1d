"""HTML to PDF, for every app that prints: `programme.press` in a process apart.

Setting pages takes a second to load and, on hostile input, for ever; a machine without Pango runs
everything else.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from programme.apart import ApartError, run_apart

MOST_SECONDS = 30
_KEEP_SECONDS = 30 * 24 * 3600


class PrintError(Exception):
    """The print did not come out; its text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out; `missing` are the letters that became boxes, since no font here has them."""

    pdf: bytes
    pages: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside the PDF, as text."""

    name: str
    description: str
    content: str


def print_pages(html: str, *, identifier: str, at: datetime) -> bytes:
    """The PDF of HTML that needs nothing but static files; see `print_document`. PrintError."""
    return print_document(html, identifier=identifier, at=at).pdf


def print_once(
    html: str,
    *,
    at: datetime,
    pictures: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attached] = (),
) -> bytes:
    """The PDF of that HTML as `print_document` makes it, kept for a month: the same pages, pictures
    and attachments are set once. PrintError."""
    content = json.dumps([html, sorted(pictures or {}), [asdict(one) for one in attachments]])
    identifier = hashlib.sha256(content.encode()).hexdigest()
    pdf: bytes | None = cache.get(f"print:{identifier}")
    if pdf is None:
        pdf = print_document(
            html, identifier=identifier, at=at, pictures=pictures, attachments=attachments
        ).pdf
        cache.set(f"print:{identifier}", pdf, _KEEP_SECONDS)
    return pdf


def print_document(
    html: str,
    *,
    identifier: str,
    at: datetime,
    pictures: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attached] = (),
    seconds: float = MOST_SECONDS,
    comfort: str = "Nothing is lost.",
) -> Printed:
    """The PDF of that HTML, whose relative addresses are `pictures` or the project's static files;
    the same arguments give the same bytes. `comfort` is a sentence on what is safe. PrintError."""
    job: dict[str, object] = {
        "static": str(static_folder()),
        "html": html,
        "pictures": {
            address: b64encode(content).decode() for address, content in (pictures or {}).items()
        },
        "attachments": [asdict(one) for one in attachments],
        "identifier": identifier,
        "at": at.isoformat(),
    }
    made = print_apart("programme.press", job, at=at, seconds=seconds, comfort=comfort)
    told, _, pdf = made.partition(b"\n")
    return Printed(pdf, **json.loads(told))


def print_apart(
    module: str, job: dict[str, object], *, at: datetime, seconds: float, comfort: str
) -> bytes:
    """What that program makes of the job. PrintError."""
    folder = Path(settings.BASE_DIR)
    try:
        return run_apart(module, job, folder=folder, seconds=seconds, at=at, comfort=comfort)
    except ApartError as error:
        raise PrintError(str(error)) from error


def static_folder() -> Path:
    return (Path(settings.BASE_DIR) / "static").resolve()
