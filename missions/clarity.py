"""What may make a statement harder to remember or to feel: hints with reasons, never a score.

The limits come from 655 real company statements: half have at most 20 words, three in five at most
25, one in three names the customer, and a third use at least one of the words listed here. No
measure is known to predict that a mission works, so nothing here is added up.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from missions.english import is_english

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
# Long words made of other words for ideas; the exempt are in every child's mouth.
_IDEA = re.compile(
    r"(?:[aei]tions?|sions?|ities|ity|ments?|[ae]nces?|ships?|ness|isms?|isations?|izations?)$"
)
_HARD = re.compile(
    r"(?:tions?|tional(?:ly)?|ities|ity|ments?|[ae]nces?|[ae]ncy|tive(?:ly)?|ical(?:ly)?"
    r"|i[sz](?:e|ed|es|ing)|ate[sd]?|ating|ible|able|ually|ships?)$"
)
_EASY = {
    "community", "communities", "conversation", "conversations", "celebration", "celebrations",
    "celebrate", "celebrates", "information", "education", "electricity", "university",
    "apartment", "vegetable", "vegetables", "television", "comfortable", "family", "city",
    "cities", "mission", "missions", "station", "stations", "moment", "moments",
    "business", "witness", "ship", "ships",
}  # fmt: skip
_VOWELS = re.compile(r"[aeiouy]+")
# Things and doings that one can see, hear, smell or touch: a sample, which finds most images.
_SEEN = re.compile(
    r"\b(?:(?:hand|door|table|bread|light|street|window|road|kitchen|bed|room|house|home|garden"
    r"|tree|river|sea|water|fire|sun|rain|snow|winter|summer|morning|night|breakfast|dinner|lunch"
    r"|meal|cup|coffee|tea|oven|smile|laugh|tear|face|eye|ear|arm|heart|shoulder|knee|baby|child"
    r"|grandmother|grandfather|mother|father|neighbour|dog|cat|horse|bird|bus|train|plane|bike|car"
    r"|van|lift|stair|floor|roof|wall|bridge|boat|ferry|island|mountain|field|farm|apple|flower"
    r"|book|letter|phone|key|shoe|coat|chair|shop|school|bell|song|music|parcel|box|tool|kettle"
    r"|walk|run|drive|sit|stand|sing|dance|play|eat|drink|sleep|wake|knock|wave|hold|carry|lend"
    r"|cook|bake|read|write|call|listen|touch)(?:s|es|ed|ing)?"
    r"|hear|heard|warm|warmer|cold|fresh|soft|quiet|loud|bright|children|feet|lives)\b",
    re.IGNORECASE,
)
_IDEAS = 2


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing worth a second look: what was noticed, why it may matter, the words it is in."""

    kind: str
    title: str
    reason: str
    found: tuple[str, ...] = ()


def hints(draft: str, *, names: Sequence[str] = ()) -> list[Hint]:
    """Hints on a draft, in the order in which to look at them; none for an empty one, and only
    those that need no English for one in another language.

    `names` are the organisation's own, which are left out of the comparison.
    """
    text = without_names(draft, names)
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if not words:
        return []
    if not is_english([draft]):
        return [hint for check in (_length, _numbers) if (hint := check(text, words))]
    checks: tuple[Callable[[str, list[str]], Hint | None], ...] = (
        _length,
        _customers,
        _we_words,
        _buzzwords,
        _hard_words,
        _image,
        _numbers,
    )
    return [hint for check in checks if (hint := check(text, words))]


def without_names(draft: str, names: Iterable[str]) -> str:
    """The text with the organisation's own names blanked out, in any case."""
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


def _hard_words(text: str, words: list[str]) -> Hint | None:
    plain = set(_WORD.findall(_BUZZ.sub(" ", text).lower()))
    found = _each_once(
        word
        for word in words
        if word in plain
        and word not in _EASY
        and _HARD.search(word)
        and len(_VOWELS.findall(word.removesuffix("e"))) >= 4
    )
    if not found:
        return None
    return Hint(
        "hard-words",
        "Hard words" if len(found) > 1 else "A hard word",
        "A child or a tired reader may stumble here. How would you say it across the counter?",
        found,
    )


def _image(text: str, words: list[str]) -> Hint | None:
    ideas = _each_once(word for word in words if word not in _EASY and _IDEA.search(word))
    if len(ideas) < _IDEAS or _SEEN.search(text):
        return None
    return Hint(
        "image",
        "Nothing to see yet",
        "These are words for ideas, and we see none for a thing that one could film. If there is "
        "one, pass over this. People work together better towards what they can picture.",
        ideas,
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
