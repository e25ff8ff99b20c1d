"""The heatmap: figures, what stays hidden, the page and its drawer."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from programme.models import Membership, Organisation, Segment
from tests import factories
from touchpoints.models import Touchpoint, Voice
from touchpoints.queries import Cell, gaps, heatmap, periods_with_ratings


def _index(organisation: Organisation, query: str = "") -> str:
    where = {"organisation": organisation.slug}
    return reverse("touchpoints:index", kwargs=where) + (f"?{query}" if query else "")


def _cell(at: Touchpoint, query: str = "") -> str:
    where = {"organisation": at.organisation.slug, "touchpoint": at.pk}
    return reverse("touchpoints:cell", kwargs=where) + (f"?{query}" if query else "")


def _sizes(organisation: Organisation, sizes: list[int], loose: int = 0) -> tuple[list[Cell], Cell]:
    """One touchpoint rated by segments of those sizes, and by some in none."""
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    for n in sizes:
        factories.tally(at, when, (0, 0, n), segment=factories.segment(organisation))
    if loose:
        factories.tally(at, when, (0, 0, loose))
    row = next(heatmap(organisation=organisation, period=when).rows())
    return list(row.cells), row.total


@pytest.mark.parametrize(
    ("sizes", "loose", "shown"),
    [
        ([20, 20, 20], 0, [20, 20, 20]),
        ([4, 20, 30], 0, [0, 0, 30]),  # the total would give the four away
        ([3, 3, 30], 0, [0, 0, 30]),  # two hidden cells hide each other: six people
        ([2, 1, 9, 30], 0, [0, 0, 0, 30]),  # three people in two cells are still few
        ([20, 30], 3, [0, 30]),  # three outside every segment
        ([20, 30], 9, [20, 30]),
        ([0, 20, 30], 0, [0, 20, 30]),  # nobody is not somebody hidden
        ([4], 0, [0]),
    ],
)
def test_no_total_gives_away_fewer_than_five(
    organisation: Organisation, sizes: list[int], loose: int, shown: list[int]
) -> None:
    cells, total = _sizes(organisation, sizes, loose)
    assert [cell.n for cell in cells] == shown
    missing = total.n - sum(cell.n for cell in cells)
    assert missing == 0 or missing >= 5


def test_a_hidden_cell_carries_no_figures(organisation: Organisation) -> None:
    cells, total = _sizes(organisation, [4])
    for cell in (*cells, total):
        assert cell.label == "hidden"
        assert (cell.n, cell.misery, cell.mediocrity, cell.magic) == (0, 0, 0, 0)
        assert (cell.net, cell.low, cell.high, cell.difference) == (None, None, None, None)


def test_five_to_nine_are_indicative(organisation: Organisation) -> None:
    cells, total = _sizes(organisation, [9, 10])
    assert [cell.indicative for cell in (*cells, total)] == [True, False, False]
    assert [cell.label for cell in cells] == ["leaning_magic", "magic"]


def test_sources_add_up_and_voices_do_not(organisation: Organisation) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    factories.tally(at, when, (1, 2, 3), source="round-1")
    factories.tally(at, when, (4, 5, 6), source="round-2")
    factories.tally(at, when, (0, 0, 40), voice=Voice.STAFF, source="round-3")
    row = next(heatmap(organisation=organisation, period=when).rows())
    assert (row.total.misery, row.total.mediocrity, row.total.magic) == (5, 7, 9)
    assert row.total.net == pytest.approx(100 * 4 / 21)
    assert row.staff.n == 40


def test_a_blind_spot_is_where_staff_see_it_a_class_better(organisation: Organisation) -> None:
    when = factories.period(organisation)
    blind, fair = factories.touchpoint(organisation), factories.touchpoint(organisation)
    for at, customers in ((blind, (5, 40, 5)), (fair, (0, 5, 45))):
        factories.tally(at, when, customers)
        factories.tally(at, when, (0, 5, 45), voice=Voice.STAFF, source="round-2")
    shown = heatmap(organisation=organisation, period=when)
    assert {row.touchpoint.pk: row.blind_spot for row in shown.rows()} == {
        blind.pk: True,
        fair.pk: False,
    }
    between = gaps(shown)
    assert between[blind.pk].real
    assert between[blind.pk].words.startswith("staff see it 8")
    assert between[fair.pk].words == "no detectable gap"


def test_a_shell_is_where_customers_find_good_what_staff_do_not(
    as_manager: Client, organisation: Organisation
) -> None:
    when, at = factories.period(organisation), factories.touchpoint(organisation)
    factories.tally(at, when, (0, 5, 45))
    factories.tally(at, when, (45, 5, 0), voice=Voice.STAFF, source="round-2")
    (row,) = heatmap(organisation=organisation, period=when).rows()
    assert row.figures.shell
    assert not row.blind_spot
    for page in (_index(organisation), _cell(at)):
        assert '<span class="tag warn">shell</span>' in as_manager.get(page).text


def test_changes_are_said_only_where_they_are_real(organisation: Organisation) -> None:
    before = factories.period(organisation, "2026Q2")
    now = factories.period(organisation, "2026Q3")
    moved, still = factories.touchpoint(organisation), factories.touchpoint(organisation)
    factories.tally(moved, before, (40, 10, 10), source="round-1")
    factories.tally(moved, now, (10, 10, 40), source="round-2")
    factories.tally(still, before, (12, 10, 8), source="round-1")
    factories.tally(still, now, (6, 10, 14), source="round-2")
    shown = heatmap(organisation=organisation, period=now, compare_with=before)
    said = {row.touchpoint.pk: row.total.change for row in shown.rows()}
    assert said == {moved.pk: "up 95 points", still.pk: "no detectable change"}
    history = next(shown.rows()).history
    assert [cell.label if cell else None for cell in history] == ["misery", "magic"]


@pytest.mark.parametrize(
    ("quarters", "said"),
    [
        ({"2025Q4": (40, 10, 10), "2026Q1": (25, 10, 25), "2026Q3": (5, 10, 45)}, "rising"),
        ({"2025Q4": (5, 10, 45), "2026Q1": (25, 10, 25), "2026Q3": (40, 10, 10)}, "falling"),
        ({"2025Q4": (9, 9, 9), "2026Q1": (9, 8, 9), "2026Q3": (9, 9, 9)}, "no detectable trend"),
        ({"2026Q2": (40, 10, 10), "2026Q3": (5, 10, 45)}, "too few quarters to tell a trend"),
    ],
)
def test_the_drawer_says_where_it_has_been_going(
    as_manager: Client,
    organisation: Organisation,
    quarters: dict[str, tuple[int, int, int]],
    said: str,
) -> None:
    at = factories.touchpoint(organisation)
    for code, counts in quarters.items():
        factories.tally(at, factories.period(organisation, code), counts, source=code)
    page = as_manager.get(_cell(at)).text
    assert f"<strong>{said}</strong>" in page
    assert ("points a quarter, between" in page) == (len(quarters) > 2)


def test_an_archived_touchpoint_is_not_on_it(organisation: Organisation) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    factories.tally(at, when, (1, 2, 30))
    Touchpoint.objects.filter(pk=at.pk).update(archived_at="2026-01-01T00:00Z")
    assert list(heatmap(organisation=organisation, period=when).rows()) == []
    assert periods_with_ratings(organisation) == [when]


# The page

QUERIES = 10  # the user, the membership, the map’s version, and what it consists of
AGAIN = 3  # nothing of it changed


@pytest.fixture
def rated(organisation: Organisation) -> tuple[Touchpoint, Segment]:
    """Two quarters of one touchpoint and one segment, which got really better."""
    at = factories.touchpoint(organisation, "Invoice & receipt")
    export = factories.segment(organisation, "Export")
    for code, counts in (("2026Q2", (60, 10, 10)), ("2026Q3", (10, 10, 60))):
        when = factories.period(organisation, code)
        factories.tally(at, when, counts, segment=export, source=code)
    return at, export


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_whatever_it_shows(
    as_manager: Client, organisation: Organisation, count: int, django_assert_num_queries: object
) -> None:
    when = factories.period(organisation)
    for _ in range(count):
        at = factories.touchpoint(organisation)
        for _ in range(count):
            factories.tally(at, when, (5, 5, 5), segment=factories.segment(organisation))
    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        assert as_manager.get(_index(organisation)).status_code == 200
    with django_assert_num_queries(AGAIN):  # type: ignore[operator]
        assert as_manager.get(_index(organisation)).status_code == 200


def test_every_cell_is_a_link_named_by_a_sentence(
    as_manager: Client, organisation: Organisation, rated: tuple[Touchpoint, Segment]
) -> None:
    page = as_manager.get(_index(organisation)).text
    sentence = (
        "Invoice &amp; receipt, Export: magic, net +62, 80 answers, up 120 points since 2026Q2"
    )
    assert f'aria-label="{sentence}"' in page
    assert "<caption" in page
    assert page.count('scope="row"') == 1
    assert 'scope="col">Export' in page


@pytest.mark.parametrize(
    "query",
    [
        "period=2030Q1",
        "period=%00&compare=nonsense&sort=9&show=aliens&changed=yes&closed=x&closed=99999",
        "period=2026Q2&compare=2026Q3",
        "show=staff",
        "show=gap&sort=change",
        "sort=priority&view=list",
        "sort=net&changed=1",
        "closed=" + "9" * 40,
    ],
)
def test_odd_questions_get_a_page(
    as_manager: Client,
    organisation: Organisation,
    rated: tuple[Touchpoint, Segment],
    query: str,
) -> None:
    answer = as_manager.get(_index(organisation, query))
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert "Whose view" in answer.text


def test_a_quarter_without_ratings_is_said_to_be_one(
    as_manager: Client, organisation: Organisation, rated: tuple[Touchpoint, Segment]
) -> None:
    page = as_manager.get(_index(organisation, "period=2030Q1")).text
    assert "There are no ratings for “2030Q1”. This is 2026Q3." in " ".join(page.split())


def test_a_closed_stage_keeps_its_heading_and_hides_its_rows(
    as_manager: Client, organisation: Organisation, rated: tuple[Touchpoint, Segment]
) -> None:
    stage = rated[0].stage_id
    hidden = re.compile(rf'<tbody id="stage-{stage}"\s+hidden>')
    page = as_manager.get(_index(organisation, f"closed={stage}")).text
    assert hidden.search(page)
    assert f'aria-expanded="false"\n                 aria-controls="stage-{stage}"' in page
    assert not hidden.search(as_manager.get(_index(organisation)).text)


def test_empty_states(as_manager: Client, organisation: Organisation) -> None:
    assert "Start with the map" in as_manager.get(_index(organisation)).text
    factories.touchpoint(organisation)
    assert "No ratings yet" in as_manager.get(_index(organisation)).text


def test_the_drawer_is_a_part_for_htmx_and_a_page_without(
    as_manager: Client, rated: tuple[Touchpoint, Segment]
) -> None:
    at, export = rated
    page = as_manager.get(_cell(at, f"period=2026Q3&segment={export.pk}"))
    part = as_manager.get(_cell(at, f"segment={export.pk}"), headers={"HX-Request": "true"})
    assert page.text.lstrip().lower().startswith("<!doctype html>")
    assert "<h1>Invoice &amp; receipt</h1>" in page.text
    assert "<!doctype html>" not in part.text.lower()
    assert "HX-Request" in part.headers["Vary"]
    for text in (page.text, part.text):
        assert "60 of 80" in text
        assert "<strong>up 120 points</strong>" in text
        assert "Add an improvement" in text


def test_a_hidden_cell_s_drawer_shows_no_figure(
    as_manager: Client, organisation: Organisation
) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    few = factories.segment(organisation)
    factories.tally(at, when, (4, 0, 0), segment=few)
    page = as_manager.get(_cell(at, f"segment={few.pk}")).text
    assert "Fewer than five answers, or none" in page
    assert "4 of 4" not in page
    assert "net-value" not in page


def test_cells_that_are_not_there_are_not_found(
    as_manager: Client, rated: tuple[Touchpoint, Segment]
) -> None:
    theirs = factories.touchpoint(factories.organisation())
    foreign = reverse(
        "touchpoints:cell",
        kwargs={"organisation": rated[0].organisation.slug, "touchpoint": theirs.pk},
    )
    assert as_manager.get(foreign).status_code == 404
    for segment in ("x", "0", "9" * 30, str(factories.segment(theirs.organisation).pk)):
        assert as_manager.get(_cell(rated[0], f"segment={segment}")).status_code == 404


def test_members_read_it_and_are_not_offered_changes(
    as_member: Client, rated: tuple[Touchpoint, Segment]
) -> None:
    page = as_member.get(_cell(rated[0])).text
    assert "60 of 80" in page
    assert "Add an improvement" not in page


def test_by_keyboard_into_the_drawer_and_back(
    organisation: Organisation,
    leader: Membership,
    rated: tuple[Touchpoint, Segment],
    sign_in_browser: object,
    live_server: object,
) -> None:
    context: BrowserContext = sign_in_browser(leader.user)  # type: ignore[operator]
    page = context.new_page()
    page.goto(f"{live_server}{_index(organisation)}")
    cells = page.locator(".heatmap td a")
    assert cells.evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/cell/\?period=2026Q3"))
    expect(page.locator("#drawer")).to_contain_text("60 of 80")
    page.keyboard.press("Escape")
    expect(cells.nth(1)).to_be_focused()
    expect(page).to_have_url(re.compile(r"/touchpoints/$"))
    expect(page.locator("#drawer")).to_be_empty()
