"""A draft taken apart into clauses, and whether a clause says no."""

import re

# "Warm bread, and time to talk": a mission is read, and compared, one promise at a time.
_BREAK = re.compile(
    r"[.!?;:]+(?=\s|$)|[,\n\r]+|\s[–—-]\s|—"
    r"|\s(?=(?:and|but|so that|because|while|yet|or)\s)",
    re.IGNORECASE,
)
_LEAST_WORDS = 2
# Within a sentence a shorter part is no promise of its own: "someone's day stops".
_LEAST_IN_A_SENTENCE = 4
_SENTENCE_ENDS = frozenset(".!?\n\r")
_MARKS = " \t\r\n,;:.!?–—-"
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot"
    r"|(?:do|does|did|is|are|was|were|has|have|had|ca|wo|would|could|should|must|need)n['’]?t"
    r"|no one)\b",
    re.IGNORECASE,
)
# These only sound like one.
_NO_NEGATION = re.compile(
    r"\bnot (?:only|just|merely|to mention)\b|\bno (?:doubt|matter|problem)\b|\bnothing but\b"
    r"|\bwhy (?:not|don['’]t)\b|\bnever mind\b",
    re.IGNORECASE,
)

# "Say honestly when you do not have the part" says yes.
_ASIDE = re.compile(
    r"(?<=\w)\s+(?:when|whenever|if|where|who|which|until)\b[^.!?;:,]*", re.IGNORECASE
)


def clauses(draft: str) -> list[str]:
    """The draft's clauses, each a part of it word for word, in order; what is shorter
    than four words stays with the clause before it in its sentence, and a lone word wherever."""
    breaks = list(_BREAK.finditer(draft))
    starts = [(0, True), *((found.end(), _ends(found.group())) for found in breaks)]
    parts: list[tuple[int, int]] = []
    for (start, begins), (end, _) in zip(starts, [*starts[1:], (len(draft), True)], strict=True):
        words = len(draft[start:end].strip(_MARKS).split())
        if parts and words < (_LEAST_WORDS if begins else _LEAST_IN_A_SENTENCE):
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    found_clauses = (draft[start:end].strip(_MARKS) for start, end in parts)
    return [clause for clause in found_clauses if clause]


def _ends(between: str) -> bool:
    """Whether a sentence, or a line, is over with what stands between two parts."""
    return not _SENTENCE_ENDS.isdisjoint(between)


def says_no(text: str) -> bool:
    """Whether an odd number of words like "not", "never" or "without" stands in it, asides
    apart."""
    plain = _ASIDE.sub(" ", _NO_NEGATION.sub(" ", text))
    return len(_NEGATION.findall(plain)) % 2 == 1
