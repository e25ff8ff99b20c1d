"""HTML to PDF, for every app that prints: `programme.press` in a process apart.

Setting pages takes a second to load and, on hostile input, for ever; a machine without Pango runs
everything else.
"""

import hashlib
import json
import logging
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from programme.apart import ApartError, run_apart
from programme.colours import ACCENT
from programme.models import Organisation
from programme.queries import logo_pictures

logger = logging.getLogger(__name__)

MOST_SECONDS = 30
_KEEP_SECONDS = 30 * 24 * 3600


class PrintError(Exception):
    """The print did not come out; its text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out; `missing` are the letters that no font here has, printed as a sign."""

    pdf: bytes
    pages: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside the PDF, as text."""

    name: str
    description: str
    content: str


def print_once(
    html: str,
    *,
    organisation: Organisation,
    at: datetime,
    paper: str = "",
    pictures: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attached] = (),
) -> bytes:
    """The PDF of that HTML in the organisation's colour and with its logo, on its own paper or
    another, as `print_document` makes it; kept for a month: the same is set once. PrintError."""
    of = organisation
    pictures = {**logo_pictures(of.pk, of.logo), **(pictures or {})}
    size = paper or of.paper
    attached = [asdict(one) for one in attachments]
    content = json.dumps([html, size, of.colour, sorted(pictures), attached])
    identifier = hashlib.sha256(content.encode()).hexdigest()
    pdf: bytes | None = cache.get(f"print:{identifier}")
    if pdf is None:
        pdf = print_document(
            html,
            identifier=identifier,
            at=at,
            pictures=pictures,
            attachments=attachments,
            paper=size,
            colour=of.colour,
        ).pdf
        cache.set(f"print:{identifier}", pdf, _KEEP_SECONDS)
    return pdf


def print_document(
    html: str,
    *,
    identifier: str,
    at: datetime,
    paper: str = "A4",
    colour: str = ACCENT,
    pictures: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attached] = (),
    seconds: float = MOST_SECONDS,
    comfort: str = "Nothing is lost.",
) -> Printed:
    """The PDF of that HTML, whose relative addresses are `pictures` or the project's static files;
    `paper` is a size as CSS names it. The same arguments give the same bytes. `comfort` is a
    sentence on what is safe. PrintError."""
    job: dict[str, object] = {
        "static": str(static_folder()),
        "html": html,
        "pictures": {
            address: b64encode(content).decode() for address, content in (pictures or {}).items()
        },
        "attachments": [asdict(one) for one in attachments],
        "identifier": identifier,
        "at": at.isoformat(),
        "paper": paper,
        "colour": colour,
    }
    made = print_apart("programme.press", job, at=at, seconds=seconds, comfort=comfort)
    told, _, pdf = made.partition(b"\n")
    printed = Printed(pdf, **json.loads(told))
    if printed.missing:
        logger.warning("No font on this machine has %s: a sign stands for each.", printed.missing)
    return printed


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
