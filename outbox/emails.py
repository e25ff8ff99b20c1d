"""What an organisation writes to someone: an email made of two templates of one name."""

from collections.abc import Mapping
from typing import Protocol

from django.template.loader import render_to_string

from outbox.services import NewEmail


class Sender(Protocol):
    """An organisation, as an email needs it."""

    @property
    def pk(self) -> int: ...
    @property
    def name(self) -> str: ...


def email_from(
    sender: Sender,
    template: str,
    context: Mapping[str, object],
    *,
    key: str,
    to_email: str,
    to_name: str = "",
    subject: str,
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> NewEmail:
    """The email that `template`.txt and `template`.html say, from the organisation by its name."""
    said = {"sender": sender.name, **context}
    return NewEmail(
        key=key,
        to_email=to_email,
        to_name=to_name,
        subject=subject,
        text=render_to_string(f"{template}.txt", said),
        html=render_to_string(f"{template}.html", said),
        from_name=sender.name,
        reply_to=reply_to,
        organisation_id=sender.pk,
        headers=headers or {},
    )
