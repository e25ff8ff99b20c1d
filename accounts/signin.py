"""One-time links that sign someone in."""

from urllib.parse import urljoin

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User


class SignInTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that die with the next sign-in, since they cover its time; PASSWORD_RESET_TIMEOUT
    bounds their life."""

    key_salt = "accounts.signin"


_tokens = SignInTokenGenerator()


def signin_url(user: User, *, base_url: str) -> str:
    """A link that signs `user` in once."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    path = reverse(
        "accounts:signin_link", kwargs={"uidb64": uid, "token": _tokens.make_token(user)}
    )
    return urljoin(base_url, path)


def user_of_link(uidb64: str, token: str) -> User | None:
    """Whom the link signs in; None where it is used, too old or invented."""
    try:
        user = User.objects.get(pk=int(force_str(urlsafe_base64_decode(uidb64))), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if _tokens.check_token(user, token) else None
