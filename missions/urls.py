from django.urls import include, path

from missions import agreement_urls
from missions.views import (
    board,
    commitments,
    compass,
    decisions,
    drafts,
    links,
    overview,
    review,
    theme_suggestions,
    themes,
    versions,
    words,
)

app_name = "missions"

urlpatterns = [
    path("", overview.index, name="index"),
    path("new/", overview.mission_add, name="mission_add"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/new/", decisions.decision_add, name="decision_add"),
    path("decisions/<int:decision>/", decisions.decision_edit, name="decision_edit"),
    path("decisions/<int:decision>/review/", decisions.decision_review, name="decision_review"),
    path("decisions/table.pdf", decisions.decisions_table, {"kind": "pdf"}, name="decisions_table"),
    path("decisions/table.csv", decisions.decisions_table, {"kind": "csv"}, name="decisions_table"),
    path(
        "decisions/table.xlsx", decisions.decisions_table, {"kind": "xlsx"}, name="decisions_table"
    ),
    path("weighings/new/", compass.weighing_add, name="weighing_add"),
    path("weighings/<int:weighing>/", compass.weighing, name="weighing"),
    path("weighings/<int:weighing>/invite/", compass.weighing_invite, name="weighing_invite"),
    path("weighings/<int:weighing>/judge/", compass.weighing_judge, name="weighing_judge"),
    path("weighings/<int:weighing>/reveal/", compass.weighing_reveal, name="weighing_reveal"),
    path("weighings/<int:weighing>/settle/", compass.weighing_settle, name="weighing_settle"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("commitments/new/", commitments.commitment_add, name="commitment_add"),
    path(
        "commitments/<int:commitment>/check/", commitments.commitment_check, name="commitment_check"
    ),
    path(
        "commitments/<int:commitment>/close/", commitments.commitment_close, name="commitment_close"
    ),
    path("commitments/<int:commitment>/give/", commitments.commitment_give, name="commitment_give"),
    path("review/", review.review, name="review"),
    path("poster-large.pdf", review.poster, {"size": "large"}, name="poster"),
    path("poster-small.pdf", review.poster, {"size": "small"}, name="poster"),
    path("<int:mission>/", overview.mission, name="mission"),
    path("<int:mission>/words/", words.words, name="words"),
    path("<int:mission>/words/save/", words.words_save, name="words_save"),
    path("<int:mission>/words/<int:contribution>/hide/", review.words_hide, name="words_hide"),
    path("<int:mission>/words/<int:contribution>/show/", review.words_show, name="words_show"),
    path("<int:mission>/words/react/", words.words_react, name="words_react"),
    path("<int:mission>/words/unquote/", review.words_unquote, name="words_unquote"),
    path(
        "<int:mission>/words/<int:contribution>/unquote/",
        review.words_take_off,
        name="words_take_off",
    ),
    path("<int:mission>/ask/", words.asking, name="asking"),
    path("<int:mission>/ask/<slug:voice>/", words.ask, name="ask"),
    path("<int:mission>/ask/<int:asked>/close/", words.ask_close, name="ask_close"),
    path("<int:mission>/themes/", board.themes, name="themes"),
    path("<int:mission>/themes/changes/", board.board_changes, name="board_changes"),
    path("<int:mission>/themes/new/", themes.theme_add, name="theme_add"),
    path("<int:mission>/themes/sort/", themes.themes_sort, name="themes_sort"),
    path("<int:mission>/themes/merge/", themes.themes_merge, name="themes_merge"),
    path("<int:mission>/themes/place/", themes.themes_place, name="themes_place"),
    path(
        "<int:mission>/themes/table.csv", themes.themes_table, {"kind": "csv"}, name="themes_table"
    ),
    path(
        "<int:mission>/themes/table.xlsx",
        themes.themes_table,
        {"kind": "xlsx"},
        name="themes_table",
    ),
    path("<int:mission>/themes/moves/", themes.moves, name="moves"),
    path("<int:mission>/themes/moves/<int:move>/undo/", themes.move_undo, name="move_undo"),
    path(
        "<int:mission>/themes/suggested/",
        theme_suggestions.theme_suggestion,
        name="theme_suggestion",
    ),
    path(
        "<int:mission>/themes/suggested/new/",
        theme_suggestions.theme_suggestion_add,
        name="theme_suggestion_add",
    ),
    path(
        "<int:mission>/themes/suggested/use/",
        theme_suggestions.theme_suggestion_use,
        name="theme_suggestion_use",
    ),
    path("<int:mission>/themes/<int:theme>/", themes.theme_edit, name="theme_edit"),
    path("<int:mission>/themes/<int:theme>/delete/", themes.theme_delete, name="theme_delete"),
    path("<int:mission>/draft/", drafts.draft, name="draft"),
    path("<int:mission>/draft/save/", drafts.draft_save, name="draft_save"),
    path("<int:mission>/draft/hints/", drafts.draft_hints, name="draft_hints"),
    path("<int:mission>/draft/keep/", drafts.draft_keep, name="draft_keep"),
    path("<int:mission>/draft/answer/", drafts.draft_answer, name="draft_answer"),
    path("<int:mission>/draft/links/", links.draft_links, name="draft_links"),
    path("<int:mission>/draft/links/set/", links.draft_link, name="draft_link"),
    path("<int:mission>/draft/compare/", versions.draft_compare, name="draft_compare"),
    path("<int:mission>/draft/back/", versions.draft_go_back, name="draft_go_back"),
    path(
        "<int:mission>/draft/versions/<int:version>/restore/",
        versions.draft_restore,
        name="draft_restore",
    ),
    path(
        "<int:mission>/draft/aside/<int:aside>/use/",
        versions.draft_bring_back,
        name="draft_bring_back",
    ),
    path(
        "<int:mission>/draft/aside/<int:aside>/delete/",
        versions.draft_throw_away,
        name="draft_throw_away",
    ),
    path(
        "<int:mission>/draft/table.csv", versions.draft_table, {"kind": "csv"}, name="draft_table"
    ),
    path(
        "<int:mission>/draft/table.xlsx", versions.draft_table, {"kind": "xlsx"}, name="draft_table"
    ),
    path("<int:mission>/", include(agreement_urls.urlpatterns)),
    path("<int:mission>/adopt/", drafts.adopt, name="adopt"),
]
