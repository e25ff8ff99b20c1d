"""What cannot be done, and the lock that every change takes."""

from collections.abc import Sequence

from missions.models import Draft, Mission, Move


class MissionsError(Exception):
    """What cannot be done to a mission, in words for whoever tried."""


class StaleDraftError(MissionsError):
    """Someone saved a version after the one that this text was based on."""

    def __init__(self, current: Draft) -> None:
        self.current = current
        super().__init__(
            f"Version {current.version} was saved while you were writing. Your text is safe below: "
            "compare the two, then save yours."
        )


class StaleBoardError(MissionsError):
    """The theme board is no longer as it was seen, and the move would overwrite that; `since`
    are the moves that did it, the latest first."""

    def __init__(self, since: Sequence[Move] = ()) -> None:
        self.since = tuple(since)
        happened = " ".join(f"{move.who}: {move.summary}" for move in self.since[:3])
        super().__init__(
            f"The board has changed since you looked. {happened} Yours was not done, so nothing is "
            "lost: look at the board as it is now, and do it again if you still want to."
            if happened
            else "The board is no longer as you saw it, so nothing was changed. Look at it as it "
            "is now, and do it again if you still want to."
        )


class ContradictionError(MissionsError):
    """A change to the theme board that does not fit how it is now."""


def locked(mission: Mission) -> Mission:
    """The mission's row, held until the end of the transaction; refused once it is adopted."""
    held = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
    if not held.is_open:
        raise MissionsError(
            "This mission has been adopted, so its words and drafts stay as they are. "
            "To change the statement, start a new mission."
        )
    return held


def advance(mission: Mission, state: Mission.State) -> None:
    """Move on to that state; working on an earlier step again does not move it back."""
    order = list(Mission.State)
    if order.index(state) > order.index(Mission.State(mission.state)):
        mission.state = state
        mission.save(update_fields=["state"])
