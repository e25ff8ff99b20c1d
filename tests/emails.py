"""Emails of the outbox by short names."""

from typing import Any

from outbox.models import Email
from outbox.services import NewEmail, write_emails


def write(*names: str, **fields: Any) -> list[Email]:
    write_emails(
        NewEmail(
            **{
                "key": f"test:{name}",
                "to_email": f"{name}@example.com",
                "subject": f"For {name}",
                "text": f"Hello {name}",
                **fields,
            }
        )
        for name in names
    )
    return list(Email.objects.filter(key__in=[f"test:{name}" for name in names]).order_by("pk"))


def state(name: str) -> Email:
    return Email.objects.get(key=f"test:{name}")
