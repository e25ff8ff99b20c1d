"""One-time links that sign someone in, sent by email or printed by `manage.py signin_link`.

A link dies when it is used, when its owner signs in any other way, when their password or address
changes, and when its time is over.
"""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User

_EMAILED_SECONDS = 15 * 60
_PRINTED_SECONDS = 24 * 60 * 60


class _SigninTokens(PasswordResetTokenGenerator):
    """Django's reset tokens under a name and with a life of their own."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__()
        self.key_salt = f"accounts.signin.{name}"
        self._seconds = seconds

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        # Django leaves out the microseconds of the last sign-in: a link made and used within the
        # second of one would survive its use.
        return f"{super()._make_hash_value(user, timestamp)}{user.last_login}{user.is_active}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not super().check_token(user, token):
            return False
        made = base36_to_int(str(token).split("-")[0])
        return self._num_seconds(datetime.now()) - made <= self._seconds  # noqa: DTZ005


_EMAILED = _SigninTokens("emailed", _EMAILED_SECONDS)
_PRINTED = _SigninTokens("printed", _PRINTED_SECONDS)


def emailed_link(user: User) -> str:
    """The whole address of a link that signs this user in once, within 15 minutes."""
    return settings.BASE_URL.rstrip("/") + _path(user, _EMAILED)


def signin_url(user: User, *, base_url: str) -> str:
    """The same for the shell, good for a day, at the site's address as the caller knows it."""
    if urlsplit(base_url).scheme not in {"http", "https"}:
        raise ValueError("The base URL must begin with http:// or https://.")
    return base_url.rstrip("/") + _path(user, _PRINTED)


def _path(user: User, tokens: _SigninTokens) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:signin_link", args=[uid, tokens.make_token(user)])


def find_user(uid: str, *, lock: bool = False) -> User | None:
    """Whose link this is, used up or not; None for what we never made."""
    try:
        number = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    if not 0 < number < 2**63:
        return None
    users = User.objects.select_for_update() if lock else User.objects.all()
    return users.filter(pk=number, is_active=True).first()


def is_valid(user: User, token: str) -> bool:
    """Whether the link still signs this user in."""
    return _EMAILED.check_token(user, token) or _PRINTED.check_token(user, token)
