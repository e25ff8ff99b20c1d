"""Letters that our fonts lack: set in a font of the machine, or told; never boxes in silence."""

import logging
import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from programme.models import Membership, Organisation
from programme.printing import Printed
from reports import services
from reports.models import BoardReport
from tests import factories
from tests.test_report_assembly import cell, heatmap, row
from tests.test_report_pdf import figures, print_it

OURS = ("Inter", "Source-Serif", "Cues", "IBM-Plex-Sans-Arabic")
# In the last plane, for whoever wants it: no font has this one.
NOBODY_S = "\U0010fffd"


def fonts_of(printed: Printed) -> set[str]:
    done = subprocess.run(["pdffonts", "-"], input=printed.pdf, capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()[2:]
    return {line.split()[0].partition("+")[2] for line in lines}


@pytest.mark.parametrize("name", ["客户满意度", "お客様", "고객 여정"])
def test_a_name_in_chinese_japanese_or_korean_is_set_or_told(name: str) -> None:
    printed = print_it(figures(customers=heatmap(row(1, name, cell((30, 10, 12))))))
    strange = {font for font in fonts_of(printed) if not font.startswith(OURS)}
    assert strange or set(printed.missing) == set(name) - {" "}


def test_greek_cyrillic_and_arabic_are_in_our_own_fonts() -> None:
    rows = [
        row(number, name, cell((30, 10, 12)))
        for number, name in enumerate(("Τιμολόγιο", "Счёт", "الفاتورة"), 1)
    ]
    printed = print_it(figures(customers=heatmap(*rows)))
    assert printed.missing == ""
    assert {font for font in fonts_of(printed) if not font.startswith(OURS)} == set()


def test_a_draft_and_the_log_say_which_letters_became_boxes(
    organisation: Organisation,
    manager: Membership,
    as_auditor: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = factories.period(organisation, "2026Q3")
    factories.tally(factories.touchpoint(organisation, f"Invoice {NOBODY_S}"), now, (9, 9, 9))
    made = services.request_report(organisation=organisation, period=now, built_by=manager)
    with caplog.at_level(logging.WARNING, logger="reports.services.building"):
        services.build_report(report_id=made.pk)
    assert BoardReport.objects.get(pk=made.pk).missing_letters == NOBODY_S
    assert NOBODY_S in caplog.text
    where = reverse("reports:report", kwargs={"organisation": organisation.slug, "report": made.pk})
    page = as_auditor.get(where).text
    assert "Some letters could not be printed" in page
    assert NOBODY_S in page
    BoardReport.objects.filter(pk=made.pk).update(missing_letters="")
    assert "Some letters could not be printed" not in as_auditor.get(where).text
