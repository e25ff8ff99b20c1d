"""A mission's services and pure parts: words, themes, versions, adoption, hints."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from missions import clarity, queries, services
from missions.models import Contribution, Decision, Mission, Readiness, Voice
from missions.worddiff import word_diff
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.conftest import at_once
from tests.missions import NEXT_YEAR, begin, draft

NO_WORDS = {"feel": "", "believe": "", "go": ""}


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader)


def contribution(mission: Mission, text: str = "Kindness", voice: str = "staff") -> Contribution:
    return Contribution.objects.create(
        organisation=mission.organisation, mission=mission, voice=voice, text=text
    )


# Words


def test_words_are_kept_by_prompt_and_voice(mission: Mission, leader: Membership) -> None:
    services.add_words(
        mission=mission,
        author=leader,
        words={**NO_WORDS, "feel": "Proud", "go": "Further"},
        readiness="felt",
    )
    kept = mission.contributions.values_list("prompt", "voice", "text")
    assert set(kept) == {("feel", "leader", "Proud"), ("go", "leader", "Further")}
    assert Readiness.objects.get(mission=mission, membership=leader).answer == "felt"


def test_changing_ones_own_words_keeps_the_contribution(
    mission: Mission, leader: Membership
) -> None:
    services.add_words(mission=mission, author=leader, words={**NO_WORDS, "feel": "Prowd"})
    first = mission.contributions.get()
    services.add_words(
        mission=mission, author=leader, words={**NO_WORDS, "feel": "Proud"}, readiness="agreed"
    )
    services.add_words(mission=mission, author=leader, words={**NO_WORDS, "feel": "Proud"})
    assert [(c.pk, c.text) for c in mission.contributions.all()] == [(first.pk, "Proud")]
    assert Readiness.objects.get(mission=mission).answer == "agreed"


def test_an_emptied_prompt_takes_its_words_back_and_no_one_elses(
    mission: Mission, leader: Membership, manager: Membership
) -> None:
    services.add_words(mission=mission, author=leader, words={**NO_WORDS, "feel": "Mine"})
    services.add_words(mission=mission, author=manager, words={**NO_WORDS, "feel": "Theirs"})
    services.add_words(mission=mission, author=leader, words={**NO_WORDS, "believe": "Now this"})
    assert sorted(mission.contributions.values_list("voice", "text")) == [
        ("leader", "Now this"),
        ("staff", "Theirs"),
    ]


@pytest.mark.parametrize("role", [Role.LEADER, Role.MANAGER, Role.MEMBER])
def test_others_words_are_hidden_until_ones_own_are_in(mission: Mission, role: Role) -> None:
    someone = factories.member(mission.organisation, role)
    contribution(mission)
    assert not queries.may_see_words(mission=mission, membership=someone)
    services.add_words(mission=mission, author=someone, words={**NO_WORDS, "go": "On"})
    assert queries.may_see_words(mission=mission, membership=someone)


def test_auditors_and_readers_of_an_adopted_mission_see_the_words(
    mission: Mission, leader: Membership
) -> None:
    auditor = factories.member(mission.organisation, Role.AUDITOR)
    member = factories.member(mission.organisation, Role.MEMBER)
    assert queries.may_see_words(mission=mission, membership=auditor)
    assert not queries.may_see_words(mission=mission, membership=member)
    adopted = services.adopt(mission=mission, draft=draft(mission, leader), review_on=NEXT_YEAR)
    assert queries.may_see_words(mission=adopted, membership=member)


# Themes


def test_a_contribution_may_sit_in_several_themes(mission: Mission) -> None:
    kind, quick = contribution(mission, "Kind"), contribution(mission, "Quick", "customer")
    first = services.create_theme(mission=mission, name="Kindness", contributions=[kind])
    second = services.create_theme(mission=mission, name="Speed")
    for picked in ([(kind.pk, first.pk)], [(quick.pk, 0)]):
        services.move_words(mission=mission, picked=picked, to=second.pk, keep=True)
    found = {one.theme.name: one.counts for one in queries.themes(mission)}
    assert found == {
        "Kindness": queries.VoiceCounts(leader=0, staff=1, customer=0),
        "Speed": queries.VoiceCounts(leader=0, staff=1, customer=1),
    }
    assert not queries.words(mission=mission, only_loose=True).exists()
    assert list(queries.words(mission=mission, theme=first)) == [kind]


def test_deleting_a_theme_puts_its_words_back_in_the_tray(mission: Mission) -> None:
    words = contribution(mission)
    theme = services.create_theme(mission=mission, name="Kindness", contributions=[words])
    services.delete_theme(theme=theme)
    assert list(queries.words(mission=mission, only_loose=True)) == [words]


def test_taking_out_leaves_the_other_themes_alone(mission: Mission) -> None:
    words = contribution(mission)
    first = services.create_theme(mission=mission, name="One", contributions=[words])
    second = services.create_theme(mission=mission, name="Two", contributions=[words])
    services.move_words(mission=mission, picked=[(words.pk, first.pk)])
    assert list(words.themes.all()) == [second]


def test_two_themes_have_two_names(mission: Mission) -> None:
    services.create_theme(mission=mission, name="Kindness")
    other = services.create_theme(mission=mission, name="Speed")
    with pytest.raises(services.MissionsError, match="already a theme"):
        services.create_theme(mission=mission, name="kindness")
    with pytest.raises(services.MissionsError, match="already a theme"):
        services.rename_theme(theme=other, name="KINDNESS")
    services.rename_theme(theme=other, name="SPEED")
    assert [theme.name for theme in mission.themes.all()] == ["Kindness", "SPEED"]


def test_themes_show_only_their_first_words_and_count_all(mission: Mission) -> None:
    many = [contribution(mission, f"Words {n}") for n in range(6)]
    services.create_theme(mission=mission, name="Many", contributions=many)
    (one,) = queries.themes(mission)
    assert [c.text for c in one.words] == ["Words 0", "Words 1", "Words 2", "Words 3"]
    assert one.counts.total == 6


# Versions


def test_saving_the_same_text_makes_no_new_version(mission: Mission, leader: Membership) -> None:
    draft(mission, leader, "One")
    again, is_new = services.save_draft(
        mission=mission, text="One", based_on_version=0, author=leader
    )
    assert (again.version, is_new) == (1, False)
    assert draft(mission, leader, "Two").version == 2


def test_a_stale_version_is_refused_and_names_the_current_one(
    mission: Mission, leader: Membership
) -> None:
    draft(mission, leader, "One")
    draft(mission, leader, "Two")
    with pytest.raises(services.StaleDraftError, match="Version 2 was saved") as refused:
        services.save_draft(mission=mission, text="Mine", based_on_version=1, author=leader)
    assert refused.value.current.text == "Two"
    assert mission.drafts.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_get_one_version_and_one_refusal() -> None:
    owner = factories.organisation()
    leader = factories.member(owner, Role.LEADER)
    mission = begin(leader)
    draft(mission, leader, "One")

    def save(text: str) -> Callable[[], object]:
        return lambda: services.save_draft(
            mission=mission, text=text, based_on_version=1, author=leader
        )

    outcomes = at_once(save("Mine"), save("Theirs"))
    refused = [problem for problem in outcomes if problem]
    assert [type(problem) for problem in refused] == [services.StaleDraftError]
    assert mission.drafts.count() == 2


# Adoption


def test_adopting_retires_the_mission_before(mission: Mission, leader: Membership) -> None:
    services.adopt(mission=mission, draft=draft(mission, leader, "Old"), review_on=NEXT_YEAR)
    second = services.start_mission(
        organisation=mission.organisation, title="Next", started_by=leader
    )
    services.adopt(mission=second, draft=draft(second, leader, "New"), review_on=NEXT_YEAR)
    mission.refresh_from_db()
    assert (mission.state, mission.statement) == (Mission.State.RETIRED, "Old")
    now = queries.adopted(mission.organisation)
    assert now is not None
    assert (now.statement, now.adopted_on, now.review_on) == (
        "New",
        timezone.localdate(),
        NEXT_YEAR,
    )


def test_an_adopted_mission_changes_no_more(mission: Mission, leader: Membership) -> None:
    theme = services.create_theme(mission=mission, name="Kindness")
    other = services.create_theme(mission=mission, name="Speed")
    last = draft(mission, leader)
    services.adopt(mission=mission, draft=last, review_on=NEXT_YEAR)
    changes: list[Callable[[], object]] = [
        lambda: services.add_words(mission=mission, author=leader, words={"feel": "Late"}),
        lambda: services.create_theme(mission=mission, name="Late"),
        lambda: services.rename_theme(theme=theme, name="Late"),
        lambda: services.delete_theme(theme=theme),
        lambda: services.move_words(mission=mission, picked=[], to=theme.pk),
        lambda: services.merge_themes(theme=theme, into=other),
        lambda: services.place_theme(theme=theme, before=None),
        lambda: draft(mission, leader, "Late"),
        lambda: services.adopt(mission=mission, draft=last, review_on=NEXT_YEAR),
    ]
    for change in changes:
        with pytest.raises(services.MissionsError, match="has been adopted"):
            change()


def test_the_review_lies_ahead_and_the_draft_is_the_missions_own(
    mission: Mission, leader: Membership
) -> None:
    other = services.start_mission(
        organisation=mission.organisation, title="Other", started_by=leader
    )
    with pytest.raises(services.MissionsError, match="future"):
        services.adopt(
            mission=mission, draft=draft(mission, leader), review_on=timezone.localdate()
        )
    with pytest.raises(services.MissionsError, match="another mission"):
        services.adopt(mission=mission, draft=draft(other, leader), review_on=NEXT_YEAR)
    assert queries.adopted(mission.organisation) is None


def test_the_database_holds_one_adopted_mission(mission: Mission, leader: Membership) -> None:
    services.adopt(mission=mission, draft=draft(mission, leader), review_on=NEXT_YEAR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mission.objects.create(
            organisation=mission.organisation, title="Second", state=Mission.State.ADOPTED
        )


@pytest.mark.django_db(transaction=True)
def test_two_missions_adopted_at_once_leave_one_adopted() -> None:
    owner = factories.organisation()
    leader = factories.member(owner, Role.LEADER)
    missions = [
        services.start_mission(organisation=owner, title=title, started_by=leader)
        for title in ("One", "Two")
    ]
    drafts = [draft(one, leader, one.title) for one in missions]

    def adopt(place: int) -> Callable[[], object]:
        return lambda: services.adopt(
            mission=missions[place], draft=drafts[place], review_on=NEXT_YEAR
        )

    assert at_once(adopt(0), adopt(1)) == [None, None]
    states = Mission.objects.filter(organisation=owner).values_list("state", flat=True)
    assert sorted(states) == ["adopted", "retired"]


def test_decisions_need_an_adopted_mission(mission: Mission, leader: Membership) -> None:
    def record(against: Mission) -> Decision:
        return services.record_decision(
            mission=against,
            title="Open on Sundays",
            customer_change="They can come after church",
            fit="helps",
            outcome="",
            decided_on=dt.date(2026, 9, 1),
            decided_by=leader,
        )

    with pytest.raises(services.MissionsError, match="Adopt one first"):
        record(mission)
    made = record(
        services.adopt(mission=mission, draft=draft(mission, leader), review_on=NEXT_YEAR)
    )
    assert list(queries.decisions(mission.organisation)) == [made]


def test_the_steps_say_what_comes_next(
    mission: Mission, leader: Membership, organisation: Organisation
) -> None:
    def following() -> str:
        step = queries.progress(mission).next_step
        return step.label if step else ""

    assert following() == "Your words"
    services.add_words(mission=mission, author=leader, words={**NO_WORDS, "feel": "Proud"})
    assert following() == "Ask others"
    services.create_theme(mission=mission, name="Kindness")
    draft(mission, leader)
    assert following() == "Ask others"
    services.adopt(mission=mission, draft=draft(mission, leader), review_on=NEXT_YEAR)
    mission.refresh_from_db()
    assert following() == ""
    done = {step.label: step.done for step in queries.progress(mission).steps}
    assert (done["Ask others"], done["Adopt"]) == (False, True)
    assert mission.state == Mission.State.ADOPTED
    assert queries.progress(mission).counts == queries.VoiceCounts(1, 0, 0)
    assert Voice.LEADER in mission.contributions.values_list("voice", flat=True)


# Hints


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("   \n ", []),
        ("🎉🎉", []),
        ("We leave every home warmer than we found it.", ["we-words"]),
        ("Every home is warmer when we leave.", []),
        ("We take every islander across.", []),
        ("Bread worth crossing the street for.", ["customers"]),
        ("You get innovative solutions.", ["buzzwords"]),
        ("Your bank, number one by 2030.", ["numbers"]),
        ("your " * 26, ["length"]),
        ("your " * 25, []),
        ("<b>your</b> =1+1", ["numbers"]),
    ],
)
def test_hints_name_what_to_look_at_again(text: str, kinds: list[str]) -> None:
    assert [hint.kind for hint in clarity.hints(text)] == kinds


def test_hints_show_the_words_they_are_about() -> None:
    (hint,) = clarity.hints("You get Innovative, world-class, innovative solutions.")
    assert hint.found == ("innovative", "world-class", "solutions")


def test_the_organisations_own_name_is_left_out() -> None:
    text = "At Solutions 24 you come first."
    assert {hint.kind for hint in clarity.hints(text)} == {"buzzwords", "numbers"}
    assert clarity.hints(text, names=["solutions 24", ""]) == []


@given(st.text(max_size=300))
def test_hints_take_any_text(text: str) -> None:
    for hint in clarity.hints(text, names=[text[:5]]):
        assert hint.title
        assert hint.reason


# The word diff


def test_the_diff_marks_whole_words() -> None:
    passages = word_diff("We carry everyone home.", "We bring everyone safely home.")
    assert [(p.kind, p.text) for p in passages] == [
        ("same", "We "),
        ("removed", "carry"),
        ("added", "bring"),
        ("same", " everyone "),
        ("added", "safely "),
        ("same", "home."),
    ]


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_diff_holds_both_texts_whole(before: str, after: str) -> None:
    passages = word_diff(before, after)
    assert "".join(p.text for p in passages if p.kind != "added") == before
    assert "".join(p.text for p in passages if p.kind != "removed") == after
