"""Themes of comments: made, named, merged and let go, and which comments are in them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from feedback.models import Comment, CommentTheme
from feedback.services.errors import FeedbackError
from feedback.services.moments import set_moments_of
from feedback.services.tying import tie_comment
from programme.models import Membership, Organisation
from touchpoints.models import Touchpoint

_NAME = CommentTheme._meta.get_field("name").max_length or 80
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """Comments that a person puts in a theme; by its name, whether or not there is one yet."""

    name: str
    touchpoint: Touchpoint | None
    comments: Sequence[UUID]


@transaction.atomic
def accept_themes(
    *, organisation: Organisation, groups: Iterable[Accepted], by: Membership | None
) -> int:
    """Put comments into themes of these names, made where there are none; those that are about no
    touchpoint yet are then about their theme's. Returns how many comments have a theme by it."""
    _hold(organisation)
    themes = {one.name.casefold(): one for one in _themes(organisation)}
    placed = 0
    for group in groups:
        name = _name(group.name)
        theme = themes.get(name.casefold())
        if theme is None:
            theme = themes[name.casefold()] = CommentTheme.objects.create(
                organisation=organisation, name=name, touchpoint=group.touchpoint, created_by=by
            )
        elif group.touchpoint is not None and theme.touchpoint_id is None:
            theme.touchpoint = group.touchpoint
            theme.save(update_fields=["touchpoint"])
        placed += _put(theme, group.comments)
    return placed


@transaction.atomic
def sort_comment(
    *,
    comment: Comment,
    touchpoint: Touchpoint | None,
    themes: Collection[CommentTheme],
    new_theme: str = "",
    by: Membership | None,
) -> None:
    """Say what a comment is about: the touchpoint, and the themes that it is in."""
    tied = tie_comment(comment=comment, touchpoint=touchpoint)
    if any(theme.organisation_id != tied.organisation_id for theme in themes):
        raise FeedbackError("That theme is not one of yours.")
    chosen = list(themes)
    if new_theme.strip():
        _hold(tied.organisation)
        name = _name(new_theme)
        known = _themes(tied.organisation).filter(name__iexact=name).first()
        chosen.append(
            known
            or CommentTheme.objects.create(organisation=tied.organisation, name=name, created_by=by)
        )
    tied.themes.set(chosen)


@transaction.atomic
def edit_theme(*, theme: CommentTheme, name: str, touchpoint: Touchpoint | None) -> None:
    """Give a theme another name, or say which touchpoint it is about; comments about another one
    stay where they are."""
    found = CommentTheme.objects.select_for_update().get(pk=theme.pk)
    found.name, found.touchpoint = _name(name), touchpoint
    try:
        with transaction.atomic():
            found.save(update_fields=["name", "touchpoint"])
    except IntegrityError as error:
        raise FeedbackError(
            "Another theme has this name. Choose a different one, or merge the two."
        ) from error
    _tie(found, found.comments.values_list("pk", flat=True))


@transaction.atomic
def merge_theme(*, theme: CommentTheme, into: CommentTheme) -> None:
    """Put the comments of one theme into another, and let the first go."""
    if theme.pk == into.pk or theme.organisation_id != into.organisation_id:
        raise FeedbackError("Choose another theme to merge this one into.")
    held = CommentTheme.objects.select_for_update().filter(pk__in=[theme.pk, into.pk])
    by_key = {one.pk: one for one in held.order_by("pk")}
    if len(by_key) < 2:
        raise FeedbackError("One of these themes is gone by now. Look again and choose.")
    gone, kept = by_key[theme.pk], by_key[into.pk]
    _put(kept, list(gone.comments.values_list("pk", flat=True)))
    gone.delete()


@transaction.atomic
def delete_theme(*, theme: CommentTheme) -> None:
    """Let a theme go; its comments stay, with the touchpoints that they are about."""
    CommentTheme.objects.filter(pk=theme.pk).delete()


def _hold(organisation: Organisation) -> None:
    """Two people who make a theme of one name make one."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _themes(organisation: Organisation) -> QuerySet[CommentTheme]:
    return CommentTheme.objects.filter(organisation=organisation).select_related("touchpoint")


def _name(given: str) -> str:
    name = " ".join(given.replace("\x00", "").split())
    if not name:
        raise FeedbackError("Give the theme a name.")
    return name[:_NAME]


def _put(theme: CommentTheme, comments: Sequence[UUID]) -> int:
    """Of these, those that are the organisation's own and may be read."""
    own = list(
        Comment.objects.filter(
            organisation=theme.organisation_id, pk__in=comments, released_at__isnull=False
        ).values_list("pk", flat=True)
    )
    through = CommentTheme.comments.through
    through.objects.bulk_create(
        [through(commenttheme_id=theme.pk, comment_id=pk) for pk in own],
        ignore_conflicts=True,
        batch_size=_AT_ONCE,
    )
    _tie(theme, own)
    return len(own)


def _tie(theme: CommentTheme, comments: Iterable[UUID]) -> None:
    if theme.touchpoint_id is None:
        return
    loose = Comment.objects.filter(pk__in=comments, touchpoint=None)
    tied = list(loose.values_list("pk", flat=True))
    loose.update(touchpoint=theme.touchpoint_id)
    set_moments_of(comments=tied)
