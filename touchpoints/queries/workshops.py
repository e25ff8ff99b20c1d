"""What a workshop came to: the most divided first."""

from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q

from touchpoints import moments
from touchpoints.models import Touchpoint, Workshop


@dataclass(frozen=True, slots=True)
class Opinion:
    """How the room rated one touchpoint. `agreement` is van der Eijk's A, from -1 (two camps) to
    1 (all in one); the bar's parts are shares in per cent with where each begins."""

    touchpoint: Touchpoint
    misery: int
    mediocrity: int
    magic: int
    agreement: float

    @property
    def n(self) -> int:
        return self.misery + self.mediocrity + self.magic

    @property
    def unanimous(self) -> bool:
        return self.n > 0 and self.n in {self.misery, self.mediocrity, self.magic}

    @property
    def words(self) -> str:
        if not self.n:
            return "nobody rated it"
        if self.n == 1:
            return "one person rated it"
        if self.unanimous:
            return "all of one mind"
        for above, words in ((0.6, "mostly of one mind"), (0.2, "divided")):
            if self.agreement >= above:
                return words
        return "far apart"

    @property
    def parts(self) -> list[tuple[str, int, float, float]]:
        """Moment, count, where its part of the bar begins, and how wide it is."""
        found, begins = [], 0.0
        for moment, count in (
            (moments.MISERY, self.misery),
            (moments.MEDIOCRITY, self.mediocrity),
            (moments.MAGIC, self.magic),
        ):
            width = 100 * count / self.n if self.n else 0.0
            found.append((moment, count, round(begins, 2), round(width, 2)))
            begins += width
        return found


def workshop_opinions(workshop: Workshop) -> list[Opinion]:
    """Of a revealed workshop: what to talk about first, unanimous ones after the divided ones,
    those that nobody rated at the end."""
    at = list(
        workshop.touchpoints.select_related("stage__journey").order_by(
            "stage__journey__position", "stage__position", "position", "pk"
        )
    )
    counts = [workshop.results.get(str(one.pk), [0, 0, 0]) for one in at]
    agreements = moments.agreement(np.array(counts, dtype=np.int64).reshape(-1, 3))
    found = [
        Opinion(one, of[0], of[1], of[2], float(agreement))
        for one, of, agreement in zip(at, counts, agreements, strict=True)
    ]
    return sorted(found, key=lambda one: (one.n == 0, one.unanimous, one.agreement))


def raters_now(workshop: Workshop) -> tuple[int, int]:
    """How many have begun, and how many have finished."""
    counted = workshop.raters.aggregate(
        begun=Count("pk"), finished=Count("pk", filter=Q(finished=True))
    )
    return counted["begun"], counted["finished"]
