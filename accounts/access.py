"""Access policies for views outside any organisation; see also `programme.access`."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase

type View = Callable[..., HttpResponseBase]


def public[V: View](view: V) -> V:
    """For anyone, without signing in."""
    view.access_policy = "public"  # type: ignore[attr-defined]
    return view


def link_holders[V: View](view: V) -> V:
    """For whoever holds the secret link; the view itself proves it."""
    view.access_policy = "link_holders"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """For any signed-in user, whatever their organisations."""
    guarded = login_required(view)
    guarded.access_policy = "signed_in"  # type: ignore[attr-defined]
    return guarded
