"""Looking at the mission again, its poster, and hidden words."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from feedback.models import Comment
from missions import poster as posters
from missions import queries, register, services, usage
from missions.forms import use as use_forms
from missions.models import Contribution
from missions.views.pages import find_mission, sent, to
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.printing import PrintError
from programme.queries import today_at

SHOWN = 20
QUOTED = 8


@members()
def review(request: OrganisationRequest) -> HttpResponse:
    """All that speaks for the mission or against it: how each clause has served, what was decided
    and what came of it, how it is lived, what customers have said since."""
    adopted = queries.adopted(request.organisation)
    today = today_at(request.organisation)
    if adopted:
        services.number_clauses(mission=adopted)
    since = register.register(request.organisation, today=today)
    if adopted:
        since = since.filter(mission=adopted)
    due = register.register(
        request.organisation, today=today, narrowed=register.Narrowed(reviewed="due")
    )
    said = usage.said_since(adopted) if adopted else Comment.objects.none()
    context = {
        "mission": adopted,
        "is_due": bool(adopted and adopted.review_on and adopted.review_on <= today),
        "clauses": usage.clause_use(adopted) if adopted else [],
        "share": register.share_that_asked(since),
        "kept": register.kept(since),
        "due": due[:SHOWN],
        "due_in_all": due.count(),
        "said": list(dict.fromkeys(said.values_list("text", flat=True)[:SHOWN]))[:QUOTED],
        "said_in_all": said.count(),
        "least_weighings": usage.LEAST_WEIGHINGS,
        "is_leader": request.membership.role == Role.LEADER,
    }
    return render(request, "missions/review.html", context)


@members()
def poster(request: OrganisationRequest, size: str) -> HttpResponse:
    """The statement as a PDF to hang up."""
    adopted = queries.adopted(request.organisation)
    if adopted is None:
        raise Http404
    wanted = posters.sizes_of(request.organisation)[size]
    try:
        pdf = posters.poster(mission=adopted, size=wanted)
    except PrintError as problem:
        context = {"mission": adopted, "problem": str(problem)}
        return render(request, "missions/poster_failed.html", context, status=503)
    answer = HttpResponse(pdf, content_type="application/pdf")
    name = f"mission-{request.organisation.slug}-{wanted.style}.pdf"
    named = content_disposition_header(as_attachment=False, filename=name)
    answer["Content-Disposition"] = named or "inline"
    return answer


@members(Role.MANAGER, Role.MEMBER)
def words_hide(request: OrganisationRequest, mission: int, contribution: int) -> HttpResponse:
    found = find_mission(request, mission)
    words = get_object_or_404(Contribution, pk=contribution, mission=found)
    if not queries.may_see_words(mission=found, membership=request.membership):
        raise Http404
    form = use_forms.HideForm(sent(request))
    if request.method == "POST" and form.is_valid():
        services.hide_contribution(
            contribution=words, reason=form.cleaned_data["reason"], by=request.membership
        )
        messages.success(request, "The words are hidden. Your reason is on record.")
        return to("words", found)
    context = {"mission": found, "contribution": words, "form": form}
    return render(request, "missions/words_hide.html", context, status=422 if form.errors else 200)


@members(Role.MANAGER)
@require_POST
def words_show(request: OrganisationRequest, mission: int, contribution: int) -> HttpResponse:
    found = find_mission(request, mission)
    words = get_object_or_404(Contribution, pk=contribution, mission=found)
    services.show_contribution(contribution=words, by=request.membership)
    messages.success(request, "The words can be read again.")
    return to("words", found)


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def words_unquote(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Take back the permission to quote, at any time."""
    found = find_mission(request, mission)
    services.set_quotable(mission=found, author=request.membership, quotable=False)
    messages.success(request, "Your words no longer stand on the public page.")
    return to("words", found)


@members(Role.MANAGER)
@require_POST
def words_take_off(request: OrganisationRequest, mission: int, contribution: int) -> HttpResponse:
    """Quote someone's words no more, once they have asked for that."""
    found = find_mission(request, mission)
    words = get_object_or_404(Contribution, pk=contribution, mission=found)
    if not queries.may_see_words(mission=found, membership=request.membership):
        raise Http404
    services.take_off_public_page(contribution=words)
    messages.success(request, "These words no longer stand on the public page.")
    return to("words", found)
