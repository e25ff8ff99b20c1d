"""The one door: answers of a confidential round, divided into pieces that are each safe."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.publishing import Group, Published, publish
from tests.attack import Seen, band_cases, counted, pinned

K = 5


def _flat(*teams: tuple[int, ...], own: tuple[int, ...] = (0, 0, 0)) -> Group:
    return Group(None, own, tuple(Group(key, counts) for key, counts in enumerate(teams, 1)))


def _moments(root: Group, least: int = K) -> Published:
    return publish(root, ordered=True, least=least)


@pytest.mark.parametrize("counts", [(0, 0, 0), (1, 0, 0), (2, 1, 1), (0, 4, 0)])
def test_under_five_nothing_is_said(counts: tuple[int, ...]) -> None:
    assert _moments(_flat(own=counts)) == Published({})


def test_a_higher_least_is_kept() -> None:
    root = _flat((3, 2, 4))
    assert _moments(root).whole() == (3, 2, 4)
    assert _moments(root, least=10) == Published({})


def test_groups_that_are_safe_are_told_apart() -> None:
    shown = _moments(_flat((4, 2, 2), (2, 2, 4), own=(2, 2, 2)))
    assert shown.pieces == {None: (2, 2, 2), 1: (4, 2, 2), 2: (2, 2, 4)}
    assert (shown.whole(), shown.n, shown.band) == ((8, 6, 8), 22, None)


def test_a_small_group_is_hidden_among_the_next_smallest() -> None:
    """Showing both larger teams would give the third away by subtraction."""
    shown = _moments(_flat((4, 2, 4), (3, 2, 3), (1, 0, 2)))
    assert shown.pieces == {None: (4, 2, 5), 1: (4, 2, 4)}


def test_a_group_that_answers_alike_is_not_told_apart() -> None:
    shown = _moments(_flat((0, 0, 9), (4, 3, 5)))
    assert shown.pieces == {None: (4, 3, 14)}


def test_a_group_in_which_one_differs_is_not_told_apart_either() -> None:
    """Whoever differs would know what all the others said."""
    assert set(_moments(_flat((1, 0, 9), (4, 3, 5), (4, 3, 5))).pieces) == {None, 3}


def test_a_group_within_a_point_of_itself_is_not_told_apart() -> None:
    near = (0, 0, 0, 6, 6)
    far = (3, 3, 3, 3, 3)
    root = Group(None, (0,) * 5, (Group(1, near), Group(2, far), Group(3, far)))
    assert set(publish(root, ordered=True, least=K).pieces) == {None, 3}
    # As a choice between five things the same counts tell nobody's answer.
    assert set(publish(root, ordered=False, least=K).pieces) == {1, 2, 3}


def test_a_tree_of_teams() -> None:
    leaf = Group(2, (2, 1, 3))
    few = Group(3, (1, 0, 1))
    root = Group(None, (0, 0, 0), (Group(1, (2, 2, 2), (leaf, few)), Group(4, (3, 3, 3))))
    # The two in the small team are hidden among those of the team above it.
    assert _moments(root).pieces == {1: (3, 2, 3), 2: (2, 1, 3), 4: (3, 3, 3)}


@pytest.mark.parametrize(
    ("counts", "band"),
    [
        ((0, 0, 9), (2, 2)),
        ((1, 0, 8), (2, 2)),
        ((0, 9, 0), (1, 1)),
        ((7, 1, 0), (0, 0)),
    ],
)
def test_what_nearly_everyone_says_is_a_band(
    counts: tuple[int, ...], band: tuple[int, int]
) -> None:
    assert _moments(_flat(own=counts)) == Published({}, n=sum(counts), band=band)


def test_a_band_on_a_finer_scale_spans_two_answers() -> None:
    shown = publish(Group(None, (0, 0, 0, 4, 6)), ordered=True, least=K)
    assert shown == Published({}, n=10, band=(3, 4))


def test_no_band_where_it_would_speak_of_a_small_group() -> None:
    assert _moments(_flat((0, 0, 9), (0, 0, 2))) == Published({})


# The attack, on trees of any shape


def _counts(scale: int) -> st.SearchStrategy[tuple[int, ...]]:
    # Mostly few, and often alike: that is where it could go wrong.
    one = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 12))
    return st.lists(one, min_size=scale, max_size=scale).map(tuple)


@st.composite
def _trees(draw: st.DrawFn, scale: int) -> Group:
    keys = iter(range(1, 100))

    def group(depth: int) -> tuple[Group, ...]:
        most = 3 if depth else 0
        return tuple(
            Group(next(keys), draw(_counts(scale)), group(depth - 1))
            for _ in range(draw(st.integers(0, most)))
        )

    return Group(None, draw(_counts(scale)), group(draw(st.integers(0, 2))))


def _everyone(group: Group) -> Iterator[Group]:
    yield group
    for below in group.below:
        yield from _everyone(below)


def _under(group: Group) -> frozenset[int | None]:
    return frozenset(found.key for found in _everyone(group))


def _cases(root: Group, shown: Published, scale: int) -> list[list[Seen]]:
    """Every figure of a publication: each shown group as a whole, or the band."""
    if shown.band is not None:
        return band_cases(_under(root), *shown.band, scale)
    found = []
    for group in _everyone(root):
        under = _under(group)
        if shown.pieces and (group.key is None or group.key in shown.pieces):
            pieces = [counts for key, counts in shown.pieces.items() if key in under]
            found += counted(under, tuple(map(sum, zip(*pieces, strict=True))))
    return [found]


def _given_away(root: Group, shown: Published, *, scale: int, ordered: bool) -> list[str]:
    sizes = {group.key: sum(group.own) for group in _everyone(root)}
    small = [
        [one.key for one in _everyone(group)]
        for group in _everyone(root)
        if 1 < sum(group.whole()) < K
    ]
    return pinned(sizes, _cases(root, shown, scale), scale=scale, ordered=ordered, small=small)


@pytest.mark.parametrize(("scale", "ordered"), [(2, False), (3, True), (5, True), (11, True)])
def test_nobody_is_pinned(scale: int, ordered: bool) -> None:
    @settings(max_examples=250)
    @given(_trees(scale))
    def attack(root: Group) -> None:
        shown = publish(root, ordered=ordered, least=K)
        if shown.pieces:
            assert shown.whole() == root.whole()
            assert all(sum(counts) >= K for counts in shown.pieces.values())
        assert not _given_away(root, shown, scale=scale, ordered=ordered)

    attack()


def test_with_the_door_open_someone_is_pinned() -> None:
    """The control: the attack does find people where every group is shown as it is."""
    root = _flat((4, 2, 4), (3, 2, 3), (0, 0, 2))
    everything = Published({group.key: group.own for group in _everyone(root)}, n=20)
    assert _given_away(root, everything, scale=3, ordered=True) == [
        "[(3, 1)]: 2.00 to 2.00",
        "[(3, 2)]: 2.00 to 2.00",
    ]
