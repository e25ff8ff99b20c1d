"""The printing press: one HTML page set to PDF, in a process of its own.

`python -m programme.press` reads one job as JSON on its standard input and writes the PDF on its
standard output. It knows neither Django nor the database and limits its own memory.
"""

import json
import logging
import mimetypes
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MOST_MEMORY = 1024 * 1024 * 1024


def main() -> None:
    """Do one job: {static, html, identifier}."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    job: dict[str, Any] = json.load(sys.stdin)
    from weasyprint import HTML  # noqa: PLC0415  (needs Pango, which may be absent)

    static = Path(job["static"])
    pdf = HTML(
        string=job["html"],
        base_url=static.as_uri() + "/",
        url_fetcher=own_files(static, {}),
    ).write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=job["identifier"].encode())
    sys.stdout.buffer.write(pdf)


def own_files(static: Path, drawn: Mapping[str, str]) -> Any:
    """A fetcher that hands out the project's own static files, and as `charts/<name>.svg` what was
    drawn for this job; it refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415  (needs Pango)

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            parts = urlsplit(url)
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or not path.is_relative_to(static):
                raise ValueError("Only the project's own files are read.")
            if path.parent == static / "charts":
                return URLFetcherResponse(
                    url, drawn[path.stem].encode(), {"Content-Type": "image/svg+xml"}
                )
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return OwnFiles()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
