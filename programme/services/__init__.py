"""Every change to an organisation, its members, its people, segments and teams."""

from programme.services.brand import change_brand
from programme.services.charter import CharterChangedError, publish_charter, save_answer
from programme.services.errors import ProgrammeError
from programme.services.forgotten import (
    forgotten_among,
    lift_forgotten,
    refuse_forgotten,
    remember_forgotten,
)
from programme.services.groups import (
    add_segment,
    change_segment,
    delete_segment,
    ensure_segment,
    ensure_team,
    move_segment,
    save_team,
)
from programme.services.losses import record_loss, remove_loss
from programme.services.members import (
    accept_invite,
    change_role,
    invite_colleague,
    invite_for,
    remove_member,
    resend_invite,
    withdraw_invite,
)
from programme.services.organisations import (
    change_organisation,
    create_organisation,
    period_for,
    start_installation,
)
from programme.services.people import add_person, remove_person, restore_person, update_person
from programme.services.people_import import ImportOutcome, import_people
from programme.services.practices import (
    add_practice,
    begin_practices,
    drop_practice,
    rate_practice,
)
from programme.services.reminders import (
    one_click,
    reminder_headers,
    reminders_address,
    reminders_of,
    set_reminders,
)

__all__ = [
    "CharterChangedError",
    "ImportOutcome",
    "ProgrammeError",
    "accept_invite",
    "add_person",
    "add_practice",
    "add_segment",
    "begin_practices",
    "change_brand",
    "change_organisation",
    "change_role",
    "change_segment",
    "create_organisation",
    "delete_segment",
    "drop_practice",
    "ensure_segment",
    "ensure_team",
    "forgotten_among",
    "import_people",
    "invite_colleague",
    "invite_for",
    "lift_forgotten",
    "move_segment",
    "one_click",
    "period_for",
    "publish_charter",
    "rate_practice",
    "record_loss",
    "refuse_forgotten",
    "remember_forgotten",
    "reminder_headers",
    "reminders_address",
    "reminders_of",
    "remove_loss",
    "remove_member",
    "remove_person",
    "resend_invite",
    "restore_person",
    "save_answer",
    "save_team",
    "set_reminders",
    "start_installation",
    "update_person",
    "withdraw_invite",
]
