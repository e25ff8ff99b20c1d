class ProgrammeError(Exception):
    """What cannot be done, in words for the person who tried."""
