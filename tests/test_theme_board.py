"""The theme board's pages: what is shown, what is refused, what is exported."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from missions import board, services
from missions.models import Contribution, Mission, Move, Theme
from programme.models import Membership, Role
from tests import factories
from tests.missions import begin, board_of, html, said, say, theme, url

HTMX = {"HX-Request": "true"}


@pytest.fixture
def mission(leader: Membership) -> Mission:
    """With the leader's own words in."""
    return begin(leader, felt="Proud of the vans")


@pytest.fixture
def colleague(mission: Mission, manager: Membership) -> Membership:
    """A second one at the board, with words of their own in."""
    services.add_words(mission=mission, author=manager, words={"feel": "Proud of the night desk"})
    return manager


def test_a_stale_move_answers_409_and_loses_nothing(
    mission: Mission, as_leader: Client, colleague: Membership
) -> None:
    one, two = say(mission, "One", "Two")
    a = theme(mission, "A")
    seen = board.mark(mission).number
    services.delete_theme(theme=a, by=colleague)
    data = {
        "words": [f"{one.pk}:0", f"{two.pk}:0"],
        "to": a.pk,
        "new_theme": "",
        "seen": seen,
    }
    for headers in ({}, HTMX):
        answer = as_leader.post(url(mission, "themes_sort"), data, headers=headers)
        assert answer.status_code == 409
        shown = html(answer)
        assert f"{colleague.user}: Deleted “A”." in shown
        assert shown.count("checked") == 2
    data["new_theme"] = "Typed <b>with care</b>"
    services.move_words(mission=mission, picked=[(one.pk, 0)], new_theme="Elsewhere")
    answer = as_leader.post(url(mission, "themes_sort"), data)
    assert answer.status_code == 409
    assert 'value="Typed &lt;b&gt;with care&lt;/b&gt;"' in html(answer)
    assert not Theme.objects.filter(name__startswith="Typed").exists()
    # A form that says nothing of what it saw is held to have seen nothing.
    rename = url(mission, "theme_edit", theme=Theme.objects.get().pk)
    assert as_leader.post(rename, {"name": "Mine"}).status_code == 409


def test_the_poll_says_nothing_until_something_changed(
    mission: Mission,
    as_leader: Client,
    colleague: Membership,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    (one,) = say(mission, "One")
    a = theme(mission, "A")
    seen = {"mark": str(board.mark(mission))}
    with django_assert_num_queries(4):
        assert as_leader.get(url(mission, "board_changes"), seen).status_code == 204
    services.move_words(mission=mission, picked=[(one.pk, 0)], to=a.pk, by=colleague)
    answer = as_leader.get(url(mission, "board_changes"), seen, headers=HTMX)
    assert answer.status_code == 200
    assert f"{colleague.user}: Moved 1 contribution" in html(answer)
    assert "<html" not in html(answer)
    for change in (
        lambda: say(mission, "New"),
        lambda: Contribution.objects.filter(pk=one.pk).update(is_hidden=True),
        lambda: Contribution.objects.filter(pk=one.pk).update(is_hidden=False, text="Other"),
    ):
        seen = {"mark": str(board.mark(mission))}
        change()
        assert as_leader.get(url(mission, "board_changes"), seen).status_code == 200
    for nonsense in ("", "x", "9" * 99, "-"):
        answer = as_leader.get(url(mission, "board_changes"), {"mark": nonsense})
        assert answer.status_code == 200


# The page


def test_the_board_shows_what_fits_and_pages_the_rest(
    mission: Mission, leader: Membership, as_leader: Client
) -> None:
    words = say(mission, *[f"Said {n}." for n in range(30)])
    for n in range(26):
        theme(mission, f"Theme {n}", *(words[:6] if n == 0 else ()))
    rude = words[0]
    services.hide_contribution(contribution=rude, reason="Rude", by=leader)
    answer = as_leader.get(url(mission, "themes"))
    shown = html(answer)
    assert len(answer.context["cards"]) == 24
    assert len(answer.context["tray"].object_list) == 20
    assert ">1 more<" in shown
    assert "Said 0." not in shown
    first = answer.context["cards"][0]
    assert (first.shown.counts.customer, first.earlier) == (5, None)
    assert "Theme 25" in html(as_leader.get(url(mission, "themes") + "?page=2"))
    assert len(as_leader.get(url(mission, "themes") + "?tray=2").context["tray"].object_list) == 5
    opened = as_leader.get(url(mission, "themes") + f"?theme={first.shown.theme.pk}")
    assert {one.text for one in opened.context["page"]} == {f"Said {n}." for n in range(1, 6)}
    assert "split them off into a new theme" in html(opened)
    everything = as_leader.get(url(mission, "themes") + "?theme=all")
    assert everything.context["page"].paginator.count == 30
    for nonsense in ("?theme=999999999999999999999", "?page=x&tray=-1", "?theme=&page=99999"):
        assert as_leader.get(url(mission, "themes") + nonsense).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [("", 15), ("?theme=all", 13)])
def test_queries_of_the_board(
    mission: Mission,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    query: str,
    queries: int,
) -> None:
    for n in range(count):
        theme(mission, f"Theme {n}", *say(mission, f"Said {n}"))
    say(mission, *[f"Loose {n}" for n in range(count)])
    as_leader.get(url(mission, "themes") + query)
    with django_assert_num_queries(queries):
        as_leader.get(url(mission, "themes") + query)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_log(
    mission: Mission,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for n in range(count):
        theme(mission, f"Theme {n}", *say(mission, f"Said {n}"))
    as_leader.get(url(mission, "moves"))
    with django_assert_num_queries(10):
        as_leader.get(url(mission, "moves"))


def test_moves_by_form_alone(mission: Mission, as_leader: Client) -> None:
    """Without script: tick, choose, send; each goes back to where one was."""
    one, two = say(mission, "One", "Two")
    sort = url(mission, "themes_sort")
    answer = as_leader.post(
        sort, {"words": [f"{one.pk}:0", f"{two.pk}:0"], "new_theme": "Care", "looking": "tray=2&x"}
    )
    assert answer["Location"] == url(mission, "themes") + "?tray=2"
    assert said(answer) == ["Put 2 contributions into a new “Care”."]
    care = Theme.objects.get()
    seen = {"seen": board.mark(mission).number}
    as_leader.post(sort, {"words": f"{one.pk}:{care.pk}", "to": 0, **seen})
    assert list(care.contributions.all()) == [two]
    undo = url(mission, "move_undo", move=Move.objects.first().pk)  # type: ignore[union-attr]
    assert "Undid: Moved 1 contribution" in said(as_leader.post(undo))[-1]
    as_leader.post(url(mission, "theme_add"), {"name": "Speed"})
    speed = Theme.objects.get(name="Speed")
    seen = {"seen": board.mark(mission).number}
    as_leader.post(url(mission, "themes_place"), {"place": f"{speed.pk}:{care.pk}", **seen})
    assert [each.name for each in mission.themes.all()] == ["Speed", "Care"]
    seen = {"seen": board.mark(mission).number}
    as_leader.post(url(mission, "themes_merge"), {"theme": care.pk, "into": speed.pk, **seen})
    assert board_of(mission) == [(speed.pk, "Speed", [one.pk, two.pk])]


def test_what_cannot_be_done_says_why_and_keeps_what_was_typed(
    mission: Mission, as_leader: Client
) -> None:
    (words,) = say(mission, "One")
    elsewhere = factories.member(factories.organisation(), Role.LEADER)
    other = services.start_mission(
        organisation=elsewhere.organisation, title="Other", started_by=elsewhere
    )
    theirs = theme(other, "Theirs")
    (foreign,) = say(other, "Foreign")
    mine = f"{words.pk}:0"
    cases: list[tuple[str, dict[str, object], str, int]] = [
        ("themes_sort", {"new_theme": "Care"}, "Tick the words first", 422),
        ("themes_sort", {"words": mine}, "Choose a theme", 422),
        ("themes_sort", {"words": mine, "to": 0, "keep": 1}, "move it there", 422),
        ("themes_sort", {"words": mine, "to": "x"}, "no longer there", 422),
        ("themes_sort", {"words": mine, "to": theirs.pk}, "no longer as you saw it", 409),
        ("themes_sort", {"words": f"{foreign.pk}:0", "new_theme": "C"}, "no longer as", 409),
        ("themes_sort", {"words": f"{words.pk}:{theirs.pk}", "to": 0}, "no longer as", 409),
        ("themes_sort", {"words": "x", "new_theme": "Care"}, "no longer there", 422),
        ("themes_sort", {"words": mine, "new_theme": "a\x00"}, "a character in this text", 422),
        ("themes_sort", {"words": mine, "new_theme": "n" * 201}, "201 characters", 422),
        ("themes_sort", {"words": mine, "to": 0}, "how it is already", 422),
        ("theme_add", {"name": ""}, "Give the theme a name", 422),
        ("themes_merge", {"theme": theirs.pk}, "Choose the theme to merge", 422),
        ("themes_merge", {"theme": theirs.pk, "into": theirs.pk}, "no longer as", 409),
        ("themes_place", {"place": f"{theirs.pk}:0"}, "no longer as", 409),
        ("themes_place", {"place": "nonsense"}, "", 422),
    ]
    for name, data, problem, status in cases:
        answer = as_leader.post(url(mission, name), data)
        assert answer.status_code == status, (name, data)
        assert problem in html(answer), (name, data)
        if data.get("words") == mine:
            assert "checked" in html(answer)
    assert not mission.themes.exists()
    assert not Move.objects.filter(mission=mission).exists()
    assert not theirs.contributions.exists()


POSTS = ["themes_sort", "theme_add", "themes_merge", "themes_place"]


@pytest.mark.parametrize("role", list(Role))
def test_only_leaders_and_managers_move(
    mission: Mission, as_user: Callable[[User], Client], role: Role
) -> None:
    someone = factories.member(mission.organisation, role)
    if role != Role.AUDITOR:
        services.add_words(mission=mission, author=someone, words={"feel": "Glad"})
    theme(mission, "A", *say(mission, "One"))
    client = as_user(someone.user)
    made = Move.objects.get()
    editor = role in {Role.LEADER, Role.MANAGER}
    for name in POSTS:
        assert (client.post(url(mission, name)).status_code == 403) is not editor
    undo = url(mission, "move_undo", move=made.pk)
    page = html(client.get(url(mission, "themes")))
    log = html(client.get(url(mission, "moves")))
    assert ('name="words"' in page) is editor
    assert (undo in log) is editor
    assert "Put 1 contribution into a new “A”." in log
    assert "“One”" in log
    assert (client.post(undo).status_code == 403) is not editor


def test_another_missions_moves_are_not_found(mission: Mission, as_leader: Client) -> None:
    elsewhere = factories.member(factories.organisation(), Role.LEADER)
    other = services.start_mission(
        organisation=elsewhere.organisation, title="Other", started_by=elsewhere
    )
    theme(other, "Theirs")
    undo = url(mission, "move_undo", move=Move.objects.get().pk)
    assert as_leader.post(undo).status_code == 404


def test_nobody_sees_the_board_before_writing(mission: Mission, as_manager: Client) -> None:
    say(mission, "Warm bread")
    for name in ("themes", "moves", "board_changes"):
        answer = as_manager.get(url(mission, name))
        assert answer["Location"] == url(mission, "words")
    for kind in ("csv", "xlsx"):
        answer = as_manager.get(url(mission, "themes_table", kind=kind))
        assert answer["Location"] == url(mission, "words")


def test_the_log_never_shows_hidden_words(
    mission: Mission, leader: Membership, as_leader: Client
) -> None:
    (rude,) = say(mission, "Damn them all")
    theme(mission, "A", rude)
    services.hide_contribution(contribution=rude, reason="Rude", by=leader)
    for name in ("themes", "moves"):
        assert "Damn them" not in html(as_leader.get(url(mission, name)))
    table = as_leader.get(url(mission, "themes_table", kind="csv")).content.decode()
    assert "Damn them" not in table
    assert as_leader.get(url(mission, "themes") + "?theme=all").status_code == 200


# Words of every sort

HARD = {
    "long": "Warm bread. " * 833,
    "one word": "Bread",
    "emoji": "🫶🏽🥐",
    "right to left": "نحن هنا من أجلكم",
    "Chinese": "面包很好吃",
    "markup": "<script>alert(1)</script><b>x</b>",
    "formula": '=HYPERLINK("http://x.example")',
    "command": "+1+1|cmd",
}


def test_hard_texts_are_text_on_the_board_and_in_its_tables(
    mission: Mission, as_leader: Client
) -> None:
    words = say(mission, *HARD.values(), HARD["one word"])
    hard = theme(mission, HARD["markup"], *words[:4], words[8])
    for query in ("", f"?theme={hard.pk}", "?theme=all"):
        shown = html(as_leader.get(url(mission, "themes") + query))
        assert "<script>alert" not in shown
        assert "<b>x" not in shown
        assert HARD["emoji"] in shown
        assert shown.count('dir="auto"') > 5
    assert len(html(as_leader.get(url(mission, "themes")))) < 60_000
    opened = html(as_leader.get(url(mission, "themes") + f"?theme={hard.pk}"))
    assert "Read it all" in opened
    # The same words twice stay two contributions.
    assert opened.count(">Bread<") == 2
    assert "&lt;script&gt;" in html(as_leader.get(url(mission, "moves")))

    table = as_leader.get(url(mission, "themes_table", kind="csv"))
    lines = table.content.decode("utf-8-sig")
    assert lines.splitlines()[0].startswith("theme,leader,staff,customers,contribution,voice")
    assert "'=HYPERLINK" in lines
    assert "'+1+1|cmd" in lines
    book = openpyxl.load_workbook(
        io.BytesIO(as_leader.get(url(mission, "themes_table", kind="xlsx")).content)
    )
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert len(rows) == 1 + 5 + 5
    assert rows[1][:6] == (HARD["markup"], 0, 0, 5, HARD["long"].strip(), "Customer") or rows[1][
        :5
    ] == (HARD["markup"], 0, 0, 5, HARD["long"])
    assert (HARD["right to left"] in {row[4] for row in rows}) is True


def test_the_export_asks_the_database_three_times_for_its_rows(
    mission: Mission, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(3):
        theme(mission, f"Theme {n}", *say(mission, f"Said {n}", f"Too {n}"))
    theme(mission, "Empty")
    with django_assert_num_queries(3):
        rows = board.table_rows(mission)
    assert [row[0] for row in rows] == [*sorted(["Theme 0", "Theme 1", "Theme 2"] * 2), "Empty", ""]
