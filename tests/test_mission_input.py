"""What is typed on a mission's pages: nothing is lost, and bad input is an error at its field."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from missions import services
from missions.models import Decision, Mission
from programme.models import Membership, Role
from tests import factories
from tests.missions import MARKUP, NEXT_YEAR, adopt, begin, html, page, url

EMOJI = "🫶🏽 ❤️"
RIGHT_TO_LEFT = "نحن هنا من أجلكم"


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader)


@pytest.fixture
def begun(mission: Mission, leader: Membership) -> Mission:
    """With the leader's own words in."""
    services.add_words(mission=mission, author=leader, words={"feel": "Proud of the vans"})
    return mission


@pytest.fixture
def adopted(begun: Mission, leader: Membership) -> Mission:
    return adopt(begun, leader, "Everyone gets across, and nobody is left on the quay.")


@pytest.mark.parametrize("text", [EMOJI, RIGHT_TO_LEFT, MARKUP, "Line one\r\nline two"])
def test_unusual_words_are_kept_and_shown_as_text(
    mission: Mission, as_leader: Client, text: str
) -> None:
    data = {"feel": text, "believe": "", "go": "", "readiness": "felt"}
    assert as_leader.post(url(mission, "words_save"), data).status_code == 302
    assert mission.contributions.get().text == text.replace("\r\n", "\n")
    shown = html(as_leader.get(url(mission, "words")))
    assert "<script>alert" not in shown
    if text == MARKUP:
        assert "&lt;script&gt;alert(1)&lt;/script&gt; =1+1" in shown


@pytest.mark.parametrize("text", ["x" * 10_000, "with a \x00 in it", "y" * 100_000])
def test_words_that_cannot_be_kept_come_back_to_the_form(
    mission: Mission, as_leader: Client, text: str
) -> None:
    data = {"feel": text, "believe": "Kept", "go": "", "readiness": "felt"}
    answer = as_leader.post(url(mission, "words_save"), data)
    assert answer.status_code == 422
    assert "Kept" in html(answer)
    assert text in html(answer)
    assert not mission.contributions.exists()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"readiness": "felt"}, "at least one of the three"),
        ({"readiness": ""}, "at least one of the three"),
        ({"feel": "Yes", "readiness": ""}, "Choose the answer that comes nearest"),
        ({"feel": "Yes", "readiness": "perhaps"}, "not one of those offered here"),
    ],
)
def test_a_leader_says_something_and_whether_it_is_felt(
    mission: Mission, as_leader: Client, data: dict[str, str], problem: str
) -> None:
    answer = as_leader.post(url(mission, "words_save"), data)
    assert answer.status_code == 422
    assert problem in html(answer)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"text": "", "based_on_version": 0}, 422),
        ({"text": "z" * 10_000, "based_on_version": 0}, 422),
        ({"text": "with a \x00", "based_on_version": 0}, 422),
        ({"text": "Fine", "based_on_version": "x"}, 422),
        ({"text": "Fine", "based_on_version": 99999999999999999999}, 422),
        ({"text": EMOJI, "based_on_version": 0}, 302),
        ({"text": RIGHT_TO_LEFT, "based_on_version": 0}, 302),
        ({"text": MARKUP, "based_on_version": 0}, 302),
    ],
)
def test_drafts_of_any_kind(
    begun: Mission, as_leader: Client, data: dict[str, object], status: int
) -> None:
    answer = as_leader.post(url(begun, "draft_save"), data)
    assert answer.status_code == status
    assert begun.drafts.exists() == (status == 302)
    if status == 422:
        assert str(data["text"]) in html(answer)
    assert "<script>alert" not in html(as_leader.get(url(begun, "draft")))


def test_the_second_of_two_who_save_sees_both_texts(begun: Mission, as_leader: Client) -> None:
    address = url(begun, "draft_save")
    as_leader.post(address, {"text": "We carry people home.", "based_on_version": 0})
    other = Client()
    other.force_login(factories.member(begun.organisation, Role.LEADER).user)
    mine = {"text": "We carry everyone home.", "based_on_version": 0}
    answer = other.post(address, mine)
    shown = html(answer)
    assert answer.status_code == 409
    assert "We carry people home." in shown
    assert "We carry everyone home." in shown
    assert "<del>people</del><ins>everyone</ins>" in shown
    assert 'name="based_on_version" value="1"' in shown
    assert other.post(address, {**mine, "based_on_version": 1}).status_code == 302
    assert [draft.text for draft in begun.drafts.all()] == [
        "We carry everyone home.",
        "We carry people home.",
    ]


def test_two_versions_are_compared_word_by_word(begun: Mission, as_leader: Client) -> None:
    for version, text in enumerate(["One <b>bold</b> step", "One brave step"]):
        as_leader.post(url(begun, "draft_save"), {"text": text, "based_on_version": version})
    shown = html(as_leader.get(url(begun, "draft_compare") + "?from=1&to=2"))
    assert "<ins>brave</ins>" in shown
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown
    for query in ("", "?from=1", "?from=1&to=3", "?from=x&to=²"):
        assert as_leader.get(url(begun, "draft_compare") + query).status_code == 404


def test_hints_follow_what_is_typed_and_save_nothing(begun: Mission, as_leader: Client) -> None:
    answer = as_leader.post(url(begun, "draft_hints"), {"text": "You get solutions."})
    assert "A word that anyone could use" in html(answer)
    assert "<html" not in html(answer)
    assert as_leader.post(url(begun, "draft_hints"), {"text": "w\x00" * 50_000}).status_code == 200
    assert not begun.drafts.exists()


def test_the_statement_becomes_the_mission_only_with_a_date_ahead(
    begun: Mission, as_leader: Client
) -> None:
    as_leader.post(url(begun, "draft_save"), {"text": "Home safely.", "based_on_version": 0})
    for review_on in ("", "tomorrow", timezone.localdate().isoformat(), "0001-01-01"):
        data = {"version": 1, "review_on": review_on}
        assert as_leader.post(url(begun, "adopt"), data).status_code == 422
    for version in ("7", "x", "99999999999999999999"):
        data = {"version": version, "review_on": NEXT_YEAR.isoformat()}
        assert as_leader.post(url(begun, "adopt"), data).status_code in {404, 422}
    begun.refresh_from_db()
    assert begun.is_open


def test_adopting_an_adopted_mission_leads_to_it(adopted: Mission, as_leader: Client) -> None:
    assert as_leader.get(url(adopted, "adopt"))["Location"] == url(adopted)


def test_a_change_to_an_adopted_mission_says_why_not(adopted: Mission, as_leader: Client) -> None:
    late = as_leader.post(url(adopted, "draft_save"), {"text": "Late", "based_on_version": 1})
    assert late.status_code == 422
    assert "has been adopted" in html(late)
    answer = as_leader.post(url(adopted, "theme_add"), {"name": "Late"})
    assert "has been adopted" in html(answer)
    words = {"feel": "Late", "readiness": "felt"}
    assert as_leader.post(url(adopted, "words_save"), words).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "t" * 10_000),
        ("customer_change", "\x00"),
        ("fit", "perhaps"),
        ("decided_on", "soon"),
        ("decided_on", "0001-01-01"),
    ],
)
def test_a_decision_that_cannot_be_kept_comes_back(
    adopted: Mission, as_leader: Client, field: str, value: str
) -> None:
    data = {
        "title": "A Sunday boat",
        "customer_change": "They can visit",
        "fit": "helps",
        "decided_on": "2026-09-01",
    }
    answer = as_leader.post(page(adopted.organisation, "decision_add"), {**data, field: value})
    assert answer.status_code == 422
    assert not Decision.objects.exists()


# In a browser


def test_hints_appear_while_one_types(
    begun: Mission,
    leader: Membership,
    sign_in_browser: Callable[[User], BrowserContext],
    live_server: LiveServer,
) -> None:
    tab = sign_in_browser(leader.user).new_page()
    tab.goto(live_server.url + url(begun, "draft"))
    tab.get_by_label("The statement").press_sequentially("Your innovative bank")
    expect(tab.locator("#hints")).to_contain_text("A word that anyone could use")
    tab.get_by_role("button", name="Save this version").click()
    expect(tab.get_by_text("Saved as version 1.")).to_be_visible()
