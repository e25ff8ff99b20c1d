from django.urls import path

from feedback import (
    case_views,
    chain_views,
    comment_views,
    import_views,
    link_views,
    period_views,
    result_views,
    review_views,
    survey_views,
    views,
)

app_name = "feedback"

urlpatterns = [
    path("", views.index, name="index"),
    path("rounds/add/", views.round_add, name="round_add"),
    path("rounds/audience/", views.round_audience, name="round_audience"),
    path("rounds/hand-offs/", chain_views.chain_ask, name="chain_ask"),
    path("rounds/<int:round>/", views.round_page, name="round"),
    path("rounds/<int:round>/open/", views.round_open, name="round_open"),
    path("rounds/<int:round>/progress/", views.round_progress, name="round_progress"),
    path("rounds/<int:round>/close/", views.round_close, name="round_close"),
    path("rounds/<int:round>/discard/", views.round_discard, name="round_discard"),
    path("rounds/<int:round>/results/", result_views.results, name="results"),
    path(
        "rounds/<int:round>/export.<str:kind>",
        result_views.round_export,
        name="round_export",
    ),
    path("rounds/<int:round>/test/", views.round_test, name="round_test"),
    path("rounds/<int:round>/places/", link_views.round_links, name="round_links"),
    path(
        "rounds/<int:round>/places/<int:link>/poster/", link_views.link_poster, name="link_poster"
    ),
    path("surveys/add/", survey_views.survey_add, name="survey_add"),
    path("surveys/<int:survey>/", survey_views.survey_preview, name="survey_preview"),
    path("surveys/<int:survey>/edit/", survey_views.survey_edit, name="survey_edit"),
    path("surveys/<int:survey>/as/", survey_views.survey_frames, name="survey_frames"),
    path("surveys/<int:survey>/results/", result_views.survey_results, name="survey_results"),
    path(
        "surveys/<int:survey>/translations/",
        survey_views.survey_translate,
        name="survey_translate",
    ),
    path(
        "touchpoints/<int:touchpoint>/comments/",
        case_views.touchpoint_comments,
        name="touchpoint_comments",
    ),
    path("comments/", comment_views.comments, name="comments"),
    path("comments/<uuid:comment>/", comment_views.comment_tie, name="comment_tie"),
    path("inside-outside/", result_views.inside_outside, name="inside_outside"),
    path("cases/", case_views.cases, name="cases"),
    path("cases/add/", case_views.case_add, name="case_add"),
    path("cases/<int:case>/", case_views.case_edit, name="case_edit"),
    path("quarters/", period_views.periods, name="periods"),
    path("quarters/<int:period>/close/", period_views.period_close, name="period_close"),
    path("held/", review_views.held_comments, name="held_comments"),
    path("held/<uuid:comment>/", review_views.held_comment_review, name="held_comment_review"),
    path("import/", import_views.import_responses, name="import_responses"),
    path("import/<int:job>/", import_views.import_job, name="import_job"),
]
