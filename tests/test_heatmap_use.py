"""The heatmap in use: filters, files, a phone, paper, stages, and axe in every state."""

import csv
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from programme.models import Membership, Organisation
from tests import factories
from touchpoints.models import Stage, Touchpoint, Voice

AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
QUARTERS = ("2026Q2", "2026Q3")


@pytest.fixture
def stages(organisation: Organisation, manager: Membership) -> list[Stage]:
    """Two stages of two touchpoints, in two quarters, by customers of two segments and by staff;
    every class is there."""
    journey = factories.journey(organisation)
    made = [factories.stage(organisation, name, journey_of=journey) for name in ("Order", "Pay")]
    segments = [factories.segment(organisation, name) for name in ("Home", "Export")]
    now = {
        "Shop": [(2, 5, 40), (9, 10, 20)],
        "Basket": [(40, 5, 2), (20, 10, 9)],
        "Invoice": [(3, 40, 3), (10, 0, 10)],
        "=Receipt": [(4, 3, 5), (1, 2, 1)],
    }
    for number, (name, counts) in enumerate(now.items()):
        at = factories.touchpoint(organisation, name, on=made[number // 2])
        for period in QUARTERS:
            when = factories.period(organisation, period)
            for segment, answers in zip(segments, counts, strict=True):
                then = answers if period == QUARTERS[1] else (15, 15, 15)
                factories.tally(at, when, then, segment=segment, source=period)
            factories.tally(at, when, (5, 5, 30), voice=Voice.STAFF, source=f"staff-{period}")
    Touchpoint.objects.filter(name="Basket").update(owner=manager, must_be=True)
    return made


def _index(organisation: Organisation, query: str = "") -> str:
    where = {"organisation": organisation.slug}
    return reverse("touchpoints:index", kwargs=where) + (f"?{query}" if query else "")


def _export(organisation: Organisation, kind: str, query: str = "") -> str:
    where = {"organisation": organisation.slug, "kind": kind}
    return reverse("touchpoints:heatmap_export", kwargs=where) + f"?{query}"


def _names(page: str) -> list[str]:
    return [name.strip() for name in re.findall(r'<th scope="row">([^<]+)', page)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Shop", "Basket", "Invoice", "=Receipt"]),
        ("stage={pay}", ["Invoice", "=Receipt"]),
        ("owner={manager}", ["Basket"]),
        ("owner=none", ["Shop", "Invoice", "=Receipt"]),
        ("moment=misery", ["Basket"]),
        ("moment=misery&stage={pay}", []),
        ("stage=nonsense&owner=x&moment=happy", ["Shop", "Basket", "Invoice", "=Receipt"]),
        ("sort=net", ["Basket", "Invoice", "=Receipt", "Shop"]),
    ],
)
def test_filters(
    as_leader: Client,
    organisation: Organisation,
    manager: Membership,
    stages: list[Stage],
    query: str,
    names: list[str],
) -> None:
    asked = query.format(pay=stages[1].pk, manager=manager.pk)
    page = as_leader.get(_index(organisation, asked)).text
    assert _names(page) == names
    said = "4 touchpoints." if len(names) == 4 else f"{len(names)} of 4 touchpoints."
    assert said in page


def test_the_link_restores_the_view(
    as_leader: Client, organisation: Organisation, stages: list[Stage]
) -> None:
    asked = f"compare=none&sort=net&stage={stages[0].pk}&show=gap&view=table&closed={stages[1].pk}"
    answer = as_leader.get(_index(organisation, asked), headers={"HX-Request": "true"})
    link = answer.headers["HX-Push-Url"]
    again = as_leader.get(link)
    assert _names(again.text) == _names(answer.text) == ["Basket", "Shop"]
    assert set(link.partition("?")[2].split("&")) == {*asked.split("&"), "period=2026Q3"}


def test_the_files_hold_what_is_shown(
    as_leader: Client, organisation: Organisation, stages: list[Stage]
) -> None:
    query = f"stage={stages[1].pk}"
    answer = as_leader.get(_export(organisation, "csv", query))
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(line["Touchpoint"], line["Segment"]) for line in lines] == [
        *[("Invoice", "Export"), ("Invoice", "Home"), ("Invoice", "All")],
        *[("'=Receipt", "Export"), ("'=Receipt", "Home"), ("'=Receipt", "All")],
    ]
    assert lines[0]["Class"] == "split"
    assert (lines[0]["Answers"], lines[0]["Net"], lines[0]["Compared with"]) == (
        *("20", "0.0"),
        "2026Q2",
    )
    # Four answers are hidden, and what they would be told by is hidden with them.
    assert [lines[3][of] for of in ("Class", "Net", "Answers", "Magic")] == [
        *("too few answers", "", ""),
        "",
    ]
    assert 'filename="touchpoints-2026Q3.csv"' in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(
        io.BytesIO(as_leader.get(_export(organisation, "xlsx", query)).content)
    )
    sheet = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(sheet) == 7
    assert sheet[1][sheet[0].index("Answers")] == 20


def test_the_file_of_the_gap_has_both_voices(
    as_leader: Client, organisation: Organisation, stages: list[Stage]
) -> None:
    text = as_leader.get(_export(organisation, "csv", "show=gap")).text
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    basket = [line for line in lines if line["Touchpoint"] == "Basket"]
    assert [line["Whose view"] for line in basket] == [*["Customers"] * 3, "Staff"]
    assert basket[2]["Real gap"] == "yes"
    assert float(basket[2]["Gap to staff"]) < 0


def test_a_file_of_nothing_is_not_found(as_leader: Client, organisation: Organisation) -> None:
    assert as_leader.get(_export(organisation, "csv")).status_code == 404


def test_a_file_of_another_kind_is_not_found(
    as_leader: Client, organisation: Organisation, stages: list[Stage]
) -> None:
    assert as_leader.get(_export(organisation, "csv")).status_code == 200
    assert as_leader.get(_export(organisation, "pdf")).status_code == 404


def test_no_name_breaks_out_of_its_cell(as_leader: Client, organisation: Organisation) -> None:
    at = factories.touchpoint(organisation, '"><script>alert(1)</script>')
    segment = factories.segment(organisation, '" onfocus="alert(2)')
    factories.tally(at, factories.period(organisation), (5, 5, 30), segment=segment)
    page = as_leader.get(_index(organisation)).text
    assert "<script>alert" not in page
    assert '" onfocus="' not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;, &quot; onfocus=" in page


# In a browser


@pytest.fixture
def page(
    leader: Membership,
    stages: list[Stage],
    sign_in_browser: Callable[[User], BrowserContext],
) -> Page:
    return sign_in_browser(leader.user).new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    page: Page, organisation: Organisation, stages: list[Stage], live_server: object, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    queries = [
        *("", "view=list", "show=staff", "show=gap", "changed=1", "moment=split"),
        *("moment=misery&show=staff", f"closed={stages[0].pk}", "sort=priority&compare=none"),
    ]
    found = {}
    for query in queries:
        page.goto(f"{live_server}{_index(organisation, query)}")
        found[query] = Axe().run(page, options=AXE).response["violations"]
    page.goto(f"{live_server}{_index(organisation)}")
    page.locator(".heatmap td a").first.click()
    page.locator("#drawer-title").wait_for()
    found["drawer"] = Axe().run(page, options=AXE).response["violations"]
    page.reload()
    found["cell"] = Axe().run(page, options=AXE).response["violations"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server}{_index(organisation)}")
    found["phone"] = Axe().run(page, options=AXE).response["violations"]
    wrong = {
        state: [(one["id"], one["nodes"][0]["html"][:200]) for one in violations]
        for state, violations in found.items()
        if violations
    }
    assert wrong == {}


def test_a_phone_gets_a_list_and_no_sideways_scrolling(
    page: Page, organisation: Organisation, live_server: object
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server}{_index(organisation)}")
    for selector in ("html", ".heatmap-scroll"):
        widths = page.locator(selector).evaluate("one => [one.scrollWidth, one.clientWidth]")
        assert widths[0] <= widths[1], selector
    first = page.locator(".heatmap tbody tr:not(.stage)").first
    expect(first.locator("td:visible")).to_have_count(1)
    expect(first.locator("td:visible a")).to_have_attribute("aria-label", re.compile("Shop, all"))
    page.get_by_role("link", name="Show every segment").click()
    expect(
        page.locator(".heatmap tbody tr:not(.stage)").first.locator("td:visible a")
    ).to_have_count(3)


def test_the_page_scrolls_and_the_heads_stay(
    page: Page, organisation: Organisation, live_server: object
) -> None:
    for _ in range(30):
        at = factories.touchpoint(organisation, on=Stage.objects.filter(name="Pay").get())
        factories.tally(at, factories.period(organisation), (9, 9, 9))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server}{_index(organisation)}")
    inner = page.locator(".heatmap-scroll").evaluate("one => one.scrollHeight - one.clientHeight")
    assert inner <= 0
    page.mouse.move(600, 600)
    page.mouse.wheel(0, 1200)
    last = page.locator(".heatmap tbody tr").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    top = page.locator(".heatmap thead th").first.bounding_box()
    assert top
    assert top["y"] == pytest.approx(0, abs=1)


def test_sixty_by_eight_fit_one_printed_page(
    page: Page, organisation: Organisation, live_server: object
) -> None:
    when = factories.period(organisation)
    segments = [factories.segment(organisation, f"A segment {n}") for n in range(6)]
    stage = Stage.objects.filter(name="Pay").get()
    for n in range(56):
        at = factories.touchpoint(organisation, f"A touchpoint with a long name {n}", on=stage)
        for segment in segments:
            factories.tally(at, when, (9, 9, 9), segment=segment)
    page.goto(f"{live_server}{_index(organisation)}")
    assert page.locator(".heatmap tbody tr:not(.stage)").count() == 60
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 84[12]", printed)


def test_stages_open_and_close_without_a_reload(
    page: Page, organisation: Organisation, stages: list[Stage], live_server: object
) -> None:
    page.goto(f"{live_server}{_index(organisation, f'closed={stages[1].pk}')}")
    page.evaluate("window.sameAsBefore = true")
    expect(page.get_by_role("rowheader", name="Invoice")).to_be_hidden()
    toggle = page.locator(f"[data-toggle='{stages[1].pk}']")
    toggle.click()
    expect(page.get_by_role("rowheader", name="Invoice")).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.locator(f"[data-toggle='{stages[0].pk}']").press("Enter")
    expect(page.get_by_role("rowheader", name="Shop")).to_be_hidden()
    expect(page).to_have_url(re.compile(rf"closed={stages[0].pk}$"))
    assert page.evaluate("window.sameAsBefore") is True
    # A cell that can be seen is Tab's stop, and arrows pass the closed stage by.
    shown = page.locator(".heatmap td a[tabindex='0']")
    expect(shown).to_have_attribute("aria-label", re.compile("^Invoice"))
    page.reload()
    expect(page.get_by_role("rowheader", name="Shop")).to_be_hidden()


def test_a_filter_is_announced_and_keeps_the_focus(
    page: Page, organisation: Organisation, live_server: object
) -> None:
    page.goto(f"{live_server}{_index(organisation)}")
    page.evaluate("document.getElementById('heatmap-said').sameAsBefore = true")
    page.get_by_text("Filter by stage").click()
    choice = page.get_by_label("Stage", exact=True)
    choice.focus()
    choice.select_option("Pay")
    said = page.locator("#heatmap-said")
    expect(said).to_contain_text("2 of 4 touchpoints.")
    assert said.get_attribute("role") == "status"
    assert said.evaluate("one => one.sameAsBefore") is True
    expect(choice).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?period=2026Q3&stage=\d+$"))
    # What came in by the filter walks and opens as before, and Back undoes the filter.
    page.locator(".heatmap td a").first.click()
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"\?period=2026Q3&stage=\d+$"))
    page.reload()
    expect(page.locator("#heatmap-said")).to_contain_text("2 of 4 touchpoints.")


def test_back_closes_the_drawer(
    page: Page, organisation: Organisation, live_server: object
) -> None:
    page.goto(f"{live_server}{_index(organisation)}")
    for place in (0, 4):
        page.locator(".heatmap td a").nth(place).click()
        expect(page.locator("#drawer-title")).to_be_focused()
        expect(page.locator(".heatmap [aria-current]")).to_have_count(1)
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile(r"/cell/"))
    expect(page.locator(".heatmap td a").first).to_have_attribute("aria-current", "true")
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile(r"/touchpoints/$"))
    expect(page.locator("#drawer")).to_be_empty()
    expect(page.locator(".heatmap td a").first).to_be_focused()
    page.evaluate("history.forward()")
    expect(page.locator("#drawer-title")).to_be_focused()
