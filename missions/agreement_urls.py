"""The pages on which a statement is agreed on."""

from django.urls import path

from missions.views import candidates, consent, critique, exports

urlpatterns = [
    path("book.pdf", exports.book, name="book"),
    path("tables/<slug:sheet>.csv", exports.mission_table, {"kind": "csv"}, name="mission_table"),
    path("tables/<slug:sheet>.xlsx", exports.mission_table, {"kind": "xlsx"}, name="mission_table"),
    path("agree/", consent.agree, name="agree"),
    path("candidates/", candidates.candidates, name="candidates"),
    path("candidates/ask/<slug:voice>/", candidates.rank_ask, name="rank_ask"),
    path("candidates/rank/", candidates.rank_own, name="rank_own"),
    path("candidates/close/", candidates.rank_close, name="rank_close"),
    path(
        "candidates/<int:candidate>/take-back/",
        candidates.candidate_take_back,
        name="candidate_take_back",
    ),
    path("candidates/<int:candidate>/draft/", candidates.candidate_draft, name="candidate_draft"),
    path("suggestions/", critique.suggestions, name="suggestions"),
    path("suggestions/open/", critique.critique_open, name="critique_open"),
    path(
        "suggestions/<int:critique>/ask/<slug:voice>/", critique.critique_ask, name="critique_ask"
    ),
    path("suggestions/<int:critique>/freeze/", critique.critique_freeze, name="critique_freeze"),
    path(
        "suggestions/<int:suggestion>/outcome/",
        critique.suggestion_outcome,
        name="suggestion_outcome",
    ),
    path("consent/", consent.consent, name="consent"),
    path("consent/open/", consent.consent_open, name="consent_open"),
    path("consent/<int:consent>/ask/<slug:voice>/", consent.consent_ask, name="consent_ask"),
    path("consent/<int:consent>/answer/", consent.consent_answer, name="consent_answer"),
    path("consent/<int:consent>/close/", consent.consent_close, name="consent_close"),
    path(
        "objections/<int:answer>/withdraw/", consent.objection_withdraw, name="objection_withdraw"
    ),
    path(
        "objections/<int:answer>/override/", consent.objection_override, name="objection_override"
    ),
]
