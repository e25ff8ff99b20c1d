"""From a leader's first word to a decision tested against the adopted mission, as people walk it.

A bakery of eight with three customers of most value: nine steps, on a laptop for the leader and on
phones for everyone else, each of whom answers the email that really reached them. Nothing here
knows the code's insides.
"""

import io
import re
from collections.abc import Callable, Mapping
from email.message import EmailMessage

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.conftest import wait_until
from tests.running import Programme, link_in, open_section, upload

type NewPhone = Callable[[], Page]

STAFF = (
    "We know people by name and ask how their mother is.",
    "The names. I know nearly everyone by name, and they know mine.",
    "A greeting by name makes the morning, theirs and mine.",
    "Warm bread at seven, before anyone has to ask for it.",
    "The bread is still warm when the first people come in at seven.",
    "We bake at night so that the bread is warm in the morning.",
    "If a cake goes wrong we bake another the same day, no questions.",
    "When we spoil an order we bake it again and bring it round.",
)
CUSTOMERS = (
    "Warm bread at seven, and nobody lectures me about sourdough.",
    "They greet my children by name.",
    "They spoilt our birthday cake once and baked another by four o’clock.",
)
EVERYONE = len(STAFF) + len(CUSTOMERS)
# Which words tell a suggested theme, and what the leader calls it.
THEMES = {
    STAFF[3]: "Warm at seven",
    STAFF[6]: "Made again",
    STAFF[0]: "Known by name",
}
CANDIDATES = (
    "Warm bread and a kind word, before your day begins.",
    "We bake for people we know by name.",
    "Good bread, made right, and made again when it is not.",
)
CHOSEN = CANDIDATES[0]
FIRST_DRAFT = "We deliver innovative bakery solutions by 2030."
STATEMENT = "Warm bread and a kind word, before your day begins. What we spoil we bake again."
QUESTION = "Do we open on Sundays?"
OBJECTION = "Nobody bakes a second time on a Saturday night."
OVERRIDE = "From May there are two of us on Saturday nights, so the promise can be kept."


def test_from_the_first_word_to_a_decision(
    programme: Programme, page: Page, phone: NewPhone
) -> None:
    page.set_default_timeout(15_000)
    bring_people(programme, page)
    colleague = bring_colleague(programme, page, phone())
    mission = begin_with_ones_own_words(page)
    ask_for_words(programme, page, phone, mission, "staff", STAFF)
    ask_for_words(programme, page, phone, mission, "customer", CUSTOMERS)
    read_words(page, mission)
    find_themes(page, mission)
    write_draft(page, mission)
    have_candidates_ranked(programme, page, phone, mission)
    take_suggestion(page, colleague, mission)
    ask_for_consent(programme, page, phone, colleague, mission)
    adopt(programme, page, phone(), mission)
    decide(programme, page, colleague)
    commit(page)
    look_back(page)


# Who is there


def bring_people(programme: Programme, page: Page) -> None:
    page.goto(programme.url)
    page.get_by_label("Your name").fill("Inês Fonseca")
    page.get_by_label("Your email address").fill("ines@bakery.example")
    page.get_by_label("A password").fill("rye-and-spelt-42")
    page.get_by_label("Name of the organisation").fill("Fonseca Bakery")
    page.get_by_role("button", name="Begin the programme").click()
    rows = ["name;email;kind;yearly value"]
    rows += [f"Baker {n};baker{n}@bakery.example;staff;" for n in range(len(STAFF))]
    rows += [f"Guest {n};guest{n}@guests.example;customer;{900 - n}" for n in range(len(CUSTOMERS))]
    open_section(page, "People")
    page.get_by_role("link", name="Import a list").first.click()
    upload(page, "File", rows)
    page.get_by_role("button", name="Look at the list first").click()
    page.get_by_role("button", name=f"Import {EVERYONE} people").click()
    expect(page.get_by_role("link", name="Baker 1", exact=True)).to_be_visible()


def bring_colleague(programme: Programme, page: Page, colleague: Page) -> Page:
    """A manager, who joins on a phone by the link in an email."""
    open_section(page, "People")
    page.get_by_role("link", name="Members").click()
    page.get_by_role("link", name="Invite a colleague").first.click()
    page.get_by_label("Email address").fill("rui@bakery.example")
    page.get_by_label("Role").select_option("Manager")
    page.get_by_role("button", name="Send the invitation").click()
    wait_until(lambda: programme.emails(to="rui@"))
    colleague.goto(link_in(programme.emails(to="rui@")[-1], "/join/"))
    colleague.get_by_label("Your name").fill("Rui Alves")
    colleague.get_by_label("A password").fill("flour-and-water-7")
    colleague.get_by_role("button", name="Join Fonseca Bakery").click()
    expect(colleague).to_have_url(re.compile("/o/fonseca-bakery/"))
    return colleague


# 1. The leader's words


def begin_with_ones_own_words(page: Page) -> str:
    """The address of the mission."""
    open_section(page, "Mission")
    page.get_by_role("link", name="Start your mission").first.click()
    page.get_by_role("button", name="Begin with your words").click()
    page.get_by_label("What do you feel about it?").fill("Proud when the street smells of bread.")
    page.get_by_label("What do you believe?").fill("Bread is a promise made every morning.")
    page.get_by_label("Where do you want to go?").fill("People say: they know me there.")
    page.get_by_label("I feel it").check()
    page.get_by_role("button", name="Save your words").click()
    expect(page.get_by_text("Your words are in").first).to_be_visible()
    return re.sub(r"/words/.*", "", page.url)


# 2. The people's words, then the customers'


def ask_for_words(
    programme: Programme,
    page: Page,
    phone: NewPhone,
    mission: str,
    voice: str,
    words: tuple[str, ...],
) -> None:
    page.goto(f"{mission}/words/")
    page.get_by_role("link", name="Ask others").last.click()
    to_staff = voice == "staff"
    page.get_by_role("link", name="Ask your people" if to_staff else "Ask your customers").click()
    for number, invitation in enumerate(send(programme, page, voice, len(words))):
        respondent = phone()
        respondent.goto(link_in(invitation))
        assert "/a/" not in respondent.url, "the secret stays out of the address"
        expect(respondent.get_by_text("You can leave this empty").first).to_be_visible()
        respondent.locator("textarea").first.fill(words[number])
        hand_in(respondent)


def send(programme: Programme, page: Page, voice: str, count: int) -> list[EmailMessage]:
    """Send what is open to so many, and give the emails that reach them, each from its own."""
    domain = "bakery.example" if voice == "staff" else "guests.example"
    word = "baker" if voice == "staff" else "guest"
    before = len(programme.emails(to=word))
    page.get_by_role("button", name=f"Ask {count} people").click()
    wait_until(lambda: len(programme.emails(to=word)) >= before + count)
    arrived = programme.emails(to=word)[before:]
    assert len({str(one["To"]) for one in arrived}) == count
    assert all(domain in str(one["To"]) for one in arrived)
    return sorted(arrived, key=lambda one: str(one["To"]))


def hand_in(respondent: Page) -> None:
    respondent.get_by_role("button", name="Send your answers").click()
    expect(respondent.get_by_role("heading", name="Thank you")).to_be_visible()
    respondent.context.close()


def read_words(page: Page, mission: str) -> None:
    page.goto(f"{mission}/words/")
    for words in (*STAFF, *CUSTOMERS):
        expect(page.get_by_text(words).first).to_be_visible()
    page.get_by_role("navigation", name="Voice").get_by_role("link", name="Customer").click()
    expect(page.get_by_text(CUSTOMERS[0]).first).to_be_visible()
    expect(page.get_by_text(STAFF[0])).to_have_count(0)


# 3. Themes


def find_themes(page: Page, mission: str) -> None:
    """By suggestion, made in the worker; then one move by hand."""
    page.goto(f"{mission}/words/")
    page.get_by_role("link", name="Find the themes").click()
    page.get_by_role("button", name="Suggest themes").click()
    use = page.get_by_role("button", name="Use these themes")
    expect(use).to_be_visible(timeout=60_000)
    for words, name in THEMES.items():
        group = (
            page.get_by_role("listitem")
            .filter(has_text=words)
            .filter(has=page.get_by_role("textbox"))
        )
        if group.count():
            group.get_by_role("textbox").first.fill(name)
    use.click()
    expect(page.get_by_role("link", name=re.compile("Known by name")).first).to_be_visible()
    move_words(page)


def move_words(page: Page) -> None:
    """What stands first on the board, into a theme of its own."""
    page.locator("main").get_by_role("checkbox").first.check()
    sorting = page.get_by_role("group", name="What to do with the ticked words")
    sorting.get_by_role("textbox").fill("A promise kept")
    sorting.get_by_role("button", name="Move the words").click()
    expect(page.get_by_role("link", name=re.compile("A promise kept")).first).to_be_visible()


# 4. A draft, with hints


def write_draft(page: Page, mission: str) -> None:
    page.goto(f"{mission}/themes/")
    page.get_by_role("link", name="Write a draft").click()
    text = page.locator("main textarea").first
    text.press_sequentially(FIRST_DRAFT)
    hints = page.locator("#hints")
    expect(hints).to_contain_text("innovative")
    expect(hints).to_contain_text("2030")
    expect(page.locator("main")).to_contain_text("Customers said")
    save_version(page, FIRST_DRAFT)
    save_version(page, CHOSEN)
    expect(hints).not_to_contain_text("innovative")


def save_version(page: Page, statement: str) -> None:
    page.locator("main textarea").first.fill(statement)
    page.get_by_role("button", name="Save this version").click()
    expect(page.get_by_text(re.compile("Saved as version")).first).to_be_visible()


# 5. Candidates, ranked in each voice


def have_candidates_ranked(programme: Programme, page: Page, phone: NewPhone, mission: str) -> None:
    page.goto(f"{mission}/agree/")
    page.get_by_role("link", name=re.compile("Candidates")).first.click()
    for candidate in CANDIDATES:
        page.get_by_label("A candidate").fill(candidate)
        page.get_by_role("button", name="Put it forward").click()
        expect(page.locator("article", has_text=candidate)).to_be_visible()
    ballots: dict[str, Mapping[str, str]] = {
        "staff": {CANDIDATES[0]: "1", CANDIDATES[1]: "2", CANDIDATES[2]: "3"},
        "customer": {CANDIDATES[0]: "1", CANDIDATES[2]: "2"},
    }
    for voice, ballot in ballots.items():
        page.goto(f"{mission}/candidates/")
        to_staff = voice == "staff"
        page.get_by_role(
            "link", name="Ask your people" if to_staff else "Ask your customers"
        ).click()
        count = len(STAFF if to_staff else CUSTOMERS)
        for invitation in send(programme, page, voice, count):
            respondent = phone()
            respondent.goto(link_in(invitation))
            for candidate, place in ballot.items():
                respondent.get_by_role("group", name=candidate).get_by_label(
                    place, exact=True
                ).check()
            hand_in(respondent)
    page.goto(f"{mission}/candidates/")
    expect(page.get_by_text(f"{len(STAFF)} of {len(STAFF)}").first).to_be_visible()
    page.get_by_role("button", name="Close and show the orders").click()
    expect(page.locator("main")).to_contain_text("agree on what comes first")
    chosen = page.locator("article", has_text=CHOSEN)
    chosen.get_by_role("button", name="Go on with this one").click()
    expect(page.locator("main textarea").first).to_have_value(CHOSEN)


# 6. A suggestion, and what became of it


def take_suggestion(page: Page, colleague: Page, mission: str) -> None:
    colleague.goto(f"{mission}/words/")
    colleague.get_by_label("What do you believe?").fill("A spoilt cake is ours to mend.")
    colleague.get_by_role("button", name="Save your words").click()
    expect(colleague.get_by_text("Your words are in").first).to_be_visible()

    page.goto(f"{mission}/suggestions/")
    page.get_by_role("button", name="Ask for suggestions").first.click()
    colleague.goto(f"{mission}/suggestions/")
    colleague.get_by_label("It must change").check()
    colleague.get_by_label("What would you change?").fill("Say that we bake again what we spoil.")
    colleague.get_by_role("button", name="Suggest it").click()
    expect(colleague.locator("article")).to_contain_text("Rui Alves")

    page.reload()
    page.get_by_role("button", name="Freeze the suggestions").click()
    page.get_by_role("link", name=re.compile("Say what becomes of it")).click()
    page.get_by_label("Taken", exact=True).check()
    page.get_by_role("button", name="Save the answer").click()
    page.get_by_role("link", name="Write the next version").click()
    save_version(page, STATEMENT)
    colleague.goto(f"{mission}/suggestions/")
    expect(colleague.locator("article")).to_contain_text("Taken")
    expect(colleague.locator("main ins").first).to_be_visible()


# 7. Consent


def ask_for_consent(
    programme: Programme, page: Page, phone: NewPhone, colleague: Page, mission: str
) -> None:
    """Everyone can live with it but one, whose objection a leader overrides in public."""
    page.goto(f"{mission}/consent/")
    page.get_by_role("button", name="Ask for consent").click()
    consent(page, "I love it")
    colleague.goto(f"{mission}/consent/")
    consent(colleague, "I can live with it")
    page.get_by_role("link", name="Ask your people").click()
    for number, invitation in enumerate(send(programme, page, "staff", len(STAFF))):
        respondent = phone()
        respondent.goto(link_in(invitation))
        expect(respondent.get_by_text(STATEMENT).first).to_be_visible()
        respondent.get_by_label("I can live with it" if number else "I object").check()
        if not number:
            respondent.locator("textarea").first.fill(OBJECTION)
            respondent.locator("textarea").nth(1).fill("Leave out the second half.")
        hand_in(respondent)
    page.goto(f"{mission}/consent/")
    expect(page.locator("main")).not_to_contain_text(OBJECTION)
    page.get_by_role("button", name="Close it and show the answers").click()
    expect(page.get_by_role("heading", name="1 objection stands")).to_be_visible()
    expect(page.locator("main")).to_contain_text(OBJECTION)

    try_to_adopt(page, mission)
    expect(page.locator("main")).to_contain_text(re.compile("objection", re.IGNORECASE))
    page.goto(f"{mission}/consent/")
    page.get_by_role("link", name="Override it, publicly").click()
    page.get_by_label("Why do you adopt it all the same?").fill(OVERRIDE)
    page.get_by_role("button", name="Override it, publicly").click()
    expect(page.get_by_role("heading", name="Nothing stands in the way")).to_be_visible()


def consent(member: Page, answer: str) -> None:
    member.get_by_label(answer).check()
    member.get_by_role("button", name="Give my answer").click()
    expect(member.get_by_text("Your answer is in").first).to_be_visible()


def try_to_adopt(page: Page, mission: str) -> None:
    page.goto(f"{mission}/adopt/")
    button = page.get_by_role("button", name="Adopt this mission")
    expect(page.get_by_text("1 objection stands").first).to_be_visible()
    button.click()
    expect(page).to_have_url(re.compile("/adopt/"))


# 8. Adoption


def adopt(programme: Programme, page: Page, visitor: Page, mission: str) -> None:
    """The public page says whose words and why overridden; the poster is one page."""
    page.goto(f"{mission}/consent/")
    page.get_by_role("link", name="Adopt the statement").click()
    expect(page.locator("main")).to_contain_text(STATEMENT)
    page.get_by_role("button", name="Adopt this mission").click()
    expect(page.locator(".mission-text").first).to_have_text(STATEMENT)

    visitor.goto(f"{programme.url}/m/fonseca-bakery/")
    expect(visitor.get_by_text(STATEMENT).first).to_be_visible()
    expect(visitor.get_by_text("Known by name").first).to_be_visible()
    expect(visitor.get_by_text(OVERRIDE).first).to_be_visible()
    for words in (*STAFF, *CUSTOMERS, OBJECTION, "Rui Alves"):
        expect(visitor.locator("main")).not_to_contain_text(words)

    printed = page.request.get(f"{programme.url}/o/fonseca-bakery/mission/poster-small.pdf")
    assert printed.ok, printed.status
    [sheet] = PdfReader(io.BytesIO(printed.body())).pages
    assert "What we spoil" in " ".join(sheet.extract_text().split())


# 9. The compass


def decide(programme: Programme, page: Page, colleague: Page) -> None:
    """Two judge apart, a colleague by the link in an email; then all is revealed and settled."""
    open_section(page, "Mission")
    page.get_by_role("link", name="Decisions").click()
    page.get_by_role("link", name="Weigh options together").first.click()
    page.get_by_label("A disagreement").check()
    page.get_by_label("What is the question?").fill(QUESTION)
    page.get_by_label("The options").fill("Open from eight\nStay closed")
    page.get_by_role("button", name="Open it for judging").click()
    expect(
        page.get_by_text("This is the one question that is never skipped.").first
    ).to_be_visible()
    page.get_by_label("What does this change for the customer?").fill("Warm bread on a Sunday.")
    page.get_by_role("button", name="Open it for judging").click()
    page.get_by_label("Rui Alves").check()
    page.get_by_role("button", name="Ask them by email").click()
    judge(page, {"Open from eight": "Helps", "Stay closed": "Hurts"})
    expect(page.get_by_text("One more has to judge before anyone sees").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Reveal"))).to_have_count(0)

    wait_until(lambda: programme.emails(to="rui@", subject=QUESTION))
    colleague.goto(link_in(programme.emails(to="rui@", subject=QUESTION)[0], "/weighings/"))
    expect(colleague.locator("main")).to_contain_text("you see nobody else’s")
    judge(colleague, {"Open from eight": "Hurts", "Stay closed": "Hurts"})

    page.reload()
    page.get_by_role("button", name="Reveal 2 judgements").click()
    expect(page.locator("main")).to_contain_text("You differ on")
    page.get_by_label("Open from eight").check()
    page.get_by_role("group", name=re.compile("All in all")).get_by_label("Helps").check()
    page.get_by_role("button", name="Put it in the register").click()
    expect(page.locator(".decisions")).to_contain_text(f"{QUESTION} – Open from eight")
    expect(page.locator("main")).to_contain_text("1 of 1 asked what it changes for the customer")


def judge(member: Page, answers: Mapping[str, str]) -> None:
    """The same of every part of the mission."""
    for option, answer in answers.items():
        for place in member.get_by_role("group", name=option).all():
            place.get_by_label(answer).check()
    member.get_by_role("button", name="Keep your judgement").click()
    expect(member.get_by_text("Your judgement is kept").first).to_be_visible()


def commit(page: Page) -> None:
    open_section(page, "Mission")
    page.get_by_role("link", name="Commitments").click()
    page.get_by_role("link", name="Make a commitment").first.click()
    page.get_by_role("group", name="Which part").get_by_role("radio").first.check()
    page.get_by_label("How do you live it, daily?").fill("I taste the first loaf of every batch.")
    page.get_by_role("button", name="Make the commitment").click()
    page.get_by_role("button", name=re.compile("^We did")).click()
    expect(page.locator(".commitments")).to_contain_text("Done in 1 of the 1 week")


def look_back(page: Page) -> None:
    """The review gathers what came of it all."""
    open_section(page, "Mission")
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.locator("main")).to_contain_text("In 1 of 1 decisions")
    expect(page.locator("main")).to_contain_text("1 of 1")
