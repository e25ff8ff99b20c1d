"""What a mission holds, as tables to download: the same as its pages show, to those whom they
show it to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from missions import agreement, queries
from missions.models import ConsentAnswer, Mission, Suggestion

type Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its file's name, its headings, and its rows."""

    name: str
    headings: tuple[str, ...]
    rows: Iterable[Row]


def words(mission: Mission) -> Sheet:
    """The words that are shown, without a name that was not given; 3 SQL queries."""
    shown = queries.words(mission=mission).prefetch_related("themes")
    return Sheet(
        "words",
        ("voice", "prompt", "words", "name given", "may be quoted", "themes"),
        (
            (
                one.get_voice_display(),
                one.get_prompt_display(),
                one.text,
                one.signed_name,
                "yes" if one.quotable and one.unquoted_at is None else "no",
                "; ".join(theme.name for theme in one.themes.all()),
            )
            for one in shown
        ),
    )


def rankings(mission: Mission) -> Sheet:
    """Each voice's order, and against each other candidate how many ballots put it before; empty
    until every ranking is closed."""
    orders = agreement.orders(mission, agreement.rankings(mission), list(mission.candidates.all()))
    return Sheet(
        "rankings",
        ("voice", "ballots", "place", "candidate", "compared with", "before it", "behind it"),
        _pairs(orders),
    )


def _pairs(orders: list[agreement.Order]) -> Iterator[Row]:
    for order in orders:
        count = {(one.pk, other.pk): many for one, other, many in order.pairs}
        ranked = [candidate for place in order.places for candidate in place]
        for one in ranked:
            for other in ranked:
                if one != other:
                    yield (
                        order.label,
                        order.ballots,
                        order.place_of(one),
                        one.text,
                        other.text,
                        count[one.pk, other.pk],
                        count[other.pk, one.pk],
                    )


def suggestions(mission: Mission) -> Sheet:
    """Every suggestion on every version, with what became of it."""
    found = Suggestion.objects.filter(critique__draft__mission=mission).select_related(
        "critique__draft", "author__user"
    )
    return Sheet(
        "suggestions",
        ("version", "voice", "suggested by", "weight", "suggestion", "what became of it", "why"),
        (
            (
                one.critique.draft.version,
                one.get_voice_display(),
                one.author.user if one.author else "",
                one.get_weight_display(),
                one.text,
                one.get_outcome_display(),
                one.why,
            )
            for one in found.order_by("critique__draft__version", "pk")
        ),
    )


def consent(mission: Mission) -> Sheet:
    """What was answered to askings that are closed; only an objection says whose it is."""
    found = ConsentAnswer.objects.filter(
        consent__mission=mission, consent__closed_at__isnull=False
    ).select_related("consent__draft", "membership__user")
    # In an order that tells nobody who answered when.
    found = found.order_by("consent__draft__version", "voice", "choice", "reason", "pk")
    return Sheet(
        "consent",
        ("version", "voice", "answer", "objected by", "reason", "change asked for", "became of it"),
        (
            (
                one.consent.draft.version,
                one.get_voice_display(),
                one.get_choice_display(),
                one.membership.user if one.membership and one.choice == "object" else "",
                one.reason,
                one.change_asked,
                agreement.became_of(one),
            )
            for one in found
        ),
    )


SHEETS = {"words": words, "rankings": rankings, "suggestions": suggestions, "consent": consent}
