"""The worker's part: bring in words as they arrive."""

from celery import shared_task

from missions import queries, services
from missions.services import theme_suggestions


@shared_task
def sweep() -> None:
    """Each minute: what rounds have received for missions that are still open, reminders of
    reviews that have come due, and on Monday morning the question to owners."""
    for mission in queries.missions_that_asked():
        services.gather_contributions(mission=mission)
        services.gather_suggestions(mission=mission)
    services.remind_of_reviews()
    services.remind_of_decisions()
    services.ask_owners()
    theme_suggestions.resume_suggestions()


@shared_task
def find_themes(suggestion_id: int) -> None:
    theme_suggestions.find_themes(suggestion_id=suggestion_id)
