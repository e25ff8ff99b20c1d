"""Past answers by upload, for leaders and managers."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from feedback import import_jobs
from feedback.forms.imports import ImportForm
from feedback.models import ImportJob
from programme.access import OrganisationRequest, members
from programme.models import Role


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def import_responses(request: OrganisationRequest) -> HttpResponse:
    """The form, and what was uploaded before."""
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        file.seek(0)
        job = import_jobs.request_import(
            organisation=request.organisation,
            filename=file.name,
            content=file.read(),
            mapping=form.cleaned_data["mapping"],
            strict=form.cleaned_data["strict"],
            created_by=request.membership,
        )
        return redirect("feedback:import_job", organisation=request.organisation.slug, job=job.pk)
    earlier = (
        ImportJob.objects.filter(organisation=request.organisation)
        .defer("content", "mapping")
        .select_related("created_by__user")[:10]
    )
    return render(
        request,
        "feedback/import_responses.html",
        {"form": form, "earlier": earlier},
        status=422 if form.errors else 200,
    )


@members(Role.MANAGER)
@require_safe
def import_job(request: OrganisationRequest, job: int) -> HttpResponse:
    """How far one upload is, and then what came of it; a poll gets the part that changes."""
    found = get_object_or_404(
        ImportJob.objects.defer("content"), organisation=request.organisation, pk=job
    )
    context = {
        "job": found,
        "progress": import_jobs.progress_of(found),
        "questions": import_jobs.counts_of(found),
    }
    part = "#state" if request.htmx else ""
    return render(request, f"feedback/import_job.html{part}", context)
