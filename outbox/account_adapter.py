"""Emails about an account go through the outbox like all others."""

import secrets
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse

from outbox.services import NewEmail, write_emails


class AccountAdapter(DefaultAccountAdapter):
    """What django-allauth asks of us: whether strangers may sign up, and how to send."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or the password is not right. Try again, or "
        "let us email you a link.",
        "too_many_login_attempts": "That was many tries in a short time. Wait a few minutes, or "
        "let us email you a link.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by a colleague's invite, never by themselves."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The whole address; the request's own host is never trusted for that."""
        path = reverse("account_reset_password_from_key", args=["UID", "KEY"])
        return settings.BASE_URL.rstrip("/") + path.replace("UID-KEY", key)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account's page."""
        return reverse("accounts:profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the email that allauth's templates make into the outbox."""
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        text = render_to_string(f"{template_prefix}_message.txt", context)
        try:
            html: str = render_to_string(f"{template_prefix}_message.html", context)
        except TemplateDoesNotExist:
            html = ""
        write_emails(
            [
                NewEmail(
                    key=f"account:{secrets.token_hex(12)}",
                    to_email=email,
                    subject=subject,
                    text=text,
                    html=html,
                )
            ]
        )
