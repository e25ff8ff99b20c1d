"""What the comments of the sample's rounds have in common, as its manager named it."""

from feedback.models import Comment
from feedback.services import Accepted, accept_themes
from focusprog.sample import words
from focusprog.sample.people import Cast
from programme.models import Role


def name_themes(cast: Cast) -> None:
    """Themes of all closed rounds; some comments are left, for a first suggestion."""
    comments = list(
        Comment.objects.filter(
            organisation=cast.organisation, released_at__isnull=False
        ).select_related("touchpoint")
    )
    groups = [
        Accepted(
            name,
            cast.touchpoints[touchpoint] if touchpoint else None,
            [
                comment.pk
                for comment in comments
                if (comment.touchpoint is not None and comment.touchpoint.name in about)
                or comment.text.startswith(beginnings)
            ],
        )
        for name, touchpoint, about, beginnings in words.THEMES
    ]
    accept_themes(organisation=cast.organisation, groups=groups, by=cast.members[Role.MANAGER])
