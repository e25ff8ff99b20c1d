from django.urls import include, path

from focusprog import errors, health, home, style
from outbox import hook_views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("style/", style.style, name="style"),
    path("account/", include("accounts.urls")),
    path("mailbox/", include("outbox.urls")),
    path("mail-events/", hook_views.mail_events, name="mail_events"),
    path("mail-in/", hook_views.mail_in, name="mail_in"),
    path("", include("feedback.respondent_urls")),
    path("", include("keeping.respondent_urls")),
    path("", include("missions.public_urls")),
    path("", include("touchpoints.public_urls")),
    path("", include("reports.public_urls")),
    path("o/<slug:organisation>/", home.home, name="home"),
    path("", include("programme.urls")),
    path("o/<slug:organisation>/touchpoints/", include("touchpoints.urls")),
    path("o/<slug:organisation>/feedback/", include("feedback.urls")),
    path("o/<slug:organisation>/feedback/", include("missions.comment_urls")),
    path("o/<slug:organisation>/mission/", include("missions.urls")),
    path("o/<slug:organisation>/reports/", include("reports.urls")),
    path("o/<slug:organisation>/keeping/", include("keeping.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
