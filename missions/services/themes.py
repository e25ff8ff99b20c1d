"""Moves on the theme board: themes, and which contributions are in them."""

from collections.abc import Collection, Iterable

from django.db import transaction

from missions.models import Contribution, Mission, Move, Theme
from missions.moves import Change, turned
from missions.services.board import TRAY, Board, changes_of, put_elsewhere_since
from missions.services.errors import ContradictionError, MissionsError, advance
from programme.models import Membership

Kind = Move.Kind


@transaction.atomic
def create_theme(
    *,
    mission: Mission,
    name: str,
    contributions: Iterable[Contribution] = (),
    by: Membership | None = None,
) -> Theme:
    """A theme after the others, with these contributions in it; they keep the themes that they
    are already in."""
    board = Board(mission, by=by, seen=None)
    made = board.made(name)
    words = tuple(each.pk for each in contributions)
    board.apply(
        Kind.THEME,
        f"Made “{name}”." if not words else f"Put {_count(board, words)} into a new “{name}”.",
        [made, Change("put", theme=made.theme, words=words)],
    )
    advance(board.mission, Mission.State.THEMES)
    return board.themes[made.theme]


@transaction.atomic
def rename_theme(
    *, theme: Theme, name: str, by: Membership | None = None, seen: int | None = None
) -> Move:
    board = Board(theme.mission, by=by, seen=seen).check(themes=[theme.pk])
    was = board.themes[theme.pk].name
    if was == name:
        raise MissionsError("That is its name already.")
    change = Change("name", theme=theme.pk, name=name, was=was)
    return board.apply(Kind.RENAME, f"Renamed “{was}” to “{name}”.", [change])


@transaction.atomic
def delete_theme(*, theme: Theme, by: Membership | None = None, seen: int | None = None) -> Move:
    """Take the theme away; its contributions stay, in their other themes or in none."""
    board = Board(theme.mission, by=by, seen=seen).check(dropped=[theme.pk])
    words = tuple(board.words_of(theme.pk))
    name = board.themes[theme.pk].name
    held = f", which held {_count(board, words)}" if words else ""
    changes = [Change("take", theme=theme.pk, words=words), _dropped(board, theme.pk)]
    return board.apply(Kind.DELETE, f"Deleted “{name}”{held}.", changes)


@transaction.atomic
def move_words(
    *,
    mission: Mission,
    picked: Collection[tuple[int, int]],
    to: int = TRAY,
    new_theme: str = "",
    keep: bool = False,
    by: Membership | None = None,
    seen: int | None = None,
) -> Move:
    """Move contributions out of the themes that they were picked up in (pairs of keys, `TRAY` for
    none) into one theme or a new one, or else back to the tray. With `keep` they stay where they
    are too."""
    board = Board(mission, by=by, seen=seen)
    sources = {theme for _, theme in picked}
    board.check(themes=sources | {to}).check_words(picked)
    words = {contribution for contribution, _ in picked}
    changes = []
    if new_theme:
        made = board.made(new_theme)
        changes.append(made)
        to = made.theme
    there = {key for key, themes in board.where(words).items() if to in themes}
    if not keep:
        changes += [
            Change("take", theme=source, words=_sorted(key for key, at in picked if at == source))
            for source in sorted(sources - {TRAY, to})
        ]
    if to != TRAY:
        changes.append(Change("put", theme=to, words=_sorted(words - there)))
    move = board.apply(*_what_moved(board, words, sources, to, new_theme, keep=keep), changes)
    advance(board.mission, Mission.State.THEMES)
    return move


def _what_moved(
    board: Board, words: set[int], sources: set[int], to: int, new_theme: str, *, keep: bool
) -> tuple[Kind, str]:
    said = _count(board, words)
    source = next(iter(sources)) if len(sources) == 1 else None
    named = "the tray" if source == TRAY else f"“{board.themes[source].name}”" if source else ""
    if keep:
        into = f"a new “{new_theme}”" if new_theme else f"“{board.themes[to].name}”"
        return Kind.WORDS, f"Put {said} into {into} as well."
    if new_theme:
        if source:
            return Kind.SPLIT, f"Split {said} off {named} into a new “{new_theme}”."
        return Kind.WORDS, f"Put {said} into a new “{new_theme}”."
    away = f" from {named}" if named else ""
    into = "the tray" if to == TRAY else f"“{board.themes[to].name}”"
    return Kind.WORDS, f"Moved {said}{away} to {into}."


@transaction.atomic
def merge_themes(
    *, theme: Theme, into: Theme, by: Membership | None = None, seen: int | None = None
) -> Move:
    """All words of one theme into another, and the first one away."""
    if theme == into:
        raise MissionsError("Choose another theme to merge it with.")
    board = Board(theme.mission, by=by, seen=seen).check(themes=[into.pk], dropped=[theme.pk])
    words = board.words_of(theme.pk)
    there = {key for key, themes in board.where(words).items() if into.pk in themes}
    names = board.themes[theme.pk].name, board.themes[into.pk].name
    said = f" with its {_count(board, words)}" if words else ""
    return board.apply(
        Kind.MERGE,
        f"Merged “{names[0]}”{said} into “{names[1]}”.",
        [
            Change("take", theme=theme.pk, words=tuple(words)),
            Change("put", theme=into.pk, words=_sorted(set(words) - there)),
            _dropped(board, theme.pk),
        ],
    )


@transaction.atomic
def place_theme(
    *, theme: Theme, before: Theme | None, by: Membership | None = None, seen: int | None = None
) -> Move:
    """Put a theme before another one in the order, or after all."""
    wanted = [theme.pk, *([before.pk] if before else [])]
    board = Board(theme.mission, by=by, seen=seen).check(themes=wanted, order=True)
    now = list(board.themes)
    order = [key for key in now if key != theme.pk]
    order.insert(order.index(before.pk) if before and before != theme else len(order), theme.pk)
    if order == now or before == theme:
        raise MissionsError("That is where it is already.")
    name = board.themes[theme.pk].name
    where = f"before “{board.themes[before.pk].name}”" if before else "to the end"
    change = Change("order", words=tuple(order), before=tuple(now))
    return board.apply(Kind.ORDER, f"Moved “{name}” {where}.", [change])


@transaction.atomic
def undo_move(*, move: Move, by: Membership | None = None) -> Move:
    """Take a move back, whole or not at all; taking back an undo does the move again."""
    board = Board(move.mission, by=by, seen=None)
    undone = Move.objects.filter(undoes=move).select_related("by__user").first()
    if undone is not None:
        raise MissionsError(f"{undone.who} has undone this already.")
    changes = turned(changes_of(move))
    kind, verb = (Kind.REDO, "Did again") if move.kind == Kind.UNDO else (Kind.UNDO, "Undid")
    original = move
    while original.undoes:
        original = original.undoes
    if later := put_elsewhere_since(move, changes):
        raise ContradictionError(
            f"This cannot be undone by itself any more. {later.who} has since sorted some of its "
            f"words: {later.summary} Undo that first. Nothing has changed."
        )
    try:
        return board.apply(kind, f"{verb}: {original.summary}", changes, undoes=move)
    except ContradictionError as problem:
        raise ContradictionError(
            f"This cannot be undone by itself any more. {problem} Undo what came after it first. "
            "Nothing has changed."
        ) from problem


def _dropped(board: Board, theme: int) -> Change:
    it = board.themes[theme]
    return Change("drop", theme=theme, name=it.name, place=it.position)


def _sorted(words: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(words))


def _count(board: Board, words: Collection[int]) -> str:
    count = board.shown(words)
    return "1 contribution" if count == 1 else f"{count:,} contributions"
