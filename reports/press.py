"""The printing press: HTML to PDF, in a process of its own.

`python -m reports.press` reads one job as JSON on its standard input, writes what it made into
the job's folder and one word a line on its standard output as it goes. It knows neither Django
nor the database, holds nothing after it ends, and may be stopped at any moment: `reports.rendering`
starts it with a limit on its time, and it limits its own memory.
"""

import json
import logging
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from programme.press import own_files

__all__ = ["main", "own_files"]

MOST_MEMORY = 1024 * 1024 * 1024


def main() -> None:
    """Do one job: {folder, static, html, charts, drawn, attachment, identifier, built_at}."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    job: dict[str, Any] = json.load(sys.stdin)
    folder, static = Path(job["folder"]), Path(job["static"])
    drawn = dict(job["drawn"])
    if job["charts"]:
        _say("charts")
        drawn |= _draw(job["charts"], static)
        (folder / "charts.json").write_text(json.dumps(drawn))
    _say("pages")
    pdf, pages = _typeset(job, drawn, static)
    (folder / "report.pdf").write_bytes(pdf)
    _say(f"done {pages}")


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def _draw(charts: dict[str, list[dict[str, Any]]], static: Path) -> dict[str, str]:
    import vl_convert  # noqa: PLC0415  (a second and 100 MB, only where a chart is new)

    from reports.charts import draw  # noqa: PLC0415

    vl_convert.register_font_directory(str(static / "fonts"))
    return {name: draw(name, data) for name, data in charts.items()}


def _typeset(job: dict[str, Any], drawn: dict[str, str], static: Path) -> tuple[bytes, int]:
    from weasyprint import HTML, Attachment  # noqa: PLC0415  (needs Pango, which may be absent)

    attached = job["attachment"]
    built_at = datetime.fromisoformat(job["built_at"])
    pages: list[int] = []
    pdf = HTML(
        string=job["html"],
        base_url=static.as_uri() + "/",
        url_fetcher=own_files(static, drawn),
    ).write_pdf(
        finisher=lambda document, _: pages.append(len(document.pages)),
        pdf_variant="pdf/ua-1",
        pdf_identifier=job["identifier"].encode(),
        attachments=[
            Attachment(
                string=attached["content"],
                name=attached["name"],
                description=attached["description"],
                created=built_at,
                modified=built_at,
                relationship="Data",
            )
        ],
    )
    return pdf, pages[0]


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
