"""What may make a statement harder to remember or to feel: hints with reasons, never a score.

The limits come from 655 real company statements: half have at most 20 words, three in five at most
25, one in three names the customer, and a third use at least one of the words listed here. No
measure is known to predict that a mission works, so nothing here is added up.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LONGEST = 25

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_NUMBER = re.compile(
    r"[£$€]?\d+(?:[.,:/-]\d+)*\s?(?:%|percent|per cent)?"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\b(?:next|this) (?:year|quarter|decade)\b|\bnumber one\b",
    re.IGNORECASE,
)
_WE = {"we", "our", "ours", "us", "ourselves", "we're", "we'll", "we've"}
_THEM = {
    "you", "your", "yours", "yourself", "customer", "customers", "client", "clients", "guest",
    "guests", "patient", "patients", "passenger", "passengers", "member", "members", "people",
    "person", "family", "families", "everyone", "anyone", "somebody", "someone", "neighbour",
    "neighbours", "reader", "readers", "visitor", "visitors", "child", "children", "traveller",
    "travellers", "tenant", "tenants", "resident", "residents", "student", "students", "home",
    "homes", "household", "households", "they", "them", "their",
}  # fmt: skip
# With these, a noun that we do not know may well be a customer: "every islander".
_POINTERS = {"every", "each", "nobody"}
_BUZZWORDS = (
    "best-in-class", "best in class", "best of breed", "world-class", "world class",
    "cutting-edge", "cutting edge", "state-of-the-art", "market-leading", "industry-leading",
    "going forward", "value-added", "value added", "win-win", "customer-centric", "holistic",
    "innovative", "innovation", "innovations", "solution", "solutions", "synergy", "synergies",
    "leverage", "leveraging", "empower", "empowering", "excellence", "premier", "paradigm",
    "proactive", "proactively", "robust", "seamless", "seamlessly", "scalable", "stakeholder",
    "stakeholders", "deliverables", "passionate", "strive", "striving", "utilise", "utilize",
    "ecosystem", "disruptive", "transformational", "optimise", "optimize", "world leader",
    "leading provider", "provider of choice",
)  # fmt: skip
_BUZZ = re.compile(
    r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, _BUZZWORDS), key=len, reverse=True)) + r")"
    r"(?![\w-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing worth a second look: what was noticed, why it may matter, the words it is in."""

    kind: str
    title: str
    reason: str
    found: tuple[str, ...] = ()


def hints(draft: str, *, names: Sequence[str] = ()) -> list[Hint]:
    """Hints on a draft, in the order in which to look at them; none for an empty one.

    `names` are the organisation's own, which are left out of the comparison.
    """
    text = _without(draft, names)
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if not words:
        return []
    checks: tuple[Callable[[str, list[str]], Hint | None], ...] = (
        _length,
        _customers,
        _we_words,
        _buzzwords,
        _numbers,
    )
    return [hint for check in checks if (hint := check(text, words))]


def _without(draft: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        if name.strip():
            whole = rf"(?<!\w){re.escape(name.strip())}(?!\w)"
            draft = re.sub(whole, " ", draft, flags=re.IGNORECASE)
    return draft


def _length(text: str, words: list[str]) -> Hint | None:
    if len(words) <= LONGEST:
        return None
    return Hint(
        "length",
        f"{len(words)} words",
        f"People repeat what they can say in one breath. Most statements that last have {LONGEST} "
        "words or fewer. What could go without being missed?",
    )


def _customers(text: str, words: list[str]) -> Hint | None:
    if any(word in _THEM or word in _POINTERS for word in words):
        return None
    return Hint(
        "customers",
        "Who is it for?",
        "We see no word for the people you do this for. If there is one, pass over this. If not, "
        "say who they are, or say “you”.",
    )


def _we_words(text: str, words: list[str]) -> Hint | None:
    we = [word for word in words if word in _WE]
    them = sum(word in _THEM for word in words)
    if not them or len(we) <= them:
        return None
    return Hint(
        "we-words",
        f"{len(we)} words about you, {them} about those you serve",
        "A customer reads it for what it promises them. Try the sentence from their side.",
        _each_once(we),
    )


def _buzzwords(text: str, words: list[str]) -> Hint | None:
    found = _each_once(match.lower() for match in _BUZZ.findall(text))
    if not found:
        return None
    return Hint(
        "buzzwords",
        "Words that anyone could use" if len(found) > 1 else "A word that anyone could use",
        "They paint no picture and fit every company. What would someone see you do instead?",
        found,
    )


def _numbers(text: str, words: list[str]) -> Hint | None:
    found = _each_once(match.strip() for match in _NUMBER.findall(text))
    if not found:
        return None
    return Hint(
        "numbers",
        "A date or a number",
        "A mission should still be true in twenty years. Dates and numbers belong to goals.",
        found,
    )


def _each_once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
