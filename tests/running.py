"""The whole programme, running by its one command, as a journey meets it: pages, emails, files."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Page

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Programme:
    """A running programme: where it is, and its emails."""

    url: str
    folder: Path

    def emails(self, to: str = "", subject: str = "") -> list[EmailMessage]:
        """What has arrived at addresses with `to` in them, oldest first."""
        found = []
        for file in sorted((self.folder / "mailbox").glob("*.eml")):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            if to in str(message["To"]) and subject in str(message["Subject"]):
                found.append(message)
        return found


def run_programme(folder: Path) -> Iterator[Programme]:
    """`manage.py run` on an empty folder, stopped with all its children at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATA": str(folder)}
    run = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--port", str(port), "--no-sample"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    assert "Ctrl-C" in said, said
    yield Programme(f"http://localhost:{port}", folder)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=20)
    assert run.returncode == 0


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(message: EmailMessage, path: str = "/a/") -> str:
    """The address in an email that has that path in it."""
    found = re.search(rf"https?://\S+{path}\S+", text_of(message))
    assert found, text_of(message)
    return found[0].rstrip(").,")


def open_section(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Programme").get_by_role("link", name=name).click()


def upload(page: Page, label: str, rows: list[str]) -> None:
    content = "\n".join(rows).encode("cp1252")
    page.get_by_label(label, exact=True).set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
    )
