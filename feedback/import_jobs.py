"""Uploads of past answers: written down with the request, brought in by a worker."""

import io
import logging
import zlib
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from feedback.import_files import FileError, open_answers
from feedback.imports import ImportRefusedError, import_responses
from feedback.mapping import MappingError, parse_mapping
from feedback.models import ImportJob
from feedback.services.waking import wake
from programme.models import Membership, Organisation

logger = logging.getLogger(__name__)

_PROGRESS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a worker is; `rows` is 0 while the rows are being counted."""

    done: int
    rows: int

    @property
    def share(self) -> float:
        """0 to 1: counting is a quarter of the work."""
        return 0.25 + 0.75 * self.done / self.rows if self.rows else 0.1


@transaction.atomic
def request_import(
    *,
    organisation: Organisation,
    filename: str,
    content: bytes,
    mapping: str,
    strict: bool,
    created_by: Membership,
) -> ImportJob:
    """Write an upload down and wake a worker after the commit."""
    job = ImportJob.objects.create(
        organisation=organisation,
        filename=filename[:200],
        # Text shrinks to a quarter, and so does the time that the database takes for it.
        content=zlib.compress(content, 1),
        mapping=mapping,
        strict=strict,
        created_by=created_by,
    )
    transaction.on_commit(lambda: _wake_worker(job.pk))
    return job


@transaction.atomic
def run_import(*, job_id: int) -> None:
    """Bring one upload in and record what came of it, in one transaction: a worker killed in the
    middle leaves it waiting. A job that is done, gone, or in another worker's hands is left."""
    job = (
        ImportJob.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organisation")
        .filter(pk=job_id, state=ImportJob.State.WAITING)
        .first()
    )
    if job is None:
        return
    try:
        with transaction.atomic():
            summary = import_responses(
                organisation=job.organisation,
                file=open_answers(io.BytesIO(zlib.decompress(job.content))),
                mapping=parse_mapping(job.mapping),
                strict=job.strict,
                progress=lambda done, rows: _tell(job_id, done, rows),
            )
        job.summary, job.state = summary.as_json(), ImportJob.State.DONE
    except ImportRefusedError as error:
        job.summary = error.summary.as_json() if error.summary else None
        job.error, job.state = str(error), ImportJob.State.FAILED
    except (FileError, MappingError) as error:
        job.error, job.state = str(error), ImportJob.State.FAILED
    except Exception:
        logger.exception("Import %s went wrong", job_id)
        job.error = (
            "Something went wrong on our side, and nothing was brought in. Try again, and tell "
            "your administrator if it happens twice."
        )
        job.state = ImportJob.State.FAILED
    job.content, job.finished_at = b"", timezone.now()
    job.save()


def progress_of(job: ImportJob) -> JobProgress | None:
    """How far it is, or None while no worker has begun."""
    found = cache.get(_progress_key(job.pk))
    return JobProgress(*found) if found else None


def counts_of(job: ImportJob) -> list[tuple[str, dict[str, int]]]:
    """Each question's column with its counts, in the mapping's order, once there are any."""
    if not job.summary:
        return []
    counted = job.summary["questions"]
    return [
        (question.column, counted[question.column])
        for question in parse_mapping(job.mapping).questions
        if question.column in counted
    ]


def wake_waiting() -> None:
    """Wake workers for uploads that wait: what a wiped queue or a dead worker left."""
    waiting = ImportJob.objects.filter(state=ImportJob.State.WAITING)
    for job_id in waiting.values_list("pk", flat=True):
        _wake_worker(job_id)


def _tell(job_id: int, done: int, rows: int) -> None:
    cache.set(_progress_key(job_id), (done, rows), _PROGRESS_SECONDS)


def _progress_key(job_id: int) -> str:
    return f"import-progress:{job_id}"


def _wake_worker(job_id: int) -> None:
    wake("feedback.tasks.import_responses", job_id)
