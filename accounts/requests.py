"""Requests as views see them, for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request by someone who has signed in."""

    user: User
    htmx: HtmxDetails
