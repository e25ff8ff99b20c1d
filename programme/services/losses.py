"""Customers lost: when, why, worth."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from programme.models import Loss, Membership, Organisation, Person


@transaction.atomic
def record_loss(
    *,
    organisation: Organisation,
    customer: Person | None,
    name: str,
    lost_on: dt.date,
    reason: str,
    story: str,
    worth: Decimal | None,
    by: Membership | None,
) -> Loss:
    """Record that a customer is lost; of one of our people the segment and, where nothing else is
    said, the yearly value are kept as they are now. The person stays among our people: whether they
    are asked again is decided there."""
    return Loss.objects.create(
        organisation=organisation,
        customer=customer,
        name="" if customer is not None else name,
        segment=customer.segment if customer is not None else None,
        lost_on=lost_on,
        reason=reason,
        story=story,
        worth=worth if worth is not None or customer is None else customer.yearly_value,
        recorded_by=by,
    )


def remove_loss(*, loss: Loss) -> None:
    """Take back what was recorded by mistake."""
    Loss.objects.filter(pk=loss.pk).delete()
