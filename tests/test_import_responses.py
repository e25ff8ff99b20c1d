"""Past answers from files: every cell is counted, nothing is guessed, twice is once."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from feedback.models import Comment, Question, Response, Round, Survey
from programme.models import Membership, Organisation, Period, Role, Segment, Team
from tests import factories
from touchpoints.models import Journey, RatingTally, Stage, Touchpoint

pytestmark = pytest.mark.django_db

MAPPING = """
[organisation]
name = "Harbour Ferries"
[round]
title = "Riders 2025"
period = "2025Q3"
audience = "external"
[respondent]
id = "id"
[segment]
column = "line"
names = { N = "North line" }
[[question]]
column = "deck"
stage = "On board"
touchpoint = "Deck"
scale = "satisfaction-5"
not_applicable = ["6"]
blank = ["0", "Blank"]
[[question]]
column = "crew"
stage = "On board"
touchpoint = "Crew"
scale = "moment-3"
[[question]]
column = "again"
scale = "recommend-10"
blank = ["11"]
[[question]]
column = "words"
stage = "On board"
touchpoint = "Crew"
scale = "text"
"""
ROWS = '''id,line,deck,crew,again,words
1,N,5,magic,10,Lovely crew
2,N,1,Misery,3,
3,South,6,mediocrity,11,"Two
lines, and ""quotes"""
4,South,0,,0,=1+1
5,,3,magic,8,
'''


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run the command on what is given; returns the summary that it printed."""

    def call(
        content: str | bytes = ROWS, mapping: str = MAPPING, *, strict: bool = False
    ) -> dict[str, Any]:
        file, meaning = tmp_path / "answers.csv", tmp_path / "mapping.toml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        meaning.write_text(mapping)
        return command(file, meaning, capsys, strict=strict)

    return call


def command(
    file: Path, mapping: Path, capsys: pytest.CaptureFixture[str], *, strict: bool = False
) -> dict[str, Any]:
    capsys.readouterr()
    call_command(
        "import_responses",
        str(file),
        f"--mapping={mapping}",
        "--organisation=ferries",
        *(["--strict"] if strict else []),
    )
    summary = json.loads(capsys.readouterr().out)
    assert isinstance(summary, dict)
    return summary


def cells(period: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(touchpoint, segment) -> misery, mediocrity, magic, as the heatmap sums them."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for tally in RatingTally.objects.select_related("touchpoint", "segment", "period"):
        if tally.period.code == period:
            at = (tally.touchpoint.name, tally.segment.name if tally.segment else "")
            before = found.get(at, (0, 0, 0))
            now = (tally.misery, tally.mediocrity, tally.magic)
            found[at] = (before[0] + now[0], before[1] + now[1], before[2] + now[2])
    return found


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row that an import could touch."""
    tables = (
        *(Organisation, Period, Segment, Team, Journey, Stage, Touchpoint, RatingTally),
        *(Survey, Question, Round, Response, Comment),
    )
    return {
        table.__name__: sorted(table._default_manager.values_list(), key=lambda row: str(row[0]))
        for table in tables
    }


# What a file becomes


def test_a_file_becomes_a_map_a_closed_round_answers_and_tallies(run: Callable[..., Any]) -> None:
    summary = run()
    counted = {name: summary[name] for name in ("rows", "responses", "superseded", "changed")}
    assert counted == {"rows": 5, "responses": 5, "superseded": 0, "changed": True}
    assert summary["questions"] == {
        "deck": {"accepted": 3, "refused": 0, "not_applicable": 1, "blank": 1},
        "crew": {"accepted": 4, "refused": 0, "not_applicable": 0, "blank": 1},
        "again": {"accepted": 4, "refused": 0, "not_applicable": 0, "blank": 1},
        "words": {"accepted": 3, "refused": 0, "not_applicable": 0, "blank": 2},
    }
    assert (summary["accepted"], summary["not_applicable"], summary["blank"]) == (14, 1, 5)
    assert (summary["refused"], summary["refusals"]) == (0, [])

    organisation = Organisation.objects.get(slug="ferries")
    assert organisation.name == "Harbour Ferries"
    (stage,) = Stage.objects.filter(organisation=organisation)
    assert (stage.journey.name, stage.name) == ("Customer journey", "On board")
    names = stage.touchpoints.order_by("position", "pk").values_list("name", flat=True)
    assert list(names) == ["Deck", "Crew"]
    assert cells("2025Q3") == {
        ("Deck", "North line"): (1, 0, 1),
        ("Deck", ""): (0, 1, 0),
        ("Crew", "North line"): (1, 0, 1),
        ("Crew", "South"): (0, 1, 0),
        ("Crew", ""): (0, 0, 1),
    }
    made = Round.objects.get(pk=summary["round"])
    assert (made.title, made.state, made.audience) == ("Riders 2025", "closed", "external")
    assert made.results == {
        "invited": 0,
        "opened": None,
        "answered": 5,
        "questions": {
            "deck": {"n": 3, "counts": {"1": 1, "3": 1, "5": 1}},
            "crew": {"n": 4, "counts": {"magic": 2, "mediocrity": 1, "misery": 1}},
            "again": {"n": 4, "counts": {"0": 1, "10": 1, "3": 1, "8": 1}},
            "words": {"n": 3, "counts": {}},
        },
    }
    first = Response.objects.get(round=made, external_id="1")
    assert first.answers == {"deck": 5, "crew": "magic", "again": 10, "words": "Lovely crew"}
    assert first.segment is not None
    assert (first.segment.name, first.submitted_at) == ("North line", made.closed_at)
    comments = Comment.objects.order_by("response__external_id")
    assert [comment.text for comment in comments] == [
        "Lovely crew",
        'Two\nlines, and "quotes"',
        "=1+1",
    ]
    for comment in comments:
        assert comment.touchpoint is not None
        assert (comment.touchpoint.name, comment.released_at) == ("Crew", made.closed_at)


def test_twice_changes_nothing(run: Callable[..., Any]) -> None:
    first = run()
    before = everything()
    second = run(mapping="# Only the layout differs\n\n" + MAPPING)
    assert second == {**first, "changed": False}
    assert everything() == before


def test_a_corrected_file_takes_the_place_of_the_first(run: Callable[..., Any]) -> None:
    first = run()
    second = run(ROWS.replace("2,N,1,", "2,N,5,"))
    assert (second["round"], second["changed"]) == (first["round"], True)
    assert Response.objects.count() == 5
    assert Comment.objects.count() == 3
    assert cells("2025Q3")[("Deck", "North line")] == (0, 0, 2)


def test_other_questions_follow_as_a_new_version_of_the_survey(run: Callable[..., Any]) -> None:
    run()
    run(mapping=MAPPING.replace('column = "again"', 'column = "again"\ntext = "Again?"'))
    old, new = Survey.objects.order_by("version")
    assert new.previous == old
    assert Round.objects.get().survey == new
    assert new.questions.get(key="again").text == "Again?"


def test_a_second_year_joins_the_first_years_map(run: Callable[..., Any]) -> None:
    run()
    run(mapping=MAPPING.replace("2025", "2026"))
    assert Touchpoint.objects.count() == 2
    assert Segment.objects.count() == 2
    assert cells("2026Q3") == cells("2025Q3")


def test_staff_are_told_apart_by_team(run: Callable[..., Any]) -> None:
    run(mapping=MAPPING.replace("external", "internal").replace("[segment]", "[team]"))
    team = Team.objects.get(name="North line")
    tally = RatingTally.objects.get(team=team, touchpoint__name="Deck")
    assert (tally.voice, tally.misery, tally.magic) == ("staff", 1, 1)
    assert not Segment.objects.exists()


# Rows and values that do not fit


def test_what_does_not_fit_is_refused_by_row_and_column(run: Callable[..., Any]) -> None:
    summary = run(
        "id,line,deck,crew,again,words\n"
        "1,N,7,magic,10,\n"
        "\n"
        "2,N,four,no idea,-1,ok\n"
        ",N,5,magic,10,no id\n"
        "3,N,5,magic,10,ok,one,too,many\n"
        "4,N,5.5\n"
    )
    refusals = [(r["row"], r["column"], r["value"]) for r in summary["refusals"]]
    assert refusals == [
        (2, "deck", "7"),
        (4, "deck", "four"),
        (4, "crew", "no idea"),
        (4, "again", "-1"),
        (5, "id", ""),
        (6, "", ""),
        (7, "deck", "5.5"),
    ]
    assert (summary["rows"], summary["responses"], summary["rows_refused"]) == (5, 3, 2)
    assert summary["refused"] == 5
    assert Response.objects.get(external_id="1").answers == {"crew": "magic", "again": 10}


def test_strict_refuses_the_whole_file(
    run: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything()
    with pytest.raises(CommandError, match="nothing was brought in"):
        run(ROWS.replace("1,N,5,", "1,N,9,"), strict=True)
    summary = json.loads(capsys.readouterr().out)
    assert (summary["changed"], summary["round"], summary["refused"]) == (False, None, 1)
    assert everything() == before
    assert run(strict=True)["changed"] is True


def test_the_latest_row_of_a_respondent_wins(run: Callable[..., Any]) -> None:
    summary = run(
        "id,line,deck,crew,again,words\n1,N,1,,,old\n2,N,3,,,\n1,South,5,,,new\n2,N,nonsense,,,\n"
    )
    assert (summary["rows"], summary["responses"], summary["superseded"]) == (4, 2, 2)
    assert Response.objects.get(external_id="1").answers == {"deck": 5, "words": "new"}
    assert Response.objects.get(external_id="2").answers == {}
    assert cells("2025Q3") == {("Deck", "South"): (0, 0, 1)}
    assert [comment.text for comment in Comment.objects.all()] == ["new"]


def test_a_long_text_is_refused_and_a_long_file_is_not(run: Callable[..., Any]) -> None:
    lines = [f"{n},N,{n % 5 + 1},magic,{n % 11},note {n}" for n in range(5_000)]
    lines.append(f"x,N,5,magic,10,{'long ' * 2_000}")
    summary = run("\n".join(["id,line,deck,crew,again,words", *lines]))
    assert (summary["responses"], summary["questions"]["words"]["refused"]) == (5_001, 1)
    assert summary["refusals"][0]["row"] == 5_002
    assert len(summary["refusals"][0]["value"]) == 100
    assert Comment.objects.count() == 5_000
    assert cells("2025Q3")[("Deck", "North line")] == (2_000, 2_000, 1_001)


def test_a_column_that_tells_no_groups_apart_is_refused(run: Callable[..., Any]) -> None:
    lines = [f"{n},group {n},5,,," for n in range(600)]
    with pytest.raises(CommandError, match="is it the right one"):
        run("\n".join(["id,line,deck,crew,again,words", *lines]))
    assert not Segment.objects.exists()


def test_a_closed_quarter_takes_nothing_more(run: Callable[..., Any]) -> None:
    run(mapping=MAPPING.replace("Riders", "Walkers"))
    Period.objects.update(closed_at="2025-11-01T00:00Z")
    before = everything()
    with pytest.raises(CommandError, match="2025Q3 is closed"):
        run()
    assert everything() == before


# Files


def test_a_workbook_counts_like_the_csv(run: Callable[..., Any]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "line", "deck", "crew", "again", "words"])
    sheet.append([1, "N", 5, "magic", 10.0, "Lovely crew"])
    sheet.append([2, "N", 1, "misery", 3, None])
    sheet.append([3, "N", "=2+3", None, None, "=HYPERLINK(1)"])
    out = io.BytesIO()
    book.save(out)
    summary = run(out.getvalue())
    assert summary["responses"] == 3
    assert [(r["row"], r["column"]) for r in summary["refusals"]] == [(4, "deck")]
    assert Comment.objects.get(response__external_id="3").text == "=HYPERLINK(1)"
    assert cells("2025Q3")[("Deck", "North line")] == (1, 0, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id,line\n1,N\n", "no column “deck”, “crew”, “again”, “words”"),
        (ROWS.replace("id,line", "id,line,line", 1), "two columns “line”"),
    ],
)
def test_columns_must_be_there_once(run: Callable[..., Any], content: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(content)
    assert not Organisation.objects.filter(slug="ferries").exists()


def test_the_command_says_what_is_wrong_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command(
            "import_responses", "none.csv", f"--mapping={tmp_path / 'x'}", "--organisation=ferries"
        )
    with pytest.raises(CommandError, match="short name"):
        call_command("import_responses", "x", "--mapping=y", "--organisation=Not a slug")


def test_a_leader_with_an_account_may_be_named(run: Callable[..., Any], tmp_path: Path) -> None:
    run()
    user = factories.user("ada@example.com")
    arguments = (str(tmp_path / "answers.csv"), f"--mapping={tmp_path / 'mapping.toml'}")
    for _ in range(2):
        call_command(
            "import_responses", *arguments, "--organisation=ferries", "--leader=Ada@example.com"
        )
    membership = Membership.objects.get(organisation__slug="ferries")
    assert (membership.user, membership.role) == (user, Role.LEADER)
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command(
            "import_responses", *arguments, "--organisation=ferries", "--leader=bob@example.com"
        )


def test_another_organisations_map_stays_as_it_is(run: Callable[..., Any]) -> None:
    other = factories.organisation()
    mine = factories.touchpoint(other, "Deck")
    run()
    assert Touchpoint.objects.filter(organisation=other).get() == mine
    assert not RatingTally.objects.filter(organisation=other).exists()
