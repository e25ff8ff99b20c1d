"""Suggested themes, and what a draft takes up: what is offered, used, undone, and left alone."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect
from pytest_django import DjangoAssertNumQueries
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from missions import queries, services
from missions.coverage import coverage
from missions.grouping import names_said
from missions.models import Contribution, Mission, Move, Theme, ThemeSuggestion
from missions.services import MissionsError, theme_suggestions
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.conftest import wait_until
from tests.missions import begin, html, said, say, url
from tests.test_theme_languages import POLISH

BREAD = [
    "Warm bread when the door opens in the morning",
    "The bread is still warm in the morning",
    "Bread that is warm every morning",
    "I come for the warm bread",
]
NAMES = [
    "You know my name when I come in",
    "They remember my name and ask after my mother",
    "Staff who know your name",
    "Being greeted by name",
]
GERMAN = [
    "Das Brot ist am Morgen noch warm und der Laden riecht nach Brot",
    "Ich mag das warme Brot am Morgen und die Leute im Laden",
    "Sie kennen meinen Namen und fragen nach der Familie",
]
CARE = "We bake warm bread every morning."


@pytest.fixture
def mission(leader: Membership) -> Mission:
    """With the leader's own words in."""
    return begin(leader, felt="Proud of the vans we drive")


def many(count: int) -> list[str]:
    return [f"{(BREAD + NAMES)[n % 8]}, round {n}" for n in range(count)]


def suggested(mission: Mission) -> ThemeSuggestion:
    return ThemeSuggestion.objects.get(mission=mission)


def use(client: Client, mission: Mission, step: str = "5", **names: str) -> str:
    """Use the suggestion as it stands, with those names instead; what is said."""
    groups = suggested(mission).groups[step]
    given = {f"name-{place}": group["name"] for place, group in enumerate(groups)} | {
        key.replace("_", "-"): name for key, name in names.items()
    }
    answer = client.post(url(mission, "theme_suggestion_use"), {"step": step, **given})
    assert answer.status_code == 302
    return said(answer)[-1]


# Asking


def test_eight_are_grouped_at_once_and_nothing_changes(mission: Mission, as_leader: Client) -> None:
    say(mission, *BREAD, *NAMES)
    answer = as_leader.post(url(mission, "theme_suggestion_add"))
    assert answer["Location"] == url(mission, "theme_suggestion")
    assert suggested(mission).state == "ready"
    texts = {words.pk: words.text for words in mission.contributions.all()}
    groups = [
        {texts[key] for key in group["contributions"]} for group in suggested(mission).groups["5"]
    ]
    assert any(len(group & set(BREAD)) >= 3 and not group & set(NAMES) for group in groups)
    assert not mission.themes.exists()
    for step in (*theme_suggestions.STEPS, "nonsense"):
        shown = html(as_leader.get(url(mission, "theme_suggestion") + f"?step={step}"))
        assert "Use these themes" in shown or not suggested(mission).groups[step]
        assert "would stay under “Not yet themed”" in shown
    grouped = [
        sum(len(group["contributions"]) for group in suggested(mission).groups[step])
        for step in theme_suggestions.STEPS
    ]
    assert len(grouped) == 9
    assert grouped == sorted(grouped)


@pytest.mark.parametrize("words", [[], ["Warm bread"]])
def test_nothing_to_group_is_said(mission: Mission, as_leader: Client, words: list[str]) -> None:
    mission.contributions.all().delete()
    say(mission, *words)
    answer = as_leader.post(url(mission, "theme_suggestion_add"))
    assert answer["Location"] == url(mission, "themes")
    assert not ThemeSuggestion.objects.exists()
    assert "Suggest themes" not in html(as_leader.get(url(mission, "themes"), follow=True))


def test_other_languages_are_grouped_by_hand(mission: Mission, as_leader: Client) -> None:
    mission.contributions.update(text=POLISH[0])
    say(mission, *POLISH)
    shown = html(as_leader.get(url(mission, "themes")))
    assert "Suggestions are off" in shown
    assert "theme_suggestion_add" not in shown
    answer = as_leader.post(url(mission, "theme_suggestion_add"))
    assert "read English, German, French, Spanish and Arabic" in said(answer)[-1]
    assert not ThemeSuggestion.objects.exists()
    shown = html(as_leader.get(url(mission, "draft")))
    assert "they compare English only" in shown
    seen = coverage(mission, CARE)
    assert seen is not None
    assert not seen.guesses


@pytest.mark.django_db(transaction=True)
def test_four_hundred_go_to_the_worker(
    mission: Mission, as_leader: Client, celery_worker: None
) -> None:
    say(mission, *many(400))
    as_leader.post(url(mission, "theme_suggestion_add"))
    wait_until(lambda: suggested(mission).state == "ready", 60)
    assert suggested(mission).groups["5"]
    assert "Use these themes" in html(as_leader.get(url(mission, "theme_suggestion")))


def test_the_page_says_how_far_it_is_and_loads_anew_when_done(
    mission: Mission, as_leader: Client
) -> None:
    say(mission, *many(400))
    as_leader.post(url(mission, "theme_suggestion_add"))
    address = url(mission, "theme_suggestion")
    assert suggested(mission).state == "finding"
    assert 'value="0"' in html(as_leader.get(address))
    as_leader.post(url(mission, "theme_suggestion_add"))
    poll = as_leader.get(address, headers={"HX-Request": "true"})
    assert "<html" not in html(poll)
    assert "HX-Refresh" not in poll.headers
    # The message was lost: the sweep takes it up, once it is silent for long enough.
    theme_suggestions.resume_suggestions()
    assert suggested(mission).state == "finding"
    longer_ago = suggested(mission).heard_at - 2 * theme_suggestions._DEAD_AFTER
    ThemeSuggestion.objects.update(heard_at=longer_ago)
    theme_suggestions.resume_suggestions()
    assert suggested(mission).state == "ready"
    poll = as_leader.get(address, headers={"HX-Request": "true"})
    assert poll["HX-Refresh"] == "true"


def test_one_that_fails_again_and_again_is_given_up(mission: Mission, as_leader: Client) -> None:
    say(mission, *many(400))
    as_leader.post(url(mission, "theme_suggestion_add"))
    longer_ago = suggested(mission).heard_at - 2 * theme_suggestions._DEAD_AFTER
    ThemeSuggestion.objects.update(heard_at=longer_ago, attempts=3)
    theme_suggestions.resume_suggestions()
    assert suggested(mission).state == "failed"
    assert "Try again" in html(as_leader.get(url(mission, "theme_suggestion")))


@pytest.mark.parametrize("name", ["theme_suggestion_add", "theme_suggestion_use"])
def test_only_leaders_and_managers_suggest(
    mission: Mission, as_user: Callable[[User], Client], name: str
) -> None:
    for role in Role:
        client = as_user(factories.member(mission.organisation, role).user)
        refused = client.post(url(mission, name)).status_code == 403
        assert refused == (role not in {Role.LEADER, Role.MANAGER}), role
    assert not mission.themes.exists()


def test_nobody_sees_suggestions_before_writing(mission: Mission, as_manager: Client) -> None:
    say(mission, *BREAD, *NAMES)
    theme_suggestions.suggest_themes(mission=mission)
    answer = as_manager.get(url(mission, "theme_suggestion"), follow=True)
    assert answer.redirect_chain == [(url(mission, "words"), 302)]
    assert BREAD[0] not in html(answer)


def test_a_typed_name_stays_while_its_group_does(mission: Mission, as_leader: Client) -> None:
    say(mission, *BREAD, *NAMES)
    as_leader.post(url(mission, "theme_suggestion_add"))
    made = suggested(mission)
    bread = made.groups["5"][0]
    other = dict(made.groups["5"][0], contributions=bread["contributions"][:2])
    made.groups["6"] = [other, bread]
    made.save()
    typed = {"step": "6", "named_at": "5", "name-0": "What I call it", "name-99": "Nothing"}
    headers = {"HX-Request": "true"}
    answer = as_leader.post(url(mission, "theme_suggestion"), typed, headers=headers)
    assert 'name="name-1" value="What I call it"' in html(answer)
    assert html(answer).count("What I call it") == 1
    assert answer["HX-Replace-Url"].endswith("?step=6")
    assert not mission.themes.exists()


# Using and undoing


def test_using_themes_only_what_is_in_the_tray(mission: Mission, as_leader: Client) -> None:
    words = say(mission, *BREAD, *NAMES)
    own = services.create_theme(mission=mission, name=BREAD[3], contributions=[words[0]])
    as_leader.post(url(mission, "theme_suggestion_add"))
    # Sorted by hand, hidden and said after the suggestion.
    services.move_words(mission=mission, picked=[(words[1].pk, 0)], to=own.pk)
    Contribution.objects.filter(pk=words[4].pk).update(is_hidden=True)
    (late,) = say(mission, "Warm bread at noon as well")
    assert "undo it all" in use(as_leader, mission)
    assert set(own.contributions.all()) == {words[0], words[1]}
    own.refresh_from_db()
    assert own.name == BREAD[3]
    for untouched in (words[4], late):
        assert not untouched.themes.exists()
    names = [theme.name.casefold() for theme in mission.themes.all()]
    assert len(names) == len(set(names)) > 1


def test_a_used_suggestion_is_one_move_that_can_be_undone(
    mission: Mission, leader: Membership, as_leader: Client
) -> None:
    say(mission, *BREAD, *NAMES)
    services.create_theme(mission=mission, name="Ours")
    as_leader.post(url(mission, "theme_suggestion_add"))
    use(as_leader, mission)
    used = Move.objects.get(mission=mission, kind="suggestion")
    assert used.by == leader
    made = mission.themes.exclude(name="Ours")
    assert made.count() >= 2
    assert "would stay" in html(as_leader.get(url(mission, "theme_suggestion")))
    # Someone worked on with it: that comes first.
    renamed = services.rename_theme(theme=made[0], name="Bread of the day")
    answer = as_leader.post(url(mission, "move_undo", move=used.pk))
    assert answer.status_code == 409
    assert "is called “Bread of the day” now" in html(answer)
    services.undo_move(move=renamed)
    as_leader.post(url(mission, "move_undo", move=used.pk))
    assert list(mission.themes.values_list("name", flat=True)) == ["Ours"]
    assert mission.contributions.filter(themes=None).count() == 9
    assert "Use these themes" in html(as_leader.get(url(mission, "theme_suggestion")))


def test_names_are_ones_own_and_an_empty_one_is_left_out(
    mission: Mission, as_leader: Client
) -> None:
    say(mission, *BREAD, *NAMES)
    as_leader.post(url(mission, "theme_suggestion_add"))
    count = len(suggested(mission).groups["5"])
    use(as_leader, mission, name_0="<b>Bread</b>", name_1="")
    assert mission.themes.count() == count - 1
    assert mission.themes.filter(name="<b>Bread</b>").exists()
    assert "<b>Bread" not in html(as_leader.get(url(mission, "themes")))


@pytest.mark.parametrize("name", ["x" * 191, "a\x00b", "y" * 100_000])
def test_a_name_that_cannot_be_kept_comes_back(
    mission: Mission, as_leader: Client, name: str
) -> None:
    say(mission, *BREAD, *NAMES)
    as_leader.post(url(mission, "theme_suggestion_add"))
    given = {"step": "5", "name-0": name, "name-1": "Kept as typed"}
    answer = as_leader.post(url(mission, "theme_suggestion_use"), given)
    assert answer.status_code == 422
    assert "Kept as typed" in html(answer)
    assert not mission.themes.exists()


@pytest.mark.parametrize("step", ["", "nonsense", "\x00"])
def test_a_step_that_there_is_not_changes_nothing(
    mission: Mission, as_leader: Client, step: str
) -> None:
    say(mission, *BREAD, *NAMES)
    as_leader.post(url(mission, "theme_suggestion_add"))
    data = {"step": step, "name-0": "Bread"}
    answer = as_leader.post(url(mission, "theme_suggestion_use"), data)
    assert "Look again and choose" in said(answer)[-1]
    assert not mission.themes.exists()


def test_an_adopted_mission_is_left_as_it_is(mission: Mission, as_leader: Client) -> None:
    say(mission, *BREAD, *NAMES)
    as_leader.post(url(mission, "theme_suggestion_add"))
    Mission.objects.update(state=Mission.State.ADOPTED)
    mission.refresh_from_db()
    with pytest.raises(MissionsError, match="has been adopted"):
        theme_suggestions.suggest_themes(mission=mission)
    with pytest.raises(MissionsError, match="has been adopted"):
        theme_suggestions.use_suggestion(mission=mission, step="5", names={0: "Bread"})
    assert "Use these themes" not in html(as_leader.get(url(mission, "theme_suggestion")))


# What a draft takes up


@pytest.fixture
def themed(mission: Mission) -> tuple[Theme, Theme]:
    words = say(mission, *BREAD, *NAMES)
    return (
        services.create_theme(mission=mission, name="Bread", contributions=words[:4]),
        services.create_theme(mission=mission, name="By name", contributions=words[4:]),
    )


def test_what_customers_said_and_the_draft_does_not(
    mission: Mission, themed: tuple[Theme, Theme], as_leader: Client
) -> None:
    answer = as_leader.post(url(mission, "draft_hints"), {"text": CARE})
    seen = answer.context["coverage"]
    assert [one.level for one in seen.themes] == ["covered", "missing"]
    assert [one.name for one in seen.unsaid] == ["By name"]
    assert seen.themes[0].clause == "We bake warm bread every morning"
    # The leader's words are in no theme; half of the customers' are in one that is taken up.
    assert [(one.key, one.level) for one in seen.voices] == [("customer", "partly")]
    assert "<html" not in html(answer)
    assert html(answer).count('hx-swap-oob="true"') == 6
    assert not mission.drafts.exists()


def test_what_may_say_the_opposite(mission: Mission, themed: tuple[Theme, Theme]) -> None:
    seen = coverage(mission, "We never bake warm bread in the morning.")
    assert seen is not None
    assert seen.themes[0].level == "opposite"
    assert seen.unsaid[0].name in {"Bread", "By name"}
    assert {one.level for one in seen.unsaid} == {"opposite", "missing"}


def test_coverage_follows_every_change(
    mission: Mission, themed: tuple[Theme, Theme], organisation: Organisation
) -> None:
    def levels() -> list[tuple[str, str]]:
        seen = coverage(mission, CARE)
        assert seen is not None
        return [(one.name, one.level) for one in seen.themes]

    bread, by_name = themed
    assert levels() == [("Bread", "covered"), ("By name", "missing")]
    services.rename_theme(theme=bread, name="Loaves")
    assert levels()[0] == ("Loaves", "covered")
    picked = [(words.pk, bread.pk) for words in bread.contributions.all()]
    services.move_words(mission=mission, picked=picked, to=by_name.pk, keep=True)
    assert levels()[1][1] != "missing"
    bread.contributions.update(is_hidden=True)
    assert levels() == [("By name", "missing")]
    mission.contributions.update(text=GERMAN[0])
    seen = coverage(mission, CARE)
    assert seen is not None
    assert not seen.guesses
    assert not seen.voices + seen.unsaid
    assert {one.level for one in seen.themes} == {"unknown"}


def test_a_keystroke_over_five_thousand_reads_no_words_again(
    mission: Mission, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    words = say(mission, *many(5000))
    for start in range(0, 5000, 250):
        services.create_theme(
            mission=mission, name=f"Theme {start}", contributions=words[start : start + 250]
        )
    coverage(mission, CARE)
    with django_assert_num_queries(1):
        coverage(mission, f"{CARE} And we know you by name.", typing=True)
    with django_assert_num_queries(3):
        coverage(mission, f"{CARE} And we know you by name.")


def test_real_wishes_make_themes(mission: Mission, shared_data: Path) -> None:
    with (shared_data / "polis-bg2050" / "comments.csv").open(encoding="utf-8") as file:
        wishes = [row["comment-body"] for row in csv.DictReader(file)][:300]
    say(mission, *wishes[:290])
    theme_suggestions.suggest_themes(mission=mission)
    groups = suggested(mission).groups
    assert 5 <= len(groups["5"]) <= 40
    assert all(0 < len(group["name"]) <= 64 for group in groups["5"])


def test_a_towns_wishes_become_a_board_with_the_loose_ones_in_the_tray(
    mission: Mission, as_leader: Client, shared_data: Path
) -> None:
    with (shared_data / "polis-bg2050" / "comments.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["moderated"] == "1"]
    Organisation.objects.filter(pk=mission.organisation_id).update(name="Bowling Green")
    say(mission, *[row["comment-body"] for row in rows])
    theme_suggestions.find_themes(
        suggestion_id=theme_suggestions.suggest_themes(mission=mission).pk
    )
    move = theme_suggestions.use_suggestion(
        mission=mission, step="5", names={place: f"Theme {place}" for place in range(99)}
    )
    loose = mission.contributions.filter(themes=None).count()
    assert 12 <= mission.themes.count() <= 30
    assert 3 <= loose <= 60
    answer = as_leader.get(url(mission, "themes"))
    assert answer.context["tray"].paginator.count == loose
    assert len(answer.context["cards"]) <= 24
    services.undo_move(move=move)
    assert mission.contributions.filter(themes=None).count() == len(rows) + 1


def test_people_and_places_are_left_out_of_the_comparison(
    mission: Mission, leader: Membership
) -> None:
    factories.staff(mission.organisation, name="Grace Miller")
    factories.team(mission.organisation, name="Riverside")
    names = queries.own_names(mission.organisation)
    assert {"Grace Miller", "Riverside", mission.organisation.name, leader.user.name} <= set(names)
    said = ["Grace is kind", "I like Riverside", "Mr Miller and the miller next door"]
    assert names_said(said, names) == ["Grace", "Riverside"]


def test_marks_appear_while_one_types(
    mission: Mission,
    themed: tuple[Theme, Theme],
    leader: Membership,
    sign_in_browser: Callable[[User], BrowserContext],
    live_server: LiveServer,
) -> None:
    tab = sign_in_browser(leader.user).new_page()
    tab.goto(live_server.url + url(mission, "draft"))
    bread = tab.locator(f"#taken-up-{themed[0].pk}")
    expect(bread).to_contain_text("Missing")
    tab.get_by_label("The statement").press_sequentially(CARE)
    expect(bread).to_contain_text("Covered")
    expect(tab.locator("#unsaid")).to_contain_text("By name")
    expect(tab.locator("#unsaid")).not_to_contain_text("Bread")
