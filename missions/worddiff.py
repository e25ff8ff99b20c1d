"""What changed between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKEN = re.compile(r"\s+|[\w’'-]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(before: str, after: str) -> list[Passage]:
    """The passages in reading order. Those that stayed or went, joined, are `before`; those that
    stayed or came are `after`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    passages: list[Passage] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            passages.append(Passage("same", "".join(old[old_start:old_end])))
            continue
        if old_end > old_start:
            passages.append(Passage("removed", "".join(old[old_start:old_end])))
        if new_end > new_start:
            passages.append(Passage("added", "".join(new[new_start:new_end])))
    return passages
