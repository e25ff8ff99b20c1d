"""The theme board: moves, taking them back, two people at once, what is shown and exported."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from missions import board, queries, services
from missions.models import Contribution, Mission, Move, Theme
from missions.moves import Change, Touched, turned
from missions.services import ContradictionError, MissionsError, StaleBoardError
from programme.models import Membership, Role
from tests import factories
from tests.test_mission_pages import html, said, url

HTMX = {"HX-Request": "true"}


@pytest.fixture
def mission(leader: Membership) -> Mission:
    """With the leader's own words in."""
    begun = services.start_mission(
        organisation=leader.organisation, title="Our mission", started_by=leader
    )
    services.add_words(mission=begun, author=leader, words={"feel": "Proud of the vans"})
    return begun


@pytest.fixture
def colleague(mission: Mission, manager: Membership) -> Membership:
    """A second one at the board, with words of their own in."""
    services.add_words(mission=mission, author=manager, words={"feel": "Proud of the night desk"})
    return manager


def say(mission: Mission, *texts: str, voice: str = "customer") -> list[Contribution]:
    return [
        Contribution.objects.create(
            organisation=mission.organisation, mission=mission, voice=voice, text=text
        )
        for text in texts
    ]


def theme(mission: Mission, name: str, *words: Contribution) -> Theme:
    return services.create_theme(mission=mission, name=name, contributions=words)


def state(mission: Mission) -> list[tuple[int, str, list[int]]]:
    """The whole board: every theme in order, with its words."""
    return [
        (one.pk, one.name, sorted(one.contributions.values_list("pk", flat=True)))
        for one in mission.themes.all()
    ]


def number(mission: Mission) -> int:
    return board.mark(mission).number


# What a move is


def changes() -> st.SearchStrategy[Change]:
    keys = st.lists(st.integers(1, 99), max_size=4, unique=True).map(tuple)
    return st.builds(
        Change,
        kind=st.sampled_from(["make", "drop", "put", "take", "name", "order"]),
        theme=st.integers(0, 99),
        name=st.text(max_size=5),
        was=st.text(max_size=5),
        place=st.integers(0, 9),
        words=keys,
        before=keys,
    )


@given(st.lists(changes(), max_size=5))
def test_a_move_turned_twice_is_itself_and_survives_being_kept(made: list[Change]) -> None:
    assert turned(turned(made)) == made
    assert [Change.from_json(one.as_json()) for one in made] == made


def test_what_contradicts_what() -> None:
    put, named = Change("put", theme=1, words=(5,)), Change("name", theme=1, name="B", was="A")
    order = Change("order", words=(1, 2), before=(2, 1))
    counts_on, removes = Touched(themes=frozenset({1})), Touched(dropped=frozenset({1}))
    assert not counts_on.contradicted_by([put, order])
    assert counts_on.contradicted_by([named])
    assert removes.contradicted_by([put])
    assert Touched(order=True).contradicted_by([order])
    assert not Touched(themes=frozenset({2}), order=True).contradicted_by([put, named])


# Moves


def test_words_move_stay_as_well_and_go_back_to_the_tray(
    mission: Mission, leader: Membership
) -> None:
    first, second = say(mission, "Warm bread", "By name")
    bread, names = theme(mission, "Bread", first), theme(mission, "Names")
    one = services.move_words(mission=mission, picked=[(second.pk, 0)], to=names.pk, by=leader)
    assert one.summary == "Moved 1 contribution from the tray to “Names”."
    assert (one.by, one.kind) == (leader, "words")
    both = [(first.pk, bread.pk)]
    again = services.move_words(mission=mission, picked=both, to=names.pk, keep=True)
    assert again.summary == "Put 1 contribution into “Names” as well."
    assert set(first.themes.all()) == {bread, names}
    services.move_words(mission=mission, picked=both)
    assert list(first.themes.all()) == [names]
    split = services.move_words(mission=mission, picked=[(first.pk, names.pk)], new_theme="Smell")
    assert split.kind == "split"
    assert split.summary == "Split 1 contribution off “Names” into a new “Smell”."
    assert [theme.name for theme in first.themes.all()] == ["Smell"]


def test_merging_keeps_every_word_once_and_hidden_ones_too(mission: Mission) -> None:
    one, two, rude = say(mission, "Warm bread", "Fresh bread", "Damn bread")
    bread, rolls = theme(mission, "Bread", one, two), theme(mission, "Rolls", two, rude)
    Contribution.objects.filter(pk=rude.pk).update(is_hidden=True)
    merged = services.merge_themes(theme=rolls, into=bread)
    assert merged.summary == "Merged “Rolls” with its 1 contribution into “Bread”."
    assert state(mission) == [(bread.pk, "Bread", [one.pk, two.pk, rude.pk])]
    with pytest.raises(MissionsError, match="another theme"):
        services.merge_themes(theme=bread, into=bread)


def test_themes_are_put_in_order(mission: Mission) -> None:
    a, b, c = (theme(mission, name) for name in "ABC")
    services.place_theme(theme=c, before=a)
    services.place_theme(theme=a, before=None)
    assert [one.name for one in mission.themes.all()] == ["C", "B", "A"]
    assert [one.theme.name for one in queries.themes(mission)] == ["C", "B", "A"]
    with pytest.raises(MissionsError, match="where it is already"):
        services.place_theme(theme=c, before=b)


def _every_kind(mission: Mission) -> list[Callable[[], Move]]:
    one, two, three, four = say(mission, "One", "Two", "Three", "Four")
    a, b = theme(mission, "A", one, two), theme(mission, "B", two, three)
    return [
        lambda: services.move_words(mission=mission, picked=[(four.pk, 0)], to=a.pk),
        lambda: services.move_words(mission=mission, picked=[(one.pk, a.pk)], to=b.pk),
        lambda: services.move_words(mission=mission, picked=[(one.pk, a.pk)]),
        lambda: services.move_words(mission=mission, picked=[(one.pk, a.pk)], to=b.pk, keep=True),
        lambda: services.move_words(mission=mission, picked=[(one.pk, a.pk)], new_theme="New"),
        lambda: services.merge_themes(theme=a, into=b),
        lambda: services.rename_theme(theme=a, name="Renamed"),
        lambda: services.delete_theme(theme=a),
        lambda: services.place_theme(theme=b, before=a),
    ]


@pytest.mark.parametrize("kind", range(9))
def test_every_kind_of_move_is_undone_and_done_again(
    mission: Mission, leader: Membership, kind: int
) -> None:
    move_it = _every_kind(mission)[kind]
    before = state(mission)
    move = move_it()
    after = state(mission)
    assert after != before
    undo = services.undo_move(move=move, by=leader)
    assert state(mission) == before
    assert undo.summary == f"Undid: {move.summary}"
    assert undo.by == leader
    redo = services.undo_move(move=undo)
    assert state(mission) == after
    assert redo.summary == f"Did again: {move.summary}"
    assert services.undo_move(move=redo).summary == f"Undid: {move.summary}"
    assert state(mission) == before
    with pytest.raises(MissionsError, match="has undone this already"):
        services.undo_move(move=move)
    assert [one.number for one in board.moves(mission)] == [6, 5, 4, 3, 2, 1]


def test_an_earlier_move_is_undone_where_nothing_since_contradicts_it(mission: Mission) -> None:
    one, two = say(mission, "One", "Two")
    a, b = theme(mission, "A"), theme(mission, "B")
    first = services.move_words(mission=mission, picked=[(one.pk, 0)], to=a.pk)
    services.move_words(mission=mission, picked=[(two.pk, 0)], to=a.pk)
    services.undo_move(move=first)
    assert list(a.contributions.all()) == [two]
    back = services.move_words(mission=mission, picked=[(two.pk, a.pk)])
    elsewhere = services.move_words(mission=mission, picked=[(two.pk, 0)], to=b.pk)
    kept = state(mission)
    with pytest.raises(ContradictionError, match="has since sorted some of its words"):
        services.undo_move(move=back)
    renamed = services.rename_theme(theme=b, name="Bee")
    deleted = services.delete_theme(theme=Theme.objects.get(pk=a.pk))
    with pytest.raises(ContradictionError, match="no longer there"):
        services.undo_move(move=Move.objects.get(kind="theme", summary="Made “A”."))
    services.undo_move(move=deleted)
    services.undo_move(move=renamed)
    assert state(mission) == kept
    services.undo_move(move=elsewhere)
    services.undo_move(move=back)
    assert list(a.contributions.all()) == [two]


def test_a_name_taken_since_keeps_a_theme_from_coming_back(mission: Mission) -> None:
    deleted = services.delete_theme(theme=theme(mission, "Bread"))
    theme(mission, "bread")
    with pytest.raises(ContradictionError, match="already a theme called “bread”"):
        services.undo_move(move=deleted)


def test_words_taken_back_by_their_writer_do_not_keep_a_move_from_being_undone(
    mission: Mission,
) -> None:
    one, two = say(mission, "One", "Two")
    bread = theme(mission, "Bread", one, two)
    deleted = services.delete_theme(theme=bread)
    one.delete()
    services.undo_move(move=deleted)
    assert state(mission) == [(bread.pk, "Bread", [two.pk])]


# Two at once


def test_a_move_that_would_overwrite_is_refused_with_what_happened(
    mission: Mission, leader: Membership, colleague: Membership
) -> None:
    one, two = say(mission, "One", "Two")
    a, b, c = (theme(mission, name) for name in "ABC")
    seen = number(mission)
    services.move_words(mission=mission, picked=[(one.pk, 0)], to=a.pk, by=colleague, seen=seen)
    with pytest.raises(StaleBoardError, match=f"{colleague.user}: Moved 1 contribution from"):
        services.move_words(mission=mission, picked=[(one.pk, 0)], to=b.pk, by=leader, seen=seen)
    # It got words meanwhile.
    removing: list[Callable[[], Move]] = [
        lambda: services.delete_theme(theme=a, by=leader, seen=seen),
        lambda: services.merge_themes(theme=a, into=b, by=leader, seen=seen),
    ]
    for removes in removing:
        with pytest.raises(StaleBoardError):
            removes()
    # Both fill one theme: nothing is overwritten.
    services.move_words(mission=mission, picked=[(two.pk, 0)], to=a.pk, by=leader, seen=seen)
    services.rename_theme(theme=b, name="Bee", by=colleague, seen=seen)
    counting: list[Callable[[], Move]] = [
        lambda: services.rename_theme(theme=b, name="Beta", by=leader, seen=seen),
        lambda: services.move_words(mission=mission, picked=[(two.pk, a.pk)], to=b.pk, seen=seen),
        lambda: services.merge_themes(theme=c, into=b, by=leader, seen=seen),
    ]
    for counts_on in counting:
        with pytest.raises(StaleBoardError, match="Renamed “B” to “Bee”"):
            counts_on()
    services.place_theme(theme=c, before=a, by=colleague, seen=seen)
    with pytest.raises(StaleBoardError):
        services.place_theme(theme=a, before=None, by=leader, seen=seen)
    assert set(a.contributions.all()) == {one, two}


def test_a_stale_move_answers_409_and_loses_nothing(
    mission: Mission, as_leader: Client, colleague: Membership
) -> None:
    one, two = say(mission, "One", "Two")
    a = theme(mission, "A")
    seen = number(mission)
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
    seen = {"seen": number(mission)}
    as_leader.post(sort, {"words": f"{one.pk}:{care.pk}", "to": 0, **seen})
    assert list(care.contributions.all()) == [two]
    undo = url(mission, "move_undo", move=Move.objects.first().pk)  # type: ignore[union-attr]
    assert "Undid: Moved 1 contribution" in said(as_leader.post(undo))[-1]
    as_leader.post(url(mission, "theme_add"), {"name": "Speed"})
    speed = Theme.objects.get(name="Speed")
    seen = {"seen": number(mission)}
    as_leader.post(url(mission, "themes_place"), {"place": f"{speed.pk}:{care.pk}", **seen})
    assert [each.name for each in mission.themes.all()] == ["Speed", "Care"]
    seen = {"seen": number(mission)}
    as_leader.post(url(mission, "themes_merge"), {"theme": care.pk, "into": speed.pk, **seen})
    assert state(mission) == [(speed.pk, "Speed", [one.pk, two.pk])]


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
