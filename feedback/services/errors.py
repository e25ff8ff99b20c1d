class FeedbackError(Exception):
    """Something that a person asked for and that cannot be; its text says why, in plain words."""
