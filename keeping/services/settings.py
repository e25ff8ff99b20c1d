"""How long things are kept."""

from django.db import transaction

from keeping.models import Keeping
from programme.models import Membership, Organisation


@transaction.atomic
def change_keeping(
    *,
    organisation: Organisation,
    by: Membership,
    answers_months: int,
    left_months: int,
    email_text_days: int,
    email_months: int,
    upload_days: int,
) -> Keeping:
    """Say how long each thing is kept; what is over then goes in the next night, not now."""
    kept, _ = Keeping.objects.update_or_create(
        organisation=organisation,
        defaults={
            "answers_months": answers_months,
            "left_months": left_months,
            "email_text_days": email_text_days,
            "email_months": email_months,
            "upload_days": upload_days,
            "changed_by": by,
        },
    )
    return kept
