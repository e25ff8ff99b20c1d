"""The mission's pages: from the first word to the public page, and who may do what."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from missions import services
from missions.models import Contribution, Decision, Mission, Move, Theme
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.missions import MARKUP, NEXT_YEAR, adopt, begin, html, page, url


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
