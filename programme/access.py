"""Who may see a view. Every view wears exactly one of these; a test walks the URLs to prove it.

A view of an organisation takes the organisation's slug from its path. `members` looks up the
signed-in user's membership once, puts it on the request, and answers 404 where there is none, so
that nobody learns which organisations exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.utils import timezone

from accounts.requests import SignedInRequest
from programme.models import Membership, Organisation, Role


class OrganisationRequest(SignedInRequest):
    """A request by a member: what `members` adds to it."""

    organisation: Organisation
    membership: Membership


def members[**P](
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[OrganisationRequest, P], HttpResponseBase]],
    Callable[..., HttpResponseBase],
]:
    """Only for the organisation's members, in one of `roles` where any are named; leaders pass
    everywhere. The decorated view does not receive the slug: it has `request.organisation`."""

    def decorate(
        view: Callable[Concatenate[OrganisationRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: OrganisationRequest, organisation: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            try:
                membership = Membership.objects.select_related("organisation").get(
                    organisation__slug=organisation, user=request.user
                )
            except Membership.DoesNotExist:
                raise Http404 from None
            membership.user = request.user
            request.membership = membership
            request.organisation = membership.organisation
            if roles and membership.role not in roles and membership.role != Role.LEADER:
                raise PermissionDenied
            # Times are shown as the organisation's clocks show them.
            with timezone.override(request.organisation.timezone):
                return view(request, *args, **kwargs)

        guard = login_required(guarded)
        guard.access_policy = "members:" + ",".join(roles)  # type: ignore[attr-defined]
        return guard

    return decorate
