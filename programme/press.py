"""The printing press: HTML set to PDF, in a process of its own.

`python -m programme.press` takes one job (see `programme.apart`) and writes a line of JSON, {pages,
missing}, and the PDF; `missing` are the letters that no font here has, which are printed as a sign
(`programme.stand_in`). All that the project prints is set here.
"""

import json
import logging
import mimetypes
import sys
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category
from urllib.parse import unquote, urlsplit

from programme.apart import begin
from programme.stand_in import FAMILY, stand_in, takes_room
from programme.typefaces import house_sheet

# Where the HTML's own sheets find the font that was made for this job.
SIGNS = "fonts/stand-in.ttf"
# They have no glyph anywhere, and no place in a text.
CONTROLS = {chr(code) for code in (*range(32), *range(127, 160))} - set("\t\n\r")


def main() -> None:
    """Do one job: {static, html, pictures, attachments, identifier, at, paper, colour}; pictures
    are Base64 by the address that the HTML gives them, `paper` is a size of CSS."""
    job = begin()
    pictures = {address: b64decode(content) for address, content in job["pictures"].items()}
    job = _without(job | {"pictures": pictures}, CONTROLS)
    _draw_texts_whole()
    boxes = Boxes()
    logging.getLogger("weasyprint").addHandler(boxes)
    pages, pdf = _set(job)
    missing = "".join(filter(takes_room, boxes.letters))
    if boxes.letters:
        # No font is asked for these: they are set in the font of what stands before them.
        unseen = {one for one in boxes.letters if not takes_room(one) and category(one)[0] != "M"}
        pages, pdf = _set(_without(job, unseen), stand_in(boxes.letters))
    told = json.dumps({"pages": pages, "missing": missing})
    sys.stdout.buffer.write(told.encode() + b"\n" + pdf)


def _without(job: dict[str, Any], letters: Iterable[str]) -> dict[str, Any]:
    """The job with none of those letters in its HTML and its drawings."""
    gone = dict.fromkeys(map(ord, letters))
    drawn = {
        address: made.decode().translate(gone).encode()
        for address, made in job["pictures"].items()
        if address.endswith(".svg")
    }
    return job | {"html": job["html"].translate(gone), "pictures": job["pictures"] | drawn}


def _set(job: dict[str, Any], signs: bytes = b"") -> tuple[int, bytes]:
    """How many pages, and the PDF; `signs` is a font for letters that no other has."""
    from weasyprint import CSS, HTML, Attachment  # noqa: PLC0415  (needs Pango)
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  (needs Pango)

    static, at = Path(job["static"]), datetime.fromisoformat(job["at"])
    fonts = FontConfiguration()
    _have_emoji_drawn_in_ours(fonts)
    base = {"base_url": static.as_uri() + "/css/", "font_config": fonts}
    base["url_fetcher"] = own_files(static, job["pictures"] | {SIGNS: signs})
    pages: list[int] = []

    def finish(document: Any, made: Any) -> None:
        pages.append(len(document.pages))
        for part in made.objects:
            if b"begincmap" in getattr(part, "stream", ())[:5]:
                part.stream = [_with_letter(line) for line in part.stream]

    pdf = HTML(
        string=job["html"],
        base_url=static.as_uri() + "/",
        url_fetcher=base["url_fetcher"],
    ).write_pdf(
        finisher=finish,
        font_config=fonts,
        stylesheets=[CSS(string=_house_sheet(job, signs), **base)],
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
    return pages[0], pdf


def _house_sheet(job: dict[str, Any], signs: bytes) -> str:
    drawn = [made.decode() for name, made in job["pictures"].items() if name.endswith(".svg")]
    sheet = house_sheet(
        Path(job["static"]), [job["html"], *drawn], paper=job["paper"], colour=job["colour"]
    )
    if signs:
        sheet += f'@font-face {{ font-family: "{FAMILY}"; src: url("../{SIGNS}"); }}\n'
    return sheet


def _have_emoji_drawn_in_ours(fonts: Any) -> None:
    """Pango asks for the family "emoji" by itself; answer with ours before a machine's own, whose
    pictures are of any kind."""
    from weasyprint.text.ffi import fontconfig  # noqa: PLC0415  (needs Pango)

    rule = (
        b'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        b'<match target="pattern"><test name="family"><string>emoji</string></test>'
        b'<edit name="family" mode="prepend_first" binding="strong">'
        b"<string>Noto Emoji</string></edit></match></fontconfig>"
    )
    fontconfig.FcConfigParseAndLoadFromMemory(fonts._config, rule, True)


class Boxes(logging.Handler):
    """Hears which letters have no glyph, for want of a font that has them; each once, in order."""

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
