"""The whole thread, as people walk it: the one command, a real browser, real emails.

Nothing here knows the code's insides: it starts the programme in an empty folder and then sees
only pages, emails and a PDF.
"""

import io
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.conftest import wait_until
from tests.running import Programme, link_in, open_section, upload

BAKERS, GUESTS, MOST_VALUABLE = 6, 15, 4
# Whoever was asked for words is left in peace by the round that follows.
ASKED = GUESTS - MOST_VALUABLE
TOUCHPOINTS = ["The queue at eight", "The bread itself", "The wedding cake order"]
STATEMENT = "Warm bread and a kind word, before your day begins."
WORDS = {
    "staff": "The first customers of the day should leave smiling.",
    "customer": "Warm bread at seven, please, and somebody who knows my name.",
}


def test_from_nothing_to_a_report(
    programme: Programme, page: Page, phone: Callable[[], Page]
) -> None:
    page.set_default_timeout(10_000)
    begin(programme, page)
    bring_people(programme, page)
    adopt_mission(programme, page, phone)
    make_map(programme, page)
    run_rounds(programme, page, phone)
    read_heatmap(programme, page)
    print_report(programme, page)


def begin(programme: Programme, page: Page) -> None:
    page.goto(programme.url)
    page.get_by_label("Your name").fill("Inês Fonseca")
    page.get_by_label("Your email address").fill("ines@bakery.example")
    page.get_by_label("A password").fill("rye-and-spelt-42")
    page.get_by_label("Name of the organisation").fill("Fonseca Bakery")
    page.get_by_role("button", name="Begin the programme").click()
    expect(page.get_by_role("heading", name="How to begin")).to_be_visible()


def bring_people(programme: Programme, page: Page) -> None:
    """By a spreadsheet, first with a mistake in it, and one more by form."""
    rows = ["name;email;kind;team;segment;yearly value"]
    rows += [f"Baker {n};baker{n}@bakery.example;staff;Counter;;" for n in range(1, BAKERS + 1)]
    for n in range(1, GUESTS):
        segment = "Cafés" if n % 2 else "Households"
        rows.append(f"Guest {n};guest{n}@guests.example;customer;;{segment};{n * 100}")
    open_section(page, "People")
    page.get_by_role("link", name="Import a list").first.click()
    upload(page, "File", [*rows, "Nobody;not an address;customer;;Cafés;7"])
    page.get_by_role("button", name="Look at the list first").click()
    expect(page.get_by_text(f"{len(rows) + 1}").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("not an address")
    page.goto(f"{programme.url}/o/fonseca-bakery/people/import/")
    upload(page, "File", rows)
    page.get_by_role("button", name="Look at the list first").click()
    page.get_by_role("button", name=f"Import {len(rows) - 1} people").click()
    expect(page.get_by_role("link", name="Baker 1", exact=True)).to_be_visible()

    page.get_by_role("link", name="Customers").click()
    page.get_by_role("link", name="Add a customer").first.click()
    page.get_by_label("Name", exact=True).fill("Müller & Söhne <Feinkost>")
    page.get_by_label("Email address").fill("mueller@guests.example")
    page.get_by_label("Segment").select_option("Cafés")
    page.get_by_label("Yearly value").fill("9000")
    page.get_by_role("button", name="Add to customers").click()
    expect(page.get_by_text("Müller & Söhne <Feinkost>").first).to_be_visible()


def adopt_mission(programme: Programme, page: Page, phone: Callable[[], Page]) -> None:
    """The leader's words, the people's, the best customers', a draft, the public page."""
    open_section(page, "Mission")
    page.get_by_role("link", name="Start your mission").first.click()
    page.get_by_role("button", name="Begin with your words").click()
    page.get_by_label("What do you feel about it?").fill("Proud when the street smells of bread.")
    page.get_by_label("What do you believe?").fill("A bakery is a promise made every morning.")
    page.get_by_label("I feel it").check()
    page.get_by_role("button", name="Save your words").click()

    mission = re.sub(r"/words/.*", "", page.url)
    page.goto(f"{mission}/ask/staff/")
    page.get_by_role("button", name=f"Ask {BAKERS} people").click()
    page.goto(f"{mission}/ask/customer/")
    page.get_by_label("How many of the most valuable?").fill(str(MOST_VALUABLE))
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name=f"Ask {MOST_VALUABLE} people").click()

    wait_until(lambda: len(programme.emails()) >= BAKERS + MOST_VALUABLE)
    asked = {str(message["To"]) for message in programme.emails(to="guests")}
    assert len(asked) == MOST_VALUABLE
    assert any("mueller@guests.example" in address for address in asked)
    assert not any("guest1@" in address for address in asked), "of least value"

    for voice, address in (("staff", "baker3@"), ("customer", "mueller@")):
        [invitation] = programme.emails(to=address)
        assert str(invitation["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
        respondent = phone()
        respondent.goto(link_in(invitation))
        assert "/a/" not in respondent.url, "the secret stays out of the address"
        expect(respondent.get_by_text("Fonseca Bakery").first).to_be_visible()
        respondent.locator("textarea").first.fill(WORDS[voice])
        respondent.get_by_role("button", name="Send your answers").click()
        expect(respondent.get_by_role("heading", name="Thank you")).to_be_visible()

    page.goto(f"{mission}/words/")
    for words in WORDS.values():
        expect(page.get_by_text(words).first).to_be_visible()
    page.goto(f"{mission}/draft/")
    page.locator("main textarea").first.fill(STATEMENT)
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    page.goto(f"{mission}/adopt/")
    expect(page.locator("main")).to_contain_text(STATEMENT)
    page.get_by_role("button", name=re.compile("^Adopt")).click()

    visitor = phone()
    visitor.goto(f"{programme.url}/m/fonseca-bakery/")
    expect(visitor.get_by_text(STATEMENT).first).to_be_visible()


def make_map(programme: Programme, page: Page) -> None:
    """A touchpoint by form, the others by a spreadsheet."""
    base = f"{programme.url}/o/fonseca-bakery/touchpoints/map"
    rows = ["journey,stage,touchpoint,channel,importance"]
    rows += [f"A morning,At the counter,{name},Shop,4" for name in TOUCHPOINTS[1:]]
    page.goto(f"{base}/import/")
    upload(page, "A spreadsheet of your map", rows)
    page.get_by_role("button", name="Show the preview").click()
    page.get_by_role("button", name="Bring in 2 touchpoints").click()
    expect(page.get_by_text("2 new touchpoints")).to_be_visible()
    page.goto(f"{base}/touchpoints/add/")
    page.get_by_label("What happens there?").fill(TOUCHPOINTS[0])
    page.get_by_label("On which stage?").select_option("A morning – At the counter")
    page.get_by_role("button", name="Add the touchpoint").click()
    expect(page.get_by_text(TOUCHPOINTS[0]).first).to_be_visible()


def run_rounds(programme: Programme, page: Page, phone: Callable[[], Page]) -> None:
    """One named round to customers and a confidential one to staff, closed with answers in."""
    for audience, domain, count in (
        ("Customers", "guests.example", ASKED),
        ("Staff", "bakery.example", BAKERS),
    ):
        before = len(programme.emails(to=domain))
        send_round(programme, page, audience, count)
        invitations = emails_after(programme, domain, before, count)
        for number, invitation in enumerate(invitations):
            answer(phone(), link_in(invitation), number)
        page.reload()
        page.get_by_role("link", name=re.compile("Close")).first.click()
        page.get_by_role("button", name=re.compile("Close")).click()
        expect(page.locator("main")).to_contain_text("Closed")


def emails_after(programme: Programme, domain: str, before: int, count: int) -> list[EmailMessage]:
    """The `count` emails to that domain that follow the first `before`, once they have come."""
    wait_until(lambda: len(programme.emails(to=domain)) >= before + count)
    return programme.emails(to=domain)[before:]


def send_round(programme: Programme, page: Page, audience: str, count: int) -> None:
    base = f"{programme.url}/o/fonseca-bakery/feedback"
    page.goto(f"{base}/surveys/add/")
    ready = "How are we doing?" if audience == "Customers" else "What do our customers meet?"
    page.get_by_role("radio", name=ready).check()
    for name in TOUCHPOINTS:
        page.get_by_label(name).check()
    page.get_by_role("button", name="Make the survey").click()
    page.goto(f"{base}/rounds/add/")
    page.get_by_label("Survey").select_option(index=1)
    page.get_by_label("Subject").fill(f"{audience} this autumn")
    page.get_by_label(audience, exact=True).check()
    page.get_by_label("Named:" if audience == "Customers" else "Confidential:").check()
    page.locator("main button.primary").click()
    page.get_by_role("button", name=f"Send to {count} people").click()
    expect(page.locator("main")).to_contain_text("Open")


def answer(respondent: Page, link: str, number: int) -> None:
    """Everyone hates the queue, most love the bread, everyone recommends 9."""
    respondent.goto(link)
    while True:
        for group in respondent.get_by_role("group").all():
            name = group.inner_text()
            if TOUCHPOINTS[0] in name:
                group.get_by_label(re.compile("let me down|let them down", re.IGNORECASE)).check()
            elif TOUCHPOINTS[1] in name:
                better = re.compile("Better than", re.IGNORECASE)
                worse = re.compile("let me down|let them down", re.IGNORECASE)
                group.get_by_label(better if number else worse).check()
            elif group.get_by_label("9", exact=True).count():
                group.get_by_label("9", exact=True).check()
        if respondent.locator("textarea").count():
            respondent.locator("textarea").first.fill(f"Comment number {number}")
        done = respondent.get_by_role("button", name="Send your answers")
        if done.count():
            break
        respondent.get_by_role("button", name="Save and go on").click()
    done.click()
    expect(respondent.get_by_role("heading", name="Thank you")).to_be_visible()
    respondent.context.close()


def read_heatmap(programme: Programme, page: Page) -> None:
    open_section(page, "Touchpoints")
    cell = page.get_by_role("link", name=re.compile(f"{TOUCHPOINTS[0]}.*{ASKED} answers")).first
    expect(cell).to_have_accessible_name(re.compile("misery, net −100"))
    cell.click()
    expect(page.get_by_role("heading", name=re.compile(TOUCHPOINTS[0]))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Misery 100 %"))).to_be_visible()


def print_report(programme: Programme, page: Page) -> None:
    open_section(page, "Reports")
    page.get_by_role("button", name="Build the report").click()
    expect(page.get_by_role("link", name=re.compile("Download"))).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Mark as reviewed").click()
    page.get_by_role("link", name="Freeze the report").click()
    page.get_by_role("button", name="Freeze the report").click()
    expect(page.get_by_role("link", name=re.compile("Download"))).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).click()
    saved = Path(download.value.path()).read_bytes()
    printed = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(saved)).pages)
    flat = " ".join(printed.split())
    assert STATEMENT in flat
    assert TOUCHPOINTS[0] in flat
    assert "Fonseca Bakery" in flat

    page.get_by_role("link", name="Send by email").click()
    page.get_by_label("Email addresses").fill("board@bakery.example")
    page.get_by_role("button", name="See whom it goes to").click()
    page.get_by_role("button", name="Send to 1 address").click()
    wait_until(lambda: bool(programme.emails(to="board@")))
    [email] = programme.emails(to="board@")
    [attached] = list(email.iter_attachments())
    assert attached.get_content() == saved
