"""The adopted mission in public: whose words, earlier missions, poster, review, hidden words."""

import datetime as dt
import io
from collections.abc import Callable

import pypdf
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from missions import poster, services
from missions.models import Contribution, Hiding, Mission
from outbox.models import Email
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.missions import adopt, begin

TODAY = timezone.localdate()
STATEMENT = "Warm homes for everyone."


def adopted_by(leader: Membership, text: str = STATEMENT) -> Mission:
    return adopt(begin(leader, felt="Proud of the vans"), leader, text)


@pytest.fixture
def adopted(leader: Membership) -> Mission:
    return adopted_by(leader)


def public(organisation: Organisation) -> str:
    address = reverse("public_mission", args=[organisation.slug])
    return Client().get(address).content.decode()


def page(organisation: Organisation, name: str, **where: object) -> str:
    return reverse(f"missions:{name}", kwargs={"organisation": organisation.slug, **where})


def said(mission: Mission, text: str, **fields: object) -> Contribution:
    return Contribution.objects.create(
        organisation=mission.organisation, mission=mission, voice="customer", text=text, **fields
    )


# Whose words


def test_only_those_who_agreed_are_quoted_and_never_by_name(adopted: Mission) -> None:
    said(adopted, "They rang <b>first</b>", quotable=True, signed_name="Ottoline Grew")
    said(adopted, "Not for the wall")
    said(adopted, "A rude word", quotable=True, is_hidden=True)
    seen = public(adopted.organisation)
    assert "They rang &lt;b&gt;first&lt;/b&gt;" in seen
    for hidden in ("Ottoline", "Not for the wall", "A rude word", "Proud of the vans"):
        assert hidden not in seen


@pytest.mark.parametrize("agrees", [True, False])
def test_ones_own_words_are_quotable_only_if_one_says_so(
    leader: Membership, as_leader: Client, agrees: bool
) -> None:
    mission = begin(leader)
    data = {"feel": "Proud", "readiness": "felt", **({"quotable": "on"} if agrees else {})}
    as_leader.post(page(leader.organisation, "words_save", mission=mission.pk), data)
    assert mission.contributions.get().quotable is agrees
    change = page(leader.organisation, "words", mission=mission.pk) + "?change"
    box = as_leader.get(change).content.decode().split('name="quotable"')[1].split(">")[0]
    assert ("checked" in box) is agrees


def test_permission_is_taken_back_even_after_adoption(
    adopted: Mission, leader: Membership, as_leader: Client
) -> None:
    services.set_quotable(mission=adopted, author=leader, quotable=True)
    assert "Proud of the vans" in public(adopted.organisation)
    as_leader.post(page(adopted.organisation, "words_unquote", mission=adopted.pk))
    assert "Proud of the vans" not in public(adopted.organisation)


def test_themes_are_counted_by_voice(leader: Membership) -> None:
    mission = begin(leader)
    words = [said(mission, f"Words {n}") for n in range(3)]
    services.create_theme(mission=mission, name="Warmth", contributions=words)
    draft, _ = services.save_draft(
        mission=mission, text=STATEMENT, based_on_version=0, author=leader
    )
    services.adopt(mission=mission, draft=draft, review_on=TODAY + dt.timedelta(days=9))
    seen = public(leader.organisation)
    assert "Warmth" in seen
    assert "Customers 3" in seen
    services.hide_contribution(contribution=words[0], reason="Rude", by=leader)
    assert "Customers 2" in public(leader.organisation)


def test_earlier_missions_stay_readable(adopted: Mission, leader: Membership) -> None:
    adopted_by(leader, "We come when we said we would.")
    seen = public(leader.organisation)
    assert seen.index("We come when") < seen.index("Earlier missions") < seen.index(STATEMENT)


# The poster

SMALL = poster.Size("A4", "a4", "A4")


@pytest.mark.parametrize(
    ("paper", "size", "points"),
    [
        ("A4", "large", (842, 1191)),
        ("A4", "small", (595, 842)),
        ("letter", "large", (792, 1224)),
        ("letter", "small", (612, 792)),
    ],
)
def test_the_poster_is_one_page_of_its_size(
    adopted: Mission, as_member: Client, paper: str, size: str, points: tuple[int, int]
) -> None:
    Organisation.objects.update(paper=paper)
    answer = as_member.get(page(adopted.organisation, "poster", size=size))
    assert answer["Content-Type"] == "application/pdf"
    (sheet,) = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == points
    text = " ".join(sheet.extract_text().split())
    assert STATEMENT in text
    assert adopted.organisation.name in text
    assert str(TODAY.year) in text


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=1> & =1+1", "نحن هنا من أجلكم", "🫶🏽", "long " * 400, "a\n" * 900]
)
def test_any_statement_is_a_poster_of_one_page(adopted: Mission, text: str) -> None:
    adopted.statement = text
    pdf = poster.poster(mission=adopted, size=SMALL)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    assert "<img" not in poster.poster_html(mission=adopted, size=SMALL)


def test_the_same_poster_has_the_same_bytes(adopted: Mission) -> None:
    first = poster.poster(mission=adopted, size=SMALL)
    cache.clear()
    assert poster.poster(mission=adopted, size=SMALL) == first


def test_there_is_no_poster_of_another_size_or_of_nothing(
    organisation: Organisation, leader: Membership, as_leader: Client
) -> None:
    assert as_leader.get(page(organisation, "poster", size="small")).status_code == 404
    adopted_by(leader)
    assert as_leader.get(page(organisation, "index") + "poster-a0.pdf").status_code == 404


# The review date


def test_each_leader_is_reminded_once(adopted: Mission, leader: Membership) -> None:
    second = factories.member(adopted.organisation, Role.LEADER)
    factories.member(adopted.organisation, Role.MANAGER)
    assert services.remind_of_reviews() == 0
    Mission.objects.update(review_on=TODAY)
    assert services.remind_of_reviews() == 1
    assert services.remind_of_reviews() == 0
    sent = Email.objects.all()
    assert {email.to_email for email in sent} == {leader.user.email, second.user.email}
    assert len(sent) == 2
    assert STATEMENT in sent[0].text
    assert page(adopted.organisation, "review") in sent[0].html
    Mission.objects.update(review_on=TODAY - dt.timedelta(days=1))
    assert services.remind_of_reviews() == 1
    assert Email.objects.count() == 4


def test_nobody_is_reminded_of_a_retired_mission(adopted: Mission, leader: Membership) -> None:
    Mission.objects.update(review_on=TODAY)
    adopted_by(leader, "Another.")
    assert services.remind_of_reviews() == 0
    assert not Email.objects.exists()


# Hidden words


def test_words_are_hidden_with_a_reason_and_come_back(
    adopted: Mission, manager: Membership, as_manager: Client, as_member: Client
) -> None:
    rude = said(adopted, "Damn them all")
    hide = page(adopted.organisation, "words_hide", mission=adopted.pk, contribution=rude.pk)
    words = page(adopted.organisation, "words", mission=adopted.pk)
    assert as_manager.post(hide, {"reason": " "}).status_code == 422
    assert "Damn them all" in as_member.get(words).content.decode()
    as_manager.post(hide, {"reason": "Swears at <colleagues>"})
    assert "Damn them all" not in as_member.get(words).content.decode()
    for_editors = as_manager.get(words).content.decode()
    assert "Swears at &lt;colleagues&gt;" in for_editors
    show = page(adopted.organisation, "words_show", mission=adopted.pk, contribution=rude.pk)
    as_manager.post(show)
    assert "Damn them all" in as_member.get(words).content.decode()
    log = [(one.hides, one.by) for one in Hiding.objects.order_by("pk")]
    assert log == [(True, manager), (False, manager)]


def test_any_member_may_hide_and_only_editors_show_again(
    adopted: Mission, organisation: Organisation, as_user: Callable[[User], Client]
) -> None:
    rude = said(adopted, "Damn them all")
    someone = factories.member(organisation, Role.MEMBER)
    client = as_user(someone.user)
    where = {"mission": adopted.pk, "contribution": rude.pk}
    words = page(organisation, "words", mission=adopted.pk)
    assert page(organisation, "words_hide", **where) in client.get(words).content.decode()
    client.post(page(organisation, "words_hide", **where), {"reason": "It swears"})
    assert client.post(page(organisation, "words_show", **where)).status_code == 403
    rude.refresh_from_db()
    assert rude.is_hidden
    assert [(one.by, one.reason) for one in Hiding.objects.all()] == [(someone, "It swears")]


def test_auditors_hide_nothing(
    adopted: Mission, organisation: Organisation, as_auditor: Client
) -> None:
    rude = said(adopted, "Damn them all")
    where = {"mission": adopted.pk, "contribution": rude.pk}
    for name in ("words_hide", "words_show"):
        address = page(organisation, name, **where)
        assert as_auditor.post(address, {"reason": "Mine"}).status_code == 403
    words = as_auditor.get(page(organisation, "words", mission=adopted.pk)).content.decode()
    assert page(organisation, "words_hide", **where) not in words
    assert not Hiding.objects.exists()
