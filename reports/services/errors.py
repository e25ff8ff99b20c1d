class ReportsError(Exception):
    """What a person asked for cannot be done; the text says why."""
