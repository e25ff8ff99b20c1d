"""The charter: read by every member, answered and published by leaders."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.charter import KEYS, QUESTIONS, READY, CharterQuestion
from programme.forms.charter import AnswerForm, ReadyForm
from programme.models import Charter, CharterVersion, Role
from programme.printing import PrintError, print_once
from programme.services import CharterChangedError, ProgrammeError, publish_charter, save_answer


@dataclass(frozen=True, slots=True)
class Answered:
    question: CharterQuestion
    text: str


def _answered(answers: dict[str, str]) -> list[Answered]:
    return [Answered(one, answers.get(one.key, "")) for one in QUESTIONS]


@members()
def charter(request: OrganisationRequest) -> HttpResponse:
    """What was published last, or an earlier version; for leaders also what is being written."""
    return _page(request, ReadyForm())


def _page(request: OrganisationRequest, form: ReadyForm, *, status: int = 200) -> HttpResponse:
    versions = list(
        CharterVersion.objects.filter(organisation=request.organisation).select_related(
            "published_by__user"
        )
    )
    wanted = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == wanted), None)
    shown = shown or (versions[0] if versions else None)
    is_leader = request.membership.role == Role.LEADER
    kept = Charter.objects.filter(organisation=request.organisation).first() if is_leader else None
    writing = _answered(kept.answers if kept else {})
    context = {
        "versions": versions,
        "shown": shown,
        "answers": _answered(shown.answers) if shown else [],
        "is_leader": is_leader,
        "writing": writing,
        "done": sum(bool(one.text.strip()) for one in writing),
        "all": len(QUESTIONS),
        "is_changed": kept is not None and (not versions or versions[0].answers != kept.answers),
        "next": next((one.question for one in writing if not one.text.strip()), QUESTIONS[0]),
        "ready": READY,
        "form": form,
    }
    return render(request, "programme/charter.html", context, status=status)


@members(Role.LEADER)
def charter_edit(request: OrganisationRequest, question: str) -> HttpResponse:
    """One question at a time; each answer is kept as it is sent."""
    if question not in KEYS:
        raise Http404
    at = KEYS.index(question)
    kept = Charter.objects.filter(organisation=request.organisation).first()
    text = kept.answers.get(question, "") if kept else ""
    form = AnswerForm(
        request.POST if request.method == "POST" else None, initial={"text": text, "was": text}
    )
    theirs, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            save_answer(
                organisation=request.organisation,
                key=question,
                text=_lines(form.cleaned_data["text"]),
                was=_lines(form.cleaned_data["was"]),
            )
        except CharterChangedError as problem:
            theirs, status = problem.theirs, 409
            form = AnswerForm(initial={"text": form.cleaned_data["text"], "was": theirs})
            messages.warning(request, str(problem))
        else:
            return _onwards(request, at)
    context = {
        "form": form,
        "question": QUESTIONS[at],
        "number": at + 1,
        "all": len(QUESTIONS),
        "before": QUESTIONS[at - 1] if at else None,
        "theirs": theirs,
    }
    return render(
        request, "programme/charter_edit.html", context, status=422 if form.errors else status
    )


def _lines(text: str) -> str:
    """With the line ends that are kept, whichever a browser sends."""
    return text.replace("\r\n", "\n")


def _onwards(request: OrganisationRequest, at: int) -> HttpResponse:
    organisation = request.organisation.slug
    if request.POST.get("then") == "next" and at + 1 < len(KEYS):
        return redirect("programme:charter_edit", organisation=organisation, question=KEYS[at + 1])
    messages.success(request, "Your answer is kept. Members see it once you publish the charter.")
    return redirect("programme:charter", organisation=organisation)


@members(Role.LEADER)
@require_POST
def charter_publish(request: OrganisationRequest) -> HttpResponse:
    form = ReadyForm(request.POST)
    if form.is_valid():
        try:
            version = publish_charter(
                organisation=request.organisation,
                ready=form.cleaned_data["ready"],
                by=request.membership,
            )
        except ProgrammeError as problem:
            form.add_error("ready", str(problem))
        else:
            messages.success(request, f"Version {version.number} is shown to every member.")
            return redirect("programme:charter", organisation=request.organisation.slug)
    return _page(request, form, status=422)


@members()
def charter_pdf(request: OrganisationRequest, number: int) -> HttpResponse:
    """A published version on paper."""
    found = get_object_or_404(CharterVersion, organisation=request.organisation, number=number)
    html = render_to_string(
        "programme/charter_print.html",
        {
            "organisation": request.organisation,
            "version": found,
            "answers": _answered(found.answers),
        },
    )
    try:
        pdf = print_once(html, organisation=request.organisation, at=found.published_at)
    except PrintError as problem:
        messages.error(request, str(problem))
        return redirect("programme:charter", organisation=request.organisation.slug)
    name = content_disposition_header(True, f"{request.organisation.slug}-charter-{number}.pdf")
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": name or "attachment"},
    )
