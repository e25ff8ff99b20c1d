"""What cannot be done, and the lock that every change takes."""

from missions.models import Draft, Mission


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
