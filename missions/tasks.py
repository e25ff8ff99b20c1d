"""The worker's part: bring in words as they arrive."""

from celery import shared_task

from missions import queries, services
from missions.services import theme_suggestions


@shared_task
def sweep() -> None:
    """Each minute: what rounds have received for missions that are still open, and reminders of
    reviews that have come due."""
    for mission in queries.missions_that_asked():
        services.gather_contributions(mission=mission)
    services.remind_of_reviews()
    theme_suggestions.resume_suggestions()


@shared_task
def find_themes(suggestion_id: int) -> None:
    theme_suggestions.find_themes(suggestion_id=suggestion_id)
