"""Which improvements a page's address asks for, and how they are laid out."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from touchpoints.models import Improvement
from touchpoints.queries import Wanted
from touchpoints.queries.improvements import NOBODY, SORTS

VIEWS = ("board", "list")
_LONGEST_KEY = 15


@dataclass(frozen=True, slots=True)
class ImprovementsAsked:
    """What the address says; whatever it says that we do not know is left out."""

    view: str
    wanted: Wanted

    @classmethod
    def read(cls, given: QueryDict) -> Self:
        owner, stage = given.get("owner", ""), given.get("stage", "")
        kind, state = given.get("kind", ""), given.get("state", "")
        sort, view = given.get("sort", ""), given.get("view", "")
        return cls(
            view=view if view in VIEWS else VIEWS[0],
            wanted=Wanted(
                owner=owner if owner == NOBODY or _is_key(owner) else "",
                kind=kind if kind in Improvement.Kind.values else "",
                state=state if state in Improvement.State.values else "",
                stage=stage if _is_key(stage) else "",
                late=given.get("late") == "yes",
                sort=sort if sort in SORTS else "due",
            ),
        )

    def query(self) -> str:
        """The shortest address that asks for the same."""
        wanted = self.wanted
        said = {
            "view": "" if self.view == VIEWS[0] else self.view,
            "owner": wanted.owner,
            "kind": wanted.kind,
            "state": wanted.state,
            "stage": wanted.stage,
            "late": "yes" if wanted.late else "",
            "sort": "" if wanted.sort == "due" else wanted.sort,
        }
        return urlencode({name: value for name, value in said.items() if value})

    def viewed(self, view: str) -> "ImprovementsAsked":
        """The same as a board or as a list; a board has every state in its columns."""
        wanted = replace(self.wanted, state="") if view == "board" else self.wanted
        return ImprovementsAsked(view=view, wanted=wanted)

    @property
    def filtered(self) -> bool:
        return self.wanted != Wanted(sort=self.wanted.sort)


def _is_key(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= _LONGEST_KEY
