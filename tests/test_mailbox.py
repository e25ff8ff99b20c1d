"""/mailbox/ shows what the sink kept, whatever is in it."""

from collections.abc import Callable
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from focusprog import settings as product_settings

pytestmark = pytest.mark.django_db
_number = count(1_764_000_000_000_000_000, 1_000_000_000)


@pytest.fixture
def keep(settings: object) -> Callable[[bytes | EmailMessage], str]:
    """Put an email where the sink puts them; returns its name."""

    def write(content: bytes | EmailMessage) -> str:
        assert product_settings.MAILBOX is not None
        name = f"{next(_number):020d}-000000"
        raw = content if isinstance(content, bytes) else content.as_bytes()
        (product_settings.MAILBOX / f"{name}.eml").write_bytes(raw)
        return name

    return write


def message(to: str = "ada@example.com", subject: str = "Hello", text: str = "Hi") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Northwind <hello@example.org>"
    made["To"] = to
    made["Subject"] = subject
    made.set_content(text)
    return made


def at(view: str, *args: object) -> str:
    return reverse(f"outbox:{view}", args=args)


def test_empty(client: Client) -> None:
    page = client.get(at("mailbox"))
    assert page.status_code == 200
    assert "No emails yet" in page.content.decode()


def test_newest_first_with_pages(client: Client, keep: Callable[..., str]) -> None:
    for n in range(60):
        keep(message(subject=f"Email number {n:02}."))
    first = client.get(at("mailbox")).content.decode()
    last = client.get(at("mailbox"), {"page": "3"}).content.decode()
    assert first.index("Email number 59.") < first.index("Email number 35.")
    assert "Email number 34." not in first
    assert "Email number 00." in last
    assert client.get(at("mailbox"), {"page": "x"}).status_code == 200


def test_search_by_address(client: Client, keep: Callable[..., str]) -> None:
    keep(message(to="Ada Lovelace <ada@example.com>", subject="For Ada."))
    keep(message(to="bob@example.com", subject="For Bob."))
    found = client.get(at("mailbox"), {"address": "ADA@"}).content.decode()
    assert "For Ada." in found
    assert "For Bob." not in found
    nothing = client.get(at("mailbox"), {"address": "<script>\0"})
    assert nothing.status_code in {200, 400}
    assert "<script>" not in nothing.content.decode()


def test_one_email_with_all_its_parts(client: Client, keep: Callable[..., str]) -> None:
    email = message(subject="Ihr Bericht für Q3", text="Grüße: https://example.org/a/1/")
    email.add_alternative("<p>Grüße</p><script>alert(1)</script>", subtype="html")
    email.add_attachment(
        b"%PDF\x00\xff", maintype="application", subtype="pdf", filename="../../Bericht ü.pdf"
    )
    name = keep(email)

    page = client.get(at("mailbox_email", name)).content.decode()
    assert "Ihr Bericht für Q3" in page
    assert 'href="https://example.org/a/1/"' in page
    assert "<script>alert(1)" not in page
    assert "Bericht ü.pdf" in page
    assert "../" not in page.replace('href="../', "")

    html = client.get(at("mailbox_html", name))
    assert "<p>Grüße</p>" in html.content.decode()
    policy = html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"

    download = client.get(at("mailbox_attachment", name, 0))
    assert download.content == b"%PDF\x00\xff"
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert client.get(at("mailbox_attachment", name, 1)).status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe\r\n\r\n\x00",
        b"Subject: =?nonsense?b?////?=\r\nTo: =?utf-8?b?w\r\n\r\nx",
        b"Subject: =?utf-8?q?a=0Ab=00c?=\r\nFrom: \"<'>\r\n\r\nx",
        b"Subject: <script>alert(1)</script>\r\nTo: <img src=x onerror=1>\r\n\r\n<b>text",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe",
        b'Content-Type: text/html; charset="\r\n\r\n<p>\xff',
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nno end",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
        (
            b"Content-Type: application/x; name*=utf-9''%ff\r\n"
            b"Content-Disposition: attachment; filename*=klingon'x'%ff%00\r\n\r\nx"
        ),
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner",
        b"Subject: " + b"long " * 40_000 + b"\r\n\r\n" + b"x" * 100_000,
        b"To: " + b"a@example.com, " * 5_000 + b"\r\n\r\nx",
        "Subject: roh ü ohne Kodierung \U0001f600\r\n\r\nü".encode(),
        b"Subject: latin \xfc\r\n\r\n\xfc",
    ],
)
def test_hostile_emails_do_not_break_the_page(
    client: Client, keep: Callable[..., str], raw: bytes
) -> None:
    name = keep(raw)
    listed = client.get(at("mailbox"))
    shown = client.get(at("mailbox_email", name))
    html = client.get(at("mailbox_html", name))
    part = client.get(at("mailbox_attachment", name, 0))
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert name in listed.content.decode()
    assert html.status_code in {200, 404}
    assert part.status_code in {200, 404}
    for page in (listed, shown):
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\0" not in text


@pytest.mark.parametrize(
    "path", ["..", "../../secret-key", "%2e%2e%2fsecret-key", "secret-key", "....//x", "a" * 300]
)
def test_no_path_leads_out_of_the_mailbox(client: Client, path: str) -> None:
    assert client.get(f"{at('mailbox')}{path}/").status_code in {301, 404}
    assert client.get(f"{at('mailbox')}{path}/html/").status_code == 404


def test_elsewhere_there_is_no_mailbox(
    client: Client, keep: Callable[..., str], settings: object
) -> None:
    name = keep(message())
    settings.MAILBOX = None  # type: ignore[attr-defined]
    for url in (
        at("mailbox"),
        at("mailbox_email", name),
        at("mailbox_html", name),
        at("mailbox_attachment", name, 0),
    ):
        assert client.get(url).status_code == 404
    settings.MAILBOX = product_settings.MAILBOX  # type: ignore[attr-defined]


def test_in_a_browser_the_email_runs_no_script_and_its_link_opens(
    page: Page, live_server: object, keep: Callable[..., str]
) -> None:
    email = message(text="plain")
    email.add_alternative(
        "<p id='it'>before</p><script>document.getElementById('it').textContent='ran'</script>"
        f"<a href='{live_server}/healthz'>Answer</a>",
        subtype="html",
    )
    name = keep(email)
    page.goto(f"{live_server}{at('mailbox')}")
    page.get_by_role("link", name="Hello").click()
    frame = page.frame_locator("iframe")
    assert frame.locator("#it").inner_text() == "before"
    with page.expect_popup() as opened:
        frame.get_by_role("link", name="Answer").click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/healthz")
    assert name in page.url


def test_reads_only_what_looks_like_an_email_file(client: Client, keep: Callable[..., str]) -> None:
    keep(message(subject="The real one."))
    folder = product_settings.MAILBOX
    assert isinstance(folder, Path)
    odd = [folder / ".half-written.eml", folder / "two.dots.eml", folder / "notes.txt"]
    for file in odd:
        file.write_bytes(message(subject="The odd one.").as_bytes())
    try:
        listed = client.get(at("mailbox")).content.decode()
    finally:
        for file in odd:
            file.unlink()
    assert "The real one." in listed
    assert "The odd one." not in listed
