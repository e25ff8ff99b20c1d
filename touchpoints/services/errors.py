class TouchpointsError(Exception):
    """What cannot be done, in words for the person who tried."""


class StaleError(TouchpointsError):
    """Decided on a page that somebody else's change has overtaken; nothing is changed."""
