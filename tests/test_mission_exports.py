"""Tables and the book: they hold what the pages show, to those whom they show it to."""

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from feedback import services as feedback
from feedback.models import Invitation
from missions import book, exports, services
from missions.models import Mission, Suggestion
from programme.models import Membership
from tests import factories
from tests.missions import NEXT_YEAR, begin, draft, url
from tests.test_mission_rounds import answer, ask, html

SHEETS = ("words", "rankings", "suggestions", "consent")


@pytest.fixture
def mission(leader: Membership) -> Mission:
    """Agreed on by everyone: words, candidates, a suggestion, consent."""
    owner = leader.organisation
    made = begin(leader, felt="=Proud()")
    ida = factories.staff(owner, "Ida Hidden")
    asked = ask(made)
    answer(asked, ida, "We <b>turn</b> up")
    services.close_asking(asked=asked)
    for text in ("Ferry", "Quay", "Tide"):
        services.add_candidate(mission=made, text=text, author=leader)
    ranking = services.ask_to_rank(mission=made, voice="staff", message="?", asked_by=leader)
    keys = {one.text: f"candidate-{one.shuffle.hex}" for one in made.candidates.all()}
    feedback.submit_response(
        invitation=Invitation.objects.get(round=ranking.round),
        answers={keys["Quay"]: 1, keys["Tide"]: 2},
        version=0,
    )
    services.cast_ballot(mission=made, membership=leader, places={keys["Ferry"]: 1})
    services.close_rankings(mission=made)
    drafted = draft(made, leader, "We carry everyone.")
    critique = services.open_critique(mission=made, draft=drafted)
    services.suggest(critique=critique, author=leader, weight="must", text="Say whom.")
    services.freeze_critique(critique=critique)
    services.settle_suggestion(
        suggestion=Suggestion.objects.get(), outcome="not", why="It is everyone."
    )
    consent = services.open_consent(mission=made, draft=drafted)
    services.answer_consent(
        consent=consent, membership=leader, choice="love", reason="", change_asked=""
    )
    services.close_consent(consent=consent)
    return made


def table(mission: Mission, sheet: str, kind: str = "csv") -> str:
    place = {"organisation": mission.organisation.slug, "mission": mission.pk}
    return reverse("missions:mission_table", kwargs={**place, "sheet": sheet, "kind": kind})


def test_tables_hold_what_the_pages_show(mission: Mission, as_leader: Client) -> None:
    words = as_leader.get(table(mission, "words")).content.decode()
    assert "'=Proud()" in words
    assert "We <b>turn</b> up" in words
    assert "Ida Hidden" not in words
    rankings = as_leader.get(table(mission, "rankings")).content.decode().splitlines()
    assert "Staff,1,1,Quay,Ferry,1,0" in rankings
    assert "Leaders,1,1,Ferry,Quay,1,0" in rankings
    assert "It is everyone." in as_leader.get(table(mission, "suggestions")).content.decode()
    assert "1,Leader,I love it,,,," in as_leader.get(table(mission, "consent")).content.decode()


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_is_a_workbook_too(mission: Mission, as_leader: Client, sheet: str) -> None:
    got = as_leader.get(table(mission, sheet, "xlsx"))
    rows = list(openpyxl.load_workbook(io.BytesIO(got.content)).worksheets[0].values)
    assert rows[0] == exports.SHEETS[sheet](mission).headings
    assert len(rows) > 1


@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_leaves_before_ones_own_words_are_in(
    mission: Mission, as_manager: Client, as_auditor: Client, sheet: str
) -> None:
    for address in (table(mission, sheet), table(mission, sheet, "xlsx"), url(mission, "book")):
        refused = as_manager.get(address)
        assert refused["Location"] == url(mission, "words")
    assert as_auditor.get(table(mission, sheet)).status_code == 200


PAGES = ("words", "themes", "draft", "candidates", "suggestions", "consent", "agree", "mission")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_others_words_before_ones_own(
    mission: Mission, as_manager: Client, name: str
) -> None:
    shown = html(as_manager.get(url(mission, name), follow=True))
    for said in ("turn</b> up", "&lt;b&gt;turn", "=Proud", "Say whom.", "Quay"):
        assert said not in shown


def test_there_is_no_other_table_and_no_other_organisations(
    mission: Mission, as_leader: Client, stranger_client: Client
) -> None:
    assert as_leader.get(table(mission, "secrets")).status_code == 404
    for address in (table(mission, "words"), url(mission, "book")):
        assert stranger_client.get(address).status_code == 404


def test_hidden_words_are_in_no_table(mission: Mission, leader: Membership) -> None:
    said = mission.contributions.get(author=None)
    services.hide_contribution(contribution=said, reason="Rude", by=leader)
    assert "turn" not in str(list(exports.words(mission).rows))


def test_answers_still_being_asked_are_in_no_table(mission: Mission, leader: Membership) -> None:
    drafted = draft(mission, leader, "We carry all.")
    again = services.open_consent(mission=mission, draft=drafted)
    services.answer_consent(
        consent=again, membership=leader, choice="object", reason="Secret", change_asked="So"
    )
    assert "Secret" not in str(list(exports.consent(mission).rows))
    assert all(one.consent != again for one in book.story(mission).consents)


def test_the_book_tells_it_whole(mission: Mission, leader: Membership, as_leader: Client) -> None:
    adopted = services.adopt(mission=mission, draft=mission.drafts.all()[0], review_on=NEXT_YEAR)
    got = as_leader.get(url(adopted, "book"))
    assert got.headers["Content-Type"] == "application/pdf"
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(got.content)).pages).split()
    )
    for said in (
        *("We carry everyone.", "distilled from 2 contributions", "Quay", "from 1 ballot"),
        *("Say whom.", "Not taken: It is everyone.", "Consent"),
    ):
        assert said in text
    assert "Ida Hidden" not in text
    assert "=Proud()" not in text


def test_an_earlier_mission_is_read_whole(
    mission: Mission, leader: Membership, as_member: Client
) -> None:
    services.adopt(mission=mission, draft=mission.drafts.all()[0], review_on=NEXT_YEAR)
    later = begin(leader)
    services.adopt(mission=later, draft=draft(later, leader, "New."), review_on=NEXT_YEAR)
    page = html(as_member.get(url(mission, "mission")))
    for said in ("An earlier mission", "2 contributions", "Candidates, as they were ranked"):
        assert said in page
    assert "Say whom." in page
    assert "We carry everyone." in page


@pytest.mark.parametrize("many", [1, 3])
def test_queries_of_the_tables(
    mission: Mission,
    leader: Membership,
    django_assert_num_queries: DjangoAssertNumQueries,
    many: int,
) -> None:
    for number in range(many):
        factories_words(mission, f"More {number}")
    with django_assert_num_queries(2):
        list(exports.words(mission).rows)
    with django_assert_num_queries(4):
        list(exports.rankings(mission).rows)
    with django_assert_num_queries(1):
        list(exports.suggestions(mission).rows)
    with django_assert_num_queries(1):
        list(exports.consent(mission).rows)


def factories_words(mission: Mission, text: str) -> None:
    mission.contributions.create(organisation=mission.organisation, voice="staff", text=text)
