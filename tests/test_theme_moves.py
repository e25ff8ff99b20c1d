"""Moves on the theme board: made, taken back, and refused where another's would be lost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missions import board, queries, services
from missions.models import Contribution, Mission, Move, Theme
from missions.moves import Change, Touched, turned
from missions.services import ContradictionError, MissionsError, StaleBoardError
from programme.models import Membership
from tests.missions import begin, board_of, say, theme


@pytest.fixture
def mission(leader: Membership) -> Mission:
    """With the leader's own words in."""
    return begin(leader, felt="Proud of the vans")


@pytest.fixture
def colleague(mission: Mission, manager: Membership) -> Membership:
    """A second one at the board, with words of their own in."""
    services.add_words(mission=mission, author=manager, words={"feel": "Proud of the night desk"})
    return manager


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
    assert board_of(mission) == [(bread.pk, "Bread", [one.pk, two.pk, rude.pk])]
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
    before = board_of(mission)
    move = move_it()
    after = board_of(mission)
    assert after != before
    undo = services.undo_move(move=move, by=leader)
    assert board_of(mission) == before
    assert undo.summary == f"Undid: {move.summary}"
    assert undo.by == leader
    redo = services.undo_move(move=undo)
    assert board_of(mission) == after
    assert redo.summary == f"Did again: {move.summary}"
    assert services.undo_move(move=redo).summary == f"Undid: {move.summary}"
    assert board_of(mission) == before
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
    kept = board_of(mission)
    with pytest.raises(ContradictionError, match="has since sorted some of its words"):
        services.undo_move(move=back)
    renamed = services.rename_theme(theme=b, name="Bee")
    deleted = services.delete_theme(theme=Theme.objects.get(pk=a.pk))
    with pytest.raises(ContradictionError, match="no longer there"):
        services.undo_move(move=Move.objects.get(kind="theme", summary="Made “A”."))
    services.undo_move(move=deleted)
    services.undo_move(move=renamed)
    assert board_of(mission) == kept
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
    assert board_of(mission) == [(bread.pk, "Bread", [two.pk])]


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
