"""The secrets in the links that people get."""

import base64
import hashlib

from django.core import signing

_reminders = signing.Signer(salt="feedback.reminder", sep=".")


def hash_of(token: str) -> str:
    """How a link's secret is stored: of an invitation's own link, or of one in a reminder."""
    if "." not in token:
        return hashlib.sha256(token.encode()).hexdigest()
    try:
        return base64.urlsafe_b64decode(_reminders.unsign(token) + "=").hex()
    except (signing.BadSignature, ValueError):
        return ""


def reminder_token(token_hash: str) -> str:
    """Another secret for the same invitation: its own is not kept anywhere, but whoever has the
    server's key can vouch for its hash."""
    return _reminders.sign(base64.urlsafe_b64encode(bytes.fromhex(token_hash)).decode().rstrip("="))
