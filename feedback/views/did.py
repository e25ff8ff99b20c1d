"""You said, we did: the public page of what has changed. No script, no cookie."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import public
from feedback.models import Change
from feedback.queries.changes import public_changes
from feedback.services import there
from feedback.spoken import LANGUAGES, Speech, base_of, direction_of, speech
from feedback.views.door import door_frame, door_speech
from programme.models import Organisation

_PER_PAGE = 20


@public
@require_safe
@conditional_page
@vary_on_headers("Accept-Language")
@cache_control(public=True, max_age=0, s_maxage=60, must_revalidate=True)
def did(request: HttpRequest, organisation: str) -> HttpResponse:
    """What has changed because people said so, newest first. Browsers ask each time whether it is
    still so; whatever caches stand between may keep it for a minute."""
    owner = get_object_or_404(Organisation, slug=organisation)
    spoken = door_speech(request, owner)
    page = Paginator(public_changes(owner), _PER_PAGE).get_page(request.GET.get("page"))
    own = base_of(owner.language)
    context = door_frame(owner, spoken) | {
        "page_obj": page,
        "changes": [(change, _day(change, spoken)) for change in page],
        # The changes' own language, where the page speaks another.
        "own": {"language": own, "direction": direction_of(own)},
        "others": [other for other in map(speech, LANGUAGES) if other.language != spoken.language],
    }
    return render(request, "respond/did.html", context)


def _day(change: Change, spoken: Speech) -> str:
    """When it was published, by the organisation's clock, as people of that language write it."""
    if change.published_at is None:
        return ""
    with translation.override(spoken.language):
        return date_format(there(change.organisation, change.published_at), "j F Y")
