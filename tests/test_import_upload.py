"""Past answers by upload: the form, the worker, the page that tells."""

import zlib
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from feedback import import_jobs
from feedback.models import ImportJob, Response, Round
from feedback.tasks import import_responses, sweep
from programme.models import Membership, Organisation
from tests.conftest import wait_until
from tests.test_import_responses import MAPPING, ROWS

pytestmark = pytest.mark.django_db


def address(organisation: Organisation, job: ImportJob | None = None) -> str:
    if job is None:
        return reverse("feedback:import_responses", args=[organisation.slug])
    return reverse("feedback:import_job", args=[organisation.slug, job.pk])


def upload(
    client: Client,
    organisation: Organisation,
    content: bytes | str = ROWS,
    mapping: bytes | str = MAPPING,
    **fields: str,
) -> Any:
    def as_bytes(text: bytes | str) -> bytes:
        return text if isinstance(text, bytes) else text.encode()

    return client.post(
        address(organisation),
        {
            "file": SimpleUploadedFile("riders.csv", as_bytes(content)),
            "mapping": SimpleUploadedFile("riders.toml", as_bytes(mapping)),
            **fields,
        },
    )


def test_a_manager_uploads_and_sees_what_came_of_it(
    as_manager: Client, organisation: Organisation
) -> None:
    assert as_manager.get(address(organisation)).status_code == 200
    answer = upload(as_manager, organisation, ROWS.replace("1,N,5,", "1,N,9,"))
    job = ImportJob.objects.get()
    assert (answer.status_code, answer.url) == (302, address(organisation, job))

    waiting = as_manager.get(answer.url).content.decode()
    assert "waits for its turn" in waiting
    cache.set(f"import-progress:{job.pk}", (1000, 4000), 60)
    polled = as_manager.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "1,000 of 4,000 rows" in polled
    assert "<html" not in polled

    import_responses(job.pk)
    done = as_manager.get(answer.url).content.decode()
    assert "5 responses brought in" in done
    assert "Expected 1, 2, 3, 4, 5." in done
    assert "every 1s" not in done
    assert Response.objects.filter(organisation=organisation).count() == 5
    job.refresh_from_db()
    assert bytes(job.content) == b""
    assert "riders.csv" in as_manager.get(address(organisation)).content.decode()

    import_responses(job.pk)  # delivered again
    assert Round.objects.count() == 1
    upload(as_manager, organisation, ROWS.replace("1,N,5,", "1,N,9,"))
    again = ImportJob.objects.latest("pk")
    import_responses(again.pk)
    assert "nothing has changed" in as_manager.get(address(organisation, again)).content.decode()


def test_strict_uploads_say_why_nothing_came_in(
    as_leader: Client, organisation: Organisation
) -> None:
    upload(as_leader, organisation, ROWS.replace("1,N,5,", "1,N,9,"), strict="on")
    job = ImportJob.objects.get()
    import_responses(job.pk)
    page = as_leader.get(address(organisation, job)).content.decode()
    assert "Nothing was brought in." in page
    assert "does not fit the mapping" in page
    assert "Expected 1, 2, 3, 4, 5." in page
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        (b"", MAPPING, "empty"),
        (b"PK\x03\x04", MAPPING, "cannot be read"),
        (b"id\x00", MAPPING, "neither a CSV nor an XLSX"),
        ("id,line\n1,N\n", MAPPING, "no column “deck”"),
        (ROWS, "[round", "not valid TOML"),
        (ROWS, b"\xff\xfe\x00", "not UTF-8"),
        (ROWS, MAPPING + "\n# " + "x" * 600_000, "larger than any mapping"),
        (ROWS, MAPPING.replace("Riders", "\\u0000"), "NUL"),
    ],
)
def test_what_cannot_work_is_said_at_the_field(
    as_manager: Client,
    organisation: Organisation,
    content: bytes | str,
    mapping: bytes | str,
    words: str,
) -> None:
    answer = upload(as_manager, organisation, content, mapping)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_nothing_chosen(as_manager: Client, organisation: Organisation) -> None:
    answer = as_manager.post(address(organisation), {})
    assert answer.status_code == 422
    assert not ImportJob.objects.exists()


def test_another_organisations_upload_is_not_there(
    as_manager: Client, stranger_client: Client, manager: Membership
) -> None:
    upload(as_manager, manager.organisation)
    job = ImportJob.objects.get()
    assert stranger_client.get(address(manager.organisation, job)).status_code == 404
    assert stranger_client.get(address(manager.organisation)).status_code == 404


def test_members_and_auditors_may_not(
    as_member: Client, as_auditor: Client, organisation: Organisation
) -> None:
    for client in (as_member, as_auditor):
        assert client.get(address(organisation)).status_code == 403
        assert upload(client, organisation).status_code == 403
    assert not ImportJob.objects.exists()


def test_what_goes_wrong_on_our_side_is_said_and_not_tried_for_ever(
    as_manager: Client, organisation: Organisation
) -> None:
    upload(as_manager, organisation)
    # A mapping that was understood when it was uploaded and no longer is.
    ImportJob.objects.update(mapping="[round]")
    job = ImportJob.objects.get()
    import_responses(job.pk)
    job.refresh_from_db()
    assert job.state == ImportJob.State.FAILED
    assert job.error
    sweep()
    assert as_manager.get(address(organisation, job)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_real_worker_brings_it_in(
    celery_worker: None, as_manager: Client, organisation: Organisation
) -> None:
    upload(as_manager, organisation)
    job = ImportJob.objects.get()
    wait_until(lambda: ImportJob.objects.get(pk=job.pk).state == ImportJob.State.DONE)
    assert Response.objects.filter(organisation=organisation).count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_sweep_finds_what_the_queue_forgot(
    celery_worker: None, manager: Membership, organisation: Organisation
) -> None:
    job = ImportJob.objects.create(
        organisation=organisation,
        filename="x.csv",
        content=zlib.compress(ROWS.encode()),
        mapping=MAPPING,
    )
    import_jobs.wake_waiting()
    wait_until(lambda: ImportJob.objects.get(pk=job.pk).state == ImportJob.State.DONE)


def test_the_share_grows_from_counting_to_the_end() -> None:
    shares = [import_jobs.JobProgress(*told).share for told in [(500, 0), (0, 9), (5, 9), (9, 9)]]
    assert shares == sorted(shares)
    assert shares[-1] == 1
