"""A complaint at the open door, as the customer and the manager meet it, until it is recovered.

As in tests/test_journey.py nothing here knows the code's insides: the programme runs by its one
command, and there are only pages, a poster, and emails both ways through the mail server.
"""

import io
import re
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.conftest import wait_until
from tests.running import Programme, link_in, open_section, text_of, upload
from tests.test_journey import begin

BASE = "/o/fonseca-bakery"
ADDRESS = "ada@customers.example"
COMPLAINT = "The wedding cake came with the wrong name on it, and nobody picked up the telephone."
SORRY = "I am sorry. A new cake is on its way; may I ring you at nine?"
NINE = "Nine is fine. Grüße, Ada"


def test_a_complaint_until_it_is_recovered(
    programme: Programme, page: Page, phone: Callable[[], Page]
) -> None:
    page.set_default_timeout(10_000)
    begin(programme, page)
    prepare(programme, page)
    mine = complain(programme, page, phone())
    case = answer(programme, page)
    answer_back(programme, page, case)
    settle(programme, page, case)
    confirm(programme, page, phone(), case)
    expect_told(mine)
    compliment(programme, page, phone())


def prepare(programme: Programme, page: Page) -> None:
    """A team to thank, and somebody whose new cases are."""
    page.goto(f"{programme.url}{BASE}/people/import/")
    rows = ["name;email;kind;team", "Bea;bea@bakery.example;staff;Counter"]
    upload(page, "File", rows)
    page.get_by_role("button", name="Look at the list first").click()
    page.get_by_role("button", name="Import 1 pe").click()
    page.goto(f"{programme.url}{BASE}/feedback/standard/")
    page.get_by_label("Working hours until an answer is due").fill("8")
    page.get_by_label("New cases go to").select_option(label="Inês Fonseca (Leader)")
    page.get_by_role("button", name="Save the standard").click()
    expect(page.get_by_text("The service standard is saved")).to_be_visible()
    page.goto(f"{programme.url}{BASE}/feedback/mail/")
    expect(page.get_by_text("They come to answers@localhost")).to_be_visible()


def complain(programme: Programme, page: Page, phone: Page) -> Page:
    """The code of the poster leads to the door, on a phone without an account."""
    poster = page.request.get(f"{programme.url}{BASE}/feedback/door/poster.pdf")
    assert poster.ok
    words = " ".join(PdfReader(io.BytesIO(poster.body())).pages[0].extract_text().split())
    found = re.search(r"localhost:\d+/say/[\w-]+", words)
    assert found, words
    phone.goto(f"http://{found[0]}/")
    phone.get_by_label("A complaint").check()
    # As a person types: the door asks programs to send again.
    phone.get_by_label("In your own words").press_sequentially(COMPLAINT, delay=30)
    phone.get_by_label("Your name").fill("Ada")
    phone.get_by_label("Your email address").fill(ADDRESS)
    phone.get_by_role("button", name="Send it").click()
    expect(phone.get_by_role("heading", name="Thank you. It has arrived")).to_be_visible()
    expect(phone.get_by_text(re.compile(r"Your reference is \w{4}-\w{4}"))).to_be_visible()
    expect(phone.get_by_text("You can expect an answer by")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    [receipt] = wait_until(lambda: programme.emails(to=ADDRESS))
    assert COMPLAINT in text_of(receipt)
    return phone


def answer(programme: Programme, page: Page) -> str:
    """The case is the owner's, with a due time; the answer goes by email from its page."""
    [told] = wait_until(lambda: programme.emails(to="ines@", subject="A case is yours"))
    assert COMPLAINT in text_of(told)
    open_section(page, "Feedback")
    page.get_by_role("link", name="Cases").first.click()
    page.get_by_role("link", name="The wedding cake").click()
    expect(page.locator(".case-facts")).to_contain_text(re.compile(r"Due\s+.*\d\d:\d\d"))
    expect(page.locator(".case-facts")).to_contain_text("Inês Fonseca")
    page.get_by_label("Your answer").fill(SORRY)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("by email and on their page")).to_be_visible()
    return page.url


def answer_back(programme: Programme, page: Page, case: str) -> None:
    """The customer presses "Reply"; what their mail program sends joins the case, once."""
    [email] = wait_until(lambda: programme.emails(to=ADDRESS, subject="An answer"))
    assert SORRY in text_of(email)
    reply = EmailMessage()
    reply["From"] = f"Ada <{ADDRESS}>"
    reply["To"] = str(email["Reply-To"])
    reply["Subject"] = f"Re: {email['Subject']}"
    reply["Message-ID"] = make_msgid(domain="customers.example")
    reply["In-Reply-To"] = str(email["Message-ID"])
    quoted = "\n".join(f"> {line}" for line in text_of(email).splitlines())
    reply.set_content(f"{NINE}\n\nOn Thu, 26 Nov 2026, {email['From']} wrote:\n{quoted}\n")
    to = parseaddr(str(email["Reply-To"]))[1]
    port = int((programme.folder / "run" / "smtp-port").read_text())
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            server.sendmail(ADDRESS, [to], reply.as_bytes())
    page.goto(case)
    expect(page.get_by_text(NINE)).to_have_count(1)
    expect(page.get_by_text(SORRY)).to_have_count(1)
    expect(page.get_by_text("They answered")).to_be_visible()
    [told] = wait_until(lambda: programme.emails(to="ines@", subject="They answered"))
    assert NINE in text_of(told)


def settle(programme: Programme, page: Page, case: str) -> None:
    """Outcome and cause, then the question whether it helped."""
    page.get_by_role("link", name="Close with its outcome").click()
    page.get_by_label("Outcome").fill("A new cake by noon.")
    page.get_by_label("Cause").fill("The name was taken down by telephone.")
    page.get_by_role("button", name="Close the case").click()
    expect(page.locator(".page-head .tag")).to_have_text("Closed")
    expect(page.get_by_text("The name was taken down by telephone.")).to_be_visible()
    page.get_by_role("button", name="Ask whether it helped").click()
    expect(page.get_by_text("Asked; no answer yet")).to_be_visible()


def confirm(programme: Programme, page: Page, phone: Page, case: str) -> None:
    """Opening the email's link says nothing; pressing the button does."""
    [asked] = wait_until(lambda: programme.emails(to=ADDRESS, subject="Has it helped?"))
    phone.goto(link_in(asked, "/f/"))
    assert "/f/" not in phone.url, "the secret stays out of the address"
    expect(phone.get_by_role("heading", name="Has it helped?")).to_be_visible()
    page.goto(case)
    expect(page.locator(".page-head .tag")).to_have_text("Closed")
    phone.get_by_role("button", name="Yes, it helped").click()
    expect(phone.get_by_text("You said that it helped")).to_be_visible()
    page.goto(case)
    expect(page.locator(".page-head .tag")).to_have_text("Recovered")
    page.goto(f"{programme.url}{BASE}/feedback/cases/?state=recovered")
    expect(page.get_by_role("link", name="The wedding cake")).to_be_visible()


def expect_told(mine: Page) -> None:
    """The page that the customer kept open since has all of it."""
    mine.reload()
    for words in (COMPLAINT, SORRY, NINE, "You said that it helped"):
        expect(mine.get_by_text(words)).to_be_visible()


def compliment(programme: Programme, page: Page, phone: Page) -> None:
    """Thanks for somebody of the team become a recognition that the team reads."""
    thanks = "Whoever opened at six for my mother: bless you."
    phone.goto(f"{programme.url}/say/fonseca-bakery/")
    phone.get_by_label("A compliment").check()
    phone.get_by_label("In your own words").press_sequentially(thanks, delay=50)
    phone.get_by_label("Whom would you like to thank?").fill("The woman at the counter")
    phone.get_by_role("button", name="Send it").click()
    expect(phone.get_by_role("heading", name="Thank you. It has arrived")).to_be_visible()
    page.goto(f"{programme.url}{BASE}/feedback/door/")
    page.get_by_role("link", name="Pass the thanks on").click()
    page.get_by_label("Team").select_option(label="Counter")
    page.get_by_role("button", name="Pass the thanks on").click()
    expect(page.get_by_role("heading", name="Thanks", exact=True)).to_be_visible()
    expect(page.get_by_text(thanks)).to_be_visible()
    [told] = wait_until(lambda: programme.emails(to="bea@bakery.example"))
    assert thanks in text_of(told)
    phone.reload()
    expect(phone.get_by_text("Your thanks have been passed on.")).to_be_visible()
