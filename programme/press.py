"""The printing press: HTML set to PDF, in a process of its own.

`python -m programme.press` takes one job (see `programme.apart`) and writes a line of JSON, {pages,
missing}, and the PDF; `missing` are the letters that no font here has. All that the project prints
is set here.
"""

import json
import logging
import mimetypes
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from programme.apart import begin


def main() -> None:
    """Do one job: {static, html, pictures, attachments, identifier, at}; pictures are Base64 by
    the address that the HTML gives them."""
    job = begin()
    from weasyprint import HTML, Attachment  # noqa: PLC0415  (needs Pango, which may be absent)

    _draw_texts_whole()
    boxes = Boxes()
    logging.getLogger("weasyprint").addHandler(boxes)
    static, at = Path(job["static"]), datetime.fromisoformat(job["at"])
    pages: list[int] = []

    def finish(document: Any, made: Any) -> None:
        pages.append(len(document.pages))
        for part in made.objects:
            if b"begincmap" in getattr(part, "stream", ())[:5]:
                part.stream = [_with_letter(line) for line in part.stream]

    pdf = HTML(
        string=job["html"],
        base_url=static.as_uri() + "/",
        url_fetcher=own_files(
            static, {address: b64decode(content) for address, content in job["pictures"].items()}
        ),
    ).write_pdf(
        finisher=finish,
        pdf_variant="pdf/ua-1",
        pdf_identifier=job["identifier"].encode(),
        attachments=[
            Attachment(
                string=attached["content"],
                name=attached["name"],
                description=attached["description"],
                created=at,
                modified=at,
                relationship="Data",
            )
            for attached in job["attachments"]
        ],
    )
    told = json.dumps({"pages": pages[0], "missing": "".join(boxes.letters)})
    sys.stdout.buffer.write(told.encode() + b"\n" + pdf)


class Boxes(logging.Handler):
    """Hears which letters became boxes, for want of a font that has them; each once, in order."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef glyph") and isinstance(record.args, tuple):
            self.letters[str(record.args[0])] = None


class _Whole(str):
    """A text that is one letter to whoever goes through its letters."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield str(self)


def _draw_texts_whole() -> None:
    """Have each text of an SVG laid out in one piece. WeasyPrint lays it out letter by letter, for
    such as have places of their own, and so never joins Arabic, reorders it, or kerns: ours have
    one place, their beginning's."""
    from weasyprint import svg  # noqa: PLC0415  (needs Pango)

    by_letter = svg.TAGS["text"]

    def whole(drawing: Any, node: Any, font_size: float) -> None:
        if node.text:
            node._etree_node.text = _Whole(node.text)
        by_letter(drawing, node, font_size)

    svg.TAGS.update({tag: whole for tag, draw in svg.TAGS.items() if draw is by_letter})
    svg.text = whole


def _with_letter(line: bytes) -> bytes:
    """A glyph that stands for no letter of its own, as in some Arabic ligatures, gets one of no
    width: PDF/UA wants each to have one."""
    return line.removesuffix(b"> <>") + b"> <200c>" if line.endswith(b"> <>") else line


def own_files(static: Path, pictures: Mapping[str, bytes]) -> Any:
    """A fetcher that hands out the pictures made for this job, by their address below `static`,
    and the project's own static files; it refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415  (needs Pango)

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            parts = urlsplit(url)
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or not path.is_relative_to(static):
                raise ValueError("Only the project's own files are read.")
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            made = pictures.get(path.relative_to(static).as_posix())
            content = path.read_bytes() if made is None else made
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return OwnFiles()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
