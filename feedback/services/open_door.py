"""The open door: what anyone leaves, and what becomes of it."""

import secrets
from textwrap import shorten
from uuid import UUID

from django.db import transaction

from feedback.models import Case, Conversation, OpenDoorItem
from feedback.services.cases import open_case
from feedback.services.conversations import write_to
from feedback.services.errors import FeedbackError
from feedback.services.recognition import thank_colleague
from feedback.services.standards import standard_of
from feedback.spoken import filled, speech
from programme.models import Membership, Organisation, Person, Recognition, Team
from touchpoints.models import Touchpoint

# Without letters and digits that look or sound alike.
_SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


class DoorPausedError(FeedbackError):
    """The organisation takes nothing at its open door just now."""


@transaction.atomic
def leave_item(
    *,
    organisation: Organisation,
    item_id: UUID,
    kind: str,
    text: str,
    touchpoint: Touchpoint | None = None,
    whom: str = "",
    name: str = "",
    email: str = "",
    language: str = "en",
) -> OpenDoorItem:
    """Keep what somebody left, once for an `item_id`. A complaint opens a case; whoever left an
    address is sent their link. Raises DoorPausedError."""
    known = OpenDoorItem.objects.filter(organisation=organisation, pk=item_id).first()
    if known is not None:
        return known
    if standard_of(organisation).door_paused_at is not None:
        raise DoorPausedError("The open door is paused.")
    conversation = Conversation.objects.create(
        organisation=organisation, name=name, email=email, language=language
    )
    item, is_new = OpenDoorItem.objects.get_or_create(
        pk=item_id,
        organisation=organisation,
        defaults={
            "reference": _reference(),
            "kind": kind,
            "text": text,
            "whom": whom,
            "touchpoint": touchpoint,
            "conversation": conversation,
        },
    )
    if not is_new:
        # The same form arrived twice at once, and the other was first.
        conversation.delete()
        return item
    if kind == OpenDoorItem.Kind.COMPLAINT:
        open_case_from_item(item=item)
    words = filled(speech(language).door, organisation=organisation.name, reference=item.reference)
    write_to(
        conversation,
        key=f"door:{item.pk}:receipt",
        subject=words["receipt_subject"],
        part="receipt",
        text=item.text,
    )
    return item


@transaction.atomic
def open_case_from_item(*, item: OpenDoorItem, by: Membership | None = None) -> Case:
    """The case of an item, opened where it has none; due from when it was left."""
    locked = OpenDoorItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    case = Case.objects.filter(item=locked).first()
    if case is None:
        case = open_case(
            organisation=locked.organisation,
            title=shorten(locked.text, 100, placeholder=" …"),
            item=locked,
            by=by,
        )
    locked.state, locked.handled_by = OpenDoorItem.State.CASE, by
    locked.save(update_fields=["state", "handled_by"])
    return case


@transaction.atomic
def recognise_item(
    *,
    item: OpenDoorItem,
    colleague: Person | None,
    team: Team | None,
    kind: str,
    text: str,
    by: Membership,
) -> Recognition:
    """Pass an item's thanks on to the colleague or team that a manager confirms; once."""
    locked = OpenDoorItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if locked.recognition is not None:
        return locked.recognition
    locked.recognition = thank_colleague(
        organisation=locked.organisation,
        colleague=colleague,
        team=team,
        kind=kind,
        text=text,
        given_by=by,
        from_customer=True,
    )
    locked.state, locked.handled_by = OpenDoorItem.State.RECOGNITION, by
    locked.save(update_fields=["recognition", "state", "handled_by"])
    return locked.recognition


@transaction.atomic
def set_aside(*, item: OpenDoorItem, aside: bool, by: Membership) -> OpenDoorItem:
    """Lay aside what asks for nothing, or take it up again; never what something came of."""
    locked = OpenDoorItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    state = OpenDoorItem.State
    if locked.state not in {state.WAITING, state.ASIDE}:
        raise FeedbackError("Something has come of this already, so it cannot be set aside.")
    locked.state, locked.handled_by = (state.ASIDE, by) if aside else (state.WAITING, None)
    locked.save(update_fields=["state", "handled_by"])
    return locked


def _reference() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
