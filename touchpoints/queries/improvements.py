"""The improvements that someone asks for, in the order that they ask for."""

from dataclasses import dataclass

from django.db.models import Case, F, QuerySet, When

from programme.models import Organisation
from programme.queries import today_at
from touchpoints.models import OPEN_STATES, Improvement

NOBODY = "none"
SORTS = {
    "due": "Due date, first to last",
    "worth": "Worth, most for the least effort",
    "newest": "Newest first",
    "map": "Order of the map",
}
# Open ones before those that are done or dropped.
_OPEN_FIRST = Case(When(state__in=OPEN_STATES, then=0), default=1)
_ORDERS = {
    "due": (_OPEN_FIRST, F("due_on").asc(nulls_last=True), "pk"),
    "worth": (_OPEN_FIRST, (F("impact") - F("effort")).desc(), F("impact").desc(), "due_on", "pk"),
    "newest": ("-created_at", "-pk"),
    "map": (
        F("touchpoint__stage__journey__position").asc(nulls_last=True),
        "touchpoint__stage__position",
        "touchpoint__position",
        "touchpoint__pk",
        "pk",
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which improvements are asked for; an empty word asks for all. `owner` is a membership's key
    or `NOBODY`, `stage` a stage's key."""

    owner: str = ""
    kind: str = ""
    state: str = ""
    stage: str = ""
    late: bool = False
    sort: str = "due"


def improvement_list(*, organisation: Organisation, wanted: Wanted) -> QuerySet[Improvement]:
    """Those wanted, each with what its line shows."""
    found = Improvement.objects.filter(organisation=organisation).select_related(
        "touchpoint__stage", "hand_off", "owner__user", "rule"
    )
    if wanted.owner:
        owner = None if wanted.owner == NOBODY else int(wanted.owner)
        found = found.filter(owner=owner)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.stage:
        found = found.filter(touchpoint__stage=int(wanted.stage))
    if wanted.late:
        found = found.filter(state__in=OPEN_STATES, due_on__lt=today_at(organisation))
    return found.order_by(*_ORDERS[wanted.sort])
