"""What a manager and an auditor see of confidential answers and of cases, and what a stranger does,
in a browser: everything that they may, and nothing more."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from feedback.models import Case, Invitation, Round
from feedback.services import (
    QuestionSpec,
    close_round,
    leave_item,
    open_round,
    pause_round,
    resume_round,
)
from programme.models import Organisation, Role, Team
from tests import factories
from tests.test_theme_board_browser import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

KITCHEN = (2, 4, 5, 6, 7, 8, 9, 10, 3)
STORE = (0, 10, 5)
SECRET = "zebra crossing"
NAMING = "it was Helga Brandt who shouted"


@pytest.fixture
def sent(organisation: Organisation) -> Round:
    """A confidential round to a team of nine and one of three, all of whom have answered; one
    wrote about a colleague by name."""
    survey = factories.survey(
        organisation,
        QuestionSpec("recommend", "recommend-10", "Would you work here again?"),
        QuestionSpec("comment", "text", "What one thing should change?"),
    )
    answered = []
    for name, scores in (("Kitchen", KITCHEN), ("Store", STORE)):
        team = factories.team(organisation, name)
        answered += [(factories.staff(organisation, team=team), score) for score in scores]
    factories.staff(organisation, "Helga Brandt", team=Team.objects.get(name="Kitchen"))
    prepared = factories.draft_round(
        organisation, survey=survey, audience="internal", confidential=True
    )
    open_round(round=prepared)
    for number, (person, score) in enumerate(answered):
        words = NAMING if number == 0 else f"{SECRET} {number}"
        invitation = Invitation.objects.get(round=prepared, person=person)
        factories.submitted(invitation, recommend=score, comment=words)
    return prepared


@pytest.fixture
def as_role(
    browser: Browser, organisation: Organisation, live_server: LiveServer
) -> Iterator[Callable[[Role], Page]]:
    """A browser of its own for someone in that role."""
    contexts: list[BrowserContext] = []

    def sign_in(role: Role) -> Page:
        user: User = factories.member(organisation, role).user
        page = signed_in(browser.new_context(), user, live_server)
        contexts.append(page.context)
        return page

    yield sign_in
    for context in contexts:
        context.close()


def _feedback(live_server: LiveServer, organisation: Organisation) -> str:
    return f"{live_server}/o/{organisation.slug}/feedback"


def test_a_manager_sees_of_a_confidential_round_what_they_may(
    sent: Round,
    organisation: Organisation,
    live_server: LiveServer,
    as_role: Callable[[Role], Page],
) -> None:
    page = as_role(Role.MANAGER)
    base = _feedback(live_server, organisation)
    here = f"{base}/rounds/{sent.pk}/"
    # While it is open: how many, and nothing of what.
    page.goto(here)
    expect(page.locator("main")).to_contain_text("They appear here once the round is closed")
    assert SECRET not in page.content()
    for path in ("results/", "export.csv", "export.xlsx", "export.sav"):
        answer = page.request.get(f"{here}{path}")
        assert (path, answer.status) == (path, 404)
    page.goto(f"{base}/comments/")
    assert SECRET not in page.content()
    # Who has answered, and who will be reminded, is nowhere.
    for person in Invitation.objects.filter(round=sent).values_list("person__name", flat=True):
        for path in (here, f"{base}/", f"{here}places/"):
            assert person not in page.request.get(path).text()

    pause_round(round=sent)
    resume_round(round=sent)
    close_round(round=sent)
    # Closed: everyone together, comments without a name beside no score, the small team nowhere.
    page.goto(here)
    expect(page.locator("main")).to_contain_text("Would you work here again?")
    expect(page.get_by_text(re.compile(f"^{SECRET}")).first).to_be_visible()
    expect(page.locator("main")).to_contain_text("1 more comment may name someone")
    expect(page.locator("main")).to_contain_text("for a leader to read first")
    pages = [here, f"{here}results/?each=all", f"{base}/comments/", f"{here}export.csv"]
    for path in pages:
        text = page.request.get(path).text()
        assert "Helga" not in text, path
        assert NAMING not in text, path
    store = Team.objects.get(name="Store")
    page.goto(f"{here}results/?each=all")
    assert page.get_by_role("row", name=re.compile(r"^Store\b.*\d")).count() == 0
    assert page.request.get(f"{here}results/?of={store.pk}").status == 422
    assert "Store" not in page.request.get(f"{here}export.csv").text()
    # What a leader reads first is not theirs.
    assert page.request.get(f"{base}/held/").status == 403


def test_an_auditor_reads_and_changes_nothing(
    sent: Round,
    organisation: Organisation,
    live_server: LiveServer,
    as_role: Callable[[Role], Page],
) -> None:
    close_round(round=sent)
    page = as_role(Role.AUDITOR)
    base = _feedback(live_server, organisation)
    for path in ("", f"rounds/{sent.pk}/", f"rounds/{sent.pk}/results/", "surveys/", "cases/"):
        page.goto(f"{base}/{path}")
        expect(page.locator("main h1")).to_be_visible()
        assert page.locator("main form[method=post]").count() == 0, path
        assert NAMING not in page.content()
    refused = (
        *("rounds/add/", "series/add/", "surveys/add/", "held/", "mail/"),
        *(f"surveys/{sent.survey_id}/edit/", f"rounds/{sent.pk}/export.csv"),
        f"rounds/{sent.pk}/places/",
    )
    for path in refused:
        assert (path, page.request.get(f"{base}/{path}").status) == (path, 403)


def _case(organisation: Organisation) -> Case:
    left = leave_item(
        organisation=organisation,
        item_id=uuid4(),
        kind="complaint",
        text="Nobody came.",
        name="Ida Complainer",
        email="ida@guests.example",
    )
    return Case.objects.get(item=left)


def test_names_in_a_case_are_for_those_who_answer_it(
    organisation: Organisation, live_server: LiveServer, as_role: Callable[[Role], Page]
) -> None:
    case = _case(organisation)
    address = f"{_feedback(live_server, organisation)}/cases/{case.pk}/"
    for role, named in ((Role.MANAGER, True), (Role.MEMBER, False), (Role.AUDITOR, False)):
        page = as_role(role)
        page.goto(address)
        expect(page.locator("main")).to_contain_text("Nobody came.")
        assert ("Ida Complainer" in page.content()) == named, role
        assert ("ida@guests.example" in page.content()) == named, role
        assert (page.locator("main form[method=post]").count() > 0) == named, role


def test_a_stranger_finds_nothing(
    sent: Round, organisation: Organisation, live_server: LiveServer, browser: Browser
) -> None:
    """Not even whether it is there: what exists and what does not look alike."""
    close_round(round=sent)
    case, series = _case(organisation), factories.series(organisation)
    elsewhere = factories.member(factories.organisation(), Role.LEADER)
    page = signed_in(browser.new_context(), elsewhere.user, live_server)
    for slug in (organisation.slug, elsewhere.organisation.slug):
        base = f"{live_server}/o/{slug}/feedback"
        for path in (
            *(f"rounds/{sent.pk}/", f"rounds/{sent.pk}/results/", f"rounds/{sent.pk}/export.csv"),
            *(f"rounds/{sent.pk}/receipt.csv", f"rounds/{sent.pk}/close/"),
            *(f"series/{series.pk}/", f"series/{series.pk}/edit/", f"series/{series.pk}/dates/"),
            *(f"surveys/{sent.survey_id}/", f"surveys/{sent.survey_id}/edit/"),
            *(f"surveys/{sent.survey_id}/results/", f"cases/{case.pk}/"),
        ):
            assert (slug, path, page.request.get(f"{base}/{path}").status) == (slug, path, 404)
    assert page.goto(f"{live_server}/o/{organisation.slug}/feedback/") is not None
    expect(page.locator("main")).not_to_contain_text("Would you work here again?")
    page.context.close()
