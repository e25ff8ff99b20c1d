"""The mission's pages: who may do what, what is kept, what bad input does."""

import datetime as dt
from collections.abc import Callable
from typing import Protocol

import pytest
from django.contrib.messages import get_messages
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect
from pytest_django import DjangoAssertNumQueries
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from missions import services
from missions.models import Contribution, Decision, Mission, Move, Theme
from programme.models import Membership, Organisation, Role
from tests import factories

NEXT_YEAR = timezone.localdate() + dt.timedelta(days=365)
MARKUP = "<script>alert(1)</script> =1+1"
EMOJI = "🫶🏽 ❤️"
RIGHT_TO_LEFT = "نحن هنا من أجلكم"


class Page(Protocol):
    """An answer of the test client."""

    @property
    def content(self) -> bytes: ...
    @property
    def wsgi_request(self) -> WSGIRequest: ...


def url(mission: Mission, name: str = "mission", **where: object) -> str:
    place = {"organisation": mission.organisation.slug, "mission": mission.pk, **where}
    return reverse(f"missions:{name}", kwargs=place)


def page(organisation: Organisation, name: str) -> str:
    return reverse(f"missions:{name}", args=[organisation.slug])


def said(answer: Page) -> list[str]:
    """The messages that wait for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def html(answer: Page) -> str:
    return answer.content.decode()


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return services.start_mission(
        organisation=leader.organisation, title="Our mission", started_by=leader
    )


@pytest.fixture
def begun(mission: Mission, leader: Membership) -> Mission:
    """With the leader's own words in."""
    services.add_words(mission=mission, author=leader, words={"feel": "Proud of the vans"})
    return mission


@pytest.fixture
def adopted(begun: Mission, leader: Membership) -> Mission:
    text = "Everyone gets across, and nobody is left on the quay."
    draft, _ = services.save_draft(mission=begun, text=text, based_on_version=0, author=leader)
    return services.adopt(mission=begun, draft=draft, review_on=NEXT_YEAR)


def words_of(mission: Mission, count: int, voice: str = "staff") -> list[Contribution]:
    return [
        Contribution.objects.create(
            organisation=mission.organisation, mission=mission, voice=voice, text=f"Said {n}"
        )
        for n in range(count)
    ]


# From the first word to the public page


def test_the_empty_page_offers_the_first_step(
    organisation: Organisation, as_leader: Client, as_member: Client
) -> None:
    address = page(organisation, "index")
    assert page(organisation, "mission_add") in html(as_leader.get(address))
    assert page(organisation, "mission_add") not in html(as_member.get(address))


def test_a_mission_starts_with_a_sensible_title(
    organisation: Organisation, as_leader: Client
) -> None:
    answer = as_leader.post(page(organisation, "mission_add"), {"title": ""})
    made = Mission.objects.get(organisation=organisation)
    assert made.title == f"Mission {timezone.localdate().year}"
    assert answer["Location"] == url(made, "words")


def test_from_words_to_the_public_page(
    mission: Mission, as_leader: Client, organisation: Organisation
) -> None:
    answer = as_leader.post(
        url(mission, "words_save"),
        {"feel": "Proud of the vans", "believe": "", "go": "", "readiness": "felt"},
    )
    assert answer["Location"] == url(mission, "words")
    assert "Proud of the vans" in html(as_leader.get(url(mission, "words")))
    (own,) = mission.contributions.all()
    as_leader.post(url(mission, "themes_sort"), {"words": f"{own.pk}:0", "new_theme": "Care"})
    statement = "Everyone gets across, and nobody is left on the quay."
    as_leader.post(url(mission, "draft_save"), {"text": statement, "based_on_version": 0})
    confirm = html(as_leader.get(url(mission, "adopt")))
    assert statement in confirm
    a_year_on = f"{timezone.localdate().year + 1}-"
    assert f'value="{a_year_on}' in confirm
    answer = as_leader.post(url(mission, "adopt"), {"version": 1, "review_on": NEXT_YEAR})
    assert answer["Location"] == page(organisation, "index")
    assert statement in html(as_leader.get(page(organisation, "index")))

    seen = Client().get(reverse("public_mission", args=[organisation.slug]))
    assert seen.status_code == 200
    assert statement in html(seen)
    assert "Care" in html(seen)
    assert "Proud of the vans" not in html(seen)


def test_the_public_page_has_no_names_or_words_of_anyone(adopted: Mission) -> None:
    Contribution.objects.create(
        organisation=adopted.organisation,
        mission=adopted,
        voice="customer",
        text="They phoned my mother",
        signed_name="Ottoline Grew",
    )
    seen = html(Client().get(reverse("public_mission", args=[adopted.organisation.slug])))
    assert "Ottoline" not in seen
    assert "mother" not in seen
    assert "Customers" in seen


def test_no_adopted_mission_is_no_public_page(organisation: Organisation, mission: Mission) -> None:
    assert Client().get(reverse("public_mission", args=[organisation.slug])).status_code == 404
    assert Client().get(reverse("public_mission", args=["nobody-here"])).status_code == 404


# Words stay hidden until one's own are in


@pytest.mark.parametrize("name", ["words", "themes", "draft"])
def test_nobody_reads_others_words_before_writing(
    mission: Mission, as_manager: Client, name: str
) -> None:
    words_of(mission, 1)
    answer = as_manager.get(url(mission, name), follow=True)
    assert answer.redirect_chain == ([] if name == "words" else [(url(mission, "words"), 302)])
    assert "Said 0" not in html(answer)
    as_manager.post(url(mission, "words_save"), {"feel": "", "believe": "Fairness", "go": ""})
    assert "Said 0" in html(as_manager.get(url(mission, name)))


def test_an_auditor_reads_without_writing(mission: Mission, as_auditor: Client) -> None:
    words_of(mission, 1)
    assert "Said 0" in html(as_auditor.get(url(mission, "words")))


def test_words_are_shown_by_voice(begun: Mission, as_leader: Client) -> None:
    words_of(begun, 1, "customer")
    assert "Said 0" in html(as_leader.get(url(begun, "words") + "?voice=customer"))
    assert "Said 0" not in html(as_leader.get(url(begun, "words") + "?voice=staff"))
    assert "Said 0" in html(as_leader.get(url(begun, "words") + "?voice=nonsense&page=-4x"))


# Who may do what


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("mission_add", {Role.LEADER}),
        ("decision_add", {Role.LEADER, Role.MANAGER}),
        ("words_save", {Role.LEADER, Role.MANAGER, Role.MEMBER}),
        ("ask", {Role.LEADER}),
        ("ask_close", {Role.LEADER}),
        ("theme_add", {Role.LEADER, Role.MANAGER}),
        ("themes_sort", {Role.LEADER, Role.MANAGER}),
        ("theme_edit", {Role.LEADER, Role.MANAGER}),
        ("theme_delete", {Role.LEADER, Role.MANAGER}),
        ("draft_save", {Role.LEADER}),
        ("draft_hints", {Role.LEADER}),
        ("adopt", {Role.LEADER}),
    ],
)
def test_each_change_is_for_those_it_is_for(
    mission: Mission, as_user: Callable[[User], Client], name: str, allowed: set[Role]
) -> None:
    where: dict[str, object] = {}
    if name == "ask":
        where["voice"] = "staff"
    elif name == "ask_close":
        where["asked"] = 1
    elif name.startswith("theme_") and name != "theme_add":
        where["theme"] = 1
    if name in {"mission_add", "decision_add"}:
        address = page(mission.organisation, name)
    else:
        address = url(mission, name, **where)
    for role in Role:
        client = as_user(factories.member(mission.organisation, role).user)
        refused = client.post(address, {}).status_code == 403
        assert refused == (role not in allowed), role


# Nothing typed is lost, and bad input is an error at the field


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


# Themes


def test_a_theme_is_renamed_and_deleted_with_its_words_kept(
    begun: Mission, as_leader: Client
) -> None:
    (words,) = words_of(begun, 1)
    theme = services.create_theme(mission=begun, name="Care", contributions=[words])
    services.create_theme(mission=begun, name="Speed")
    edit = url(begun, "theme_edit", theme=theme.pk)
    seen = {"seen": Move.objects.count()}
    assert "already a theme" in html(as_leader.post(edit, {"name": "speed", **seen}))
    as_leader.post(edit, {"name": "Kindness", **seen})
    theme.refresh_from_db()
    assert theme.name == "Kindness"
    delete = url(begun, "theme_delete", theme=theme.pk)
    assert "1 contribution" in html(as_leader.get(delete))
    assert Theme.objects.filter(pk=theme.pk).exists()
    as_leader.post(delete, {"seen": Move.objects.count()})
    assert not Theme.objects.filter(pk=theme.pk).exists()
    assert Contribution.objects.filter(pk=words.pk).exists()


# Decisions


def test_a_decision_always_says_what_changes_for_the_customer(
    adopted: Mission, as_manager: Client
) -> None:
    address = page(adopted.organisation, "decision_add")
    data = {
        "title": "A Sunday boat",
        "customer_change": "",
        "fit": "helps",
        "outcome": "",
        "decided_on": "2026-09-01",
    }
    assert "never skipped" in html(as_manager.post(address, data))
    assert not Decision.objects.exists()
    as_manager.post(address, {**data, "customer_change": MARKUP})
    made = Decision.objects.get()
    assert made.mission == adopted
    register = html(as_manager.get(page(adopted.organisation, "decisions")))
    assert "A Sunday boat" in register
    assert "<script>alert" not in register
    edit = reverse("missions:decision_edit", args=[adopted.organisation.slug, made.pk])
    as_manager.post(edit, {**data, "customer_change": "They can visit", "outcome": "Full boats"})
    made.refresh_from_db()
    assert (made.customer_change, made.outcome) == ("They can visit", "Full boats")


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


def test_without_an_adopted_mission_there_is_nothing_to_test_against(
    mission: Mission, as_leader: Client
) -> None:
    answer = as_leader.get(page(mission.organisation, "decision_add"))
    assert answer["Location"] == page(mission.organisation, "decisions")


# Lists cost the same however long they are


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_index(
    organisation: Organisation,
    leader: Membership,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for n in range(count):
        services.start_mission(organisation=organisation, title=f"No {n}", started_by=leader)
    as_leader.get(page(organisation, "index"))
    with django_assert_num_queries(3):
        as_leader.get(page(organisation, "index"))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("words", 13), ("themes", 13), ("draft", 15), ("asking", 6)]
)
def test_queries_of_a_missions_pages(
    begun: Mission,
    leader: Membership,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    name: str,
    queries: int,
    count: int,
) -> None:
    for n, words in enumerate(words_of(begun, count)):
        services.create_theme(mission=begun, name=f"Theme {n}", contributions=[words])
        services.save_draft(mission=begun, text=f"Text {n}", based_on_version=n, author=leader)
    address = url(begun, name) + ("?theme=all" if name == "themes" else "")
    as_leader.get(address)
    with django_assert_num_queries(queries):
        as_leader.get(address)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_register(
    adopted: Mission,
    leader: Membership,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for n in range(count):
        services.record_decision(
            mission=adopted,
            title=f"Decision {n}",
            customer_change="Sooner home",
            fit="helps",
            outcome="",
            decided_on=dt.date(2026, 9, 1),
            decided_by=leader,
        )
    as_leader.get(page(adopted.organisation, "decisions"))
    with django_assert_num_queries(10):
        as_leader.get(page(adopted.organisation, "decisions"))


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
