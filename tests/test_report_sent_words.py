"""The email that brings a report, and the page behind its link, in the report's language."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from outbox.models import Email
from programme.models import Membership, Organisation
from reports import services
from reports.languages import LANGUAGES, direction
from reports.models import BoardReport, Delivery
from tests import factories
from tests.test_report_languages import spoken_in

pytestmark = pytest.mark.django_db
SUBJECTS = {
    "de": "Bericht an den Aufsichtsrat Q3 2026",
    "fr": "rapport au conseil T3 2026",
    "es": "informe al consejo T3 2026",
    "ar": "تقرير مجلس الإدارة الربع الثالث 2026",
}
ENGLISH = (
    *("The whole report", "Open the report", "sends it to you", "Board report", "This link"),
    *("Download", "frozen on", "Please do not", "does not work", "It was withdrawn"),
)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_email_and_page_are_in_the_report_s_language(
    language: str, organisation: Organisation, manager: Membership, client: Client
) -> None:
    made = BoardReport.objects.create(
        organisation=organisation,
        period=factories.period(organisation, "2026Q3"),
        state="ready",
        approval="frozen",
        frozen_at=timezone.now(),
        figures=spoken_in(language),
        pdf=b"%PDF",
        pages=11,
    )
    for delivery, address in ((Delivery.LINK, "a@example.com"), (Delivery.ATTACHMENT, "b@x.org")):
        services.send_report(report=made, emails=[address], sent_by=manager, delivery=delivery)
    emails = Email.objects.filter(organisation_id=organisation.pk).order_by("to_email")
    linked, attached = emails
    for one in (linked, attached):
        assert SUBJECTS[language] in one.subject
        opening = f'<html lang="{language}" dir="{direction(language)}">'
        assert opening in " ".join(one.html.split())
        assert made.figures["headline"] in one.text
        assert not [words for words in ENGLISH if words in one.html + one.text + one.subject]
    assert "11" in attached.text
    found = re.search(r"https?://[^/\s]+(/\S+)", linked.text)
    assert found is not None
    page = client.get(found[1])
    assert page.status_code == 200
    assert f'lang="{language}"' in page.text
    assert f'dir="{direction(language)}"' in page.text
    assert not [words for words in ENGLISH if words in page.text]
    made.links.update(withdrawn_at=timezone.now())
    gone = client.get(found[1])
    assert gone.status_code == 410
    assert not [words for words in ENGLISH if words in gone.text]
