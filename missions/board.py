"""Reading the theme board: what a page of it shows, whether it changed, and what happened on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, OuterRef, Prefetch, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Length

from missions import queries
from missions.models import Contribution, Mission, Move, Theme
from missions.moves import Change
from missions.queries import ThemeWords, VoiceCounts

THEMES_A_PAGE = 24
TRAY_A_PAGE = 20
_SHOWN_OF_A_MOVE = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """Tells one state of a board from another: the number of its last move, how many words it
    shows, the newest of them, and how long they are together."""

    number: int
    words: int
    newest: int
    length: int

    def __str__(self) -> str:
        return f"{self.number}-{self.words}-{self.newest}-{self.length}"


@dataclass(frozen=True, slots=True)
class Card:
    """A theme as the board shows it, with the key of the theme after it (0 for none), and of those
    that it would stand before if it were moved one place (0 for after all; None where it cannot
    be)."""

    shown: ThemeWords
    next: int
    earlier: int | None
    later: int | None

    @property
    def more(self) -> int:
        """How many words are not shown."""
        return self.shown.counts.total - len(self.shown.words)


@dataclass(frozen=True, slots=True)
class LoggedMove:
    """A move, with the first of the words that it was about; hidden ones are not among them."""

    move: Move
    words: tuple[Contribution, ...]
    undone_by: Move | None


def mark(mission: Mission) -> Mark:
    """In 1 SQL query."""
    last = Move.objects.filter(mission=OuterRef("pk")).order_by("-number").values("number")[:1]
    shown = Contribution.objects.filter(mission=OuterRef("pk"), is_hidden=False).values("mission")
    found = (
        Mission.objects.filter(pk=mission.pk)
        .annotate(
            number=Coalesce(Subquery(last), Value(0)),
            words=Coalesce(Subquery(shown.annotate(it=Count("pk")).values("it")), Value(0)),
            newest=Coalesce(Subquery(shown.annotate(it=Max("pk")).values("it")), Value(0)),
            length=Coalesce(
                Subquery(shown.annotate(it=Sum(Length("text"))).values("it")), Value(0)
            ),
        )
        .values_list("number", "words", "newest", "length")
        .get()
    )
    return Mark(*found)


def theme_list(mission: Mission) -> list[Theme]:
    """All its themes in order, each with its counts, in 1 SQL query."""
    return list(queries.themes_with_counts(mission))


def cards(themes: list[Theme], page: Page[Theme]) -> list[Card]:
    """That page of them, in 1 SQL query."""
    keys = [theme.pk for theme in themes]
    after = [*keys[1:], 0, 0]
    return [
        Card(
            shown,
            next=after[place],
            earlier=keys[place - 1] if place else None,
            later=after[place + 1] if after[place] else None,
        )
        for place, shown in enumerate(queries.with_first_words(page), page.start_index() - 1)
    ]


def tray(mission: Mission, number: object) -> Page[Contribution]:
    """That page of the words in no theme, in 2 SQL queries."""
    loose = queries.words(mission=mission, only_loose=True)
    return Paginator(loose, TRAY_A_PAGE).get_page(str(number))


def last_to_undo(mission: Mission) -> Move | None:
    """The last move that stands and is not itself an undoing."""
    return (
        Move.objects.filter(mission=mission, undone_by=None)
        .exclude(kind=Move.Kind.UNDO)
        .select_related("by__user")
        .first()
    )


def moves(mission: Mission) -> QuerySet[Move]:
    """All moves, the last one first."""
    return Move.objects.filter(mission=mission).select_related(
        "by__user", "undoes", "undone_by__by__user"
    )


def moves_since(mission: Mission, number: int) -> list[Move]:
    """The moves after that one, the first one first; at most 5."""
    found = moves(mission).filter(number__gt=number)[:5]
    return list(reversed(found))


def logged(mission: Mission, found: Iterable[Move]) -> list[LoggedMove]:
    """These moves, with some of their words, in 1 SQL query."""
    found = list(found)
    about = {
        move.pk: list(
            dict.fromkeys(
                key
                for kept in move.changes
                for key in Change.from_json(kept).words
                if kept["kind"] in {"put", "take"}
            )
        )
        for move in found
    }
    wanted = {key for keys in about.values() for key in keys[:_SHOWN_OF_A_MOVE]}
    texts = Contribution.objects.filter(mission=mission, is_hidden=False).in_bulk(wanted)
    return [
        LoggedMove(
            move,
            tuple(texts[key] for key in about[move.pk][:_SHOWN_OF_A_MOVE] if key in texts),
            getattr(move, "undone_by", None),
        )
        for move in found
    ]


def table_rows(mission: Mission) -> list[list[object]]:
    """The board as a table, a row for each contribution in each of its themes, then those in
    none; in 3 SQL queries."""
    rows: list[list[object]] = []
    shown = Contribution.objects.filter(is_hidden=False).order_by("pk")
    everything = Prefetch("contributions", queryset=shown, to_attr="all_words")
    for theme in queries.themes_with_counts(mission).prefetch_related(everything):
        counts = queries.counts_of(theme)
        rows += [_row(theme.name, counts, words) for words in theme.all_words] or [
            [theme.name, *_counts(counts), "", "", "", ""]
        ]
    rows += [_row("", None, words) for words in queries.words(mission=mission, only_loose=True)]
    return rows


def _counts(counts: VoiceCounts | None) -> list[object]:
    return [counts.leader, counts.staff, counts.customer] if counts else ["", "", ""]


def _row(theme: str, counts: VoiceCounts | None, words: Contribution) -> list[object]:
    voice = "Customer" if words.voice == "customer" else words.get_voice_display()
    prompt = "" if words.prompt == Contribution.Prompt.ANY else words.get_prompt_display()
    return [theme, *_counts(counts), words.text, voice, prompt, words.signed_name]
