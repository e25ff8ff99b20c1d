"""The printing press: HTML set to PDF, in a process of its own.

`python -m programme.press` takes one job (see `programme.apart`) and writes the number of pages, a
line break and the PDF. All that the project prints is set here.
"""

import logging
import mimetypes
import sys
from base64 import b64decode
from collections.abc import Mapping
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
    sys.stdout.buffer.write(b"%d\n" % pages[0] + pdf)


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
