"""The delivery chain: who hands what to whom before a customer sees anything."""

from django.db import transaction

from programme.models import Team
from touchpoints.models import HandOff, Touchpoint
from touchpoints.services.archive import archive, is_used
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.map import locked, next_position


@transaction.atomic
def add_hand_off(*, touchpoint: Touchpoint, name: str, giver: Team, receiver: Team) -> HandOff:
    """Add a link at the end of the touchpoint's delivery chain. Raises TouchpointsError where a
    team would hand over to itself."""
    if giver.pk == receiver.pk:
        raise TouchpointsError("A hand-off goes from one team to another: choose two teams.")
    locked(touchpoint.organisation)
    return HandOff.objects.create(
        organisation=touchpoint.organisation,
        touchpoint=touchpoint,
        name=name,
        giver=giver,
        receiver=receiver,
        position=next_position(touchpoint.hand_offs.all()),
    )


@transaction.atomic
def remove_hand_off(*, hand_off: HandOff) -> bool:
    """Take the link out of the chain. One that was rated, asked about or worked on is archived
    (True), any other is deleted (False)."""
    locked(hand_off.organisation)
    if is_used(hand_off):
        archive(row=hand_off)
        return True
    hand_off.delete()
    return False
