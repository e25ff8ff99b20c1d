from django.urls import path

from missions.views import decisions, drafts, overview, themes, words

app_name = "missions"

urlpatterns = [
    path("", overview.index, name="index"),
    path("new/", overview.mission_add, name="mission_add"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/new/", decisions.decision_add, name="decision_add"),
    path("decisions/<int:decision>/", decisions.decision_edit, name="decision_edit"),
    path("<int:mission>/", overview.mission, name="mission"),
    path("<int:mission>/words/", words.words, name="words"),
    path("<int:mission>/words/save/", words.words_save, name="words_save"),
    path("<int:mission>/ask/", words.asking, name="asking"),
    path("<int:mission>/ask/<slug:voice>/", words.ask, name="ask"),
    path("<int:mission>/ask/<int:asked>/close/", words.ask_close, name="ask_close"),
    path("<int:mission>/themes/", themes.themes, name="themes"),
    path("<int:mission>/themes/new/", themes.theme_add, name="theme_add"),
    path("<int:mission>/themes/sort/", themes.themes_sort, name="themes_sort"),
    path("<int:mission>/themes/<int:theme>/", themes.theme_edit, name="theme_edit"),
    path("<int:mission>/themes/<int:theme>/delete/", themes.theme_delete, name="theme_delete"),
    path("<int:mission>/draft/", drafts.draft, name="draft"),
    path("<int:mission>/draft/save/", drafts.draft_save, name="draft_save"),
    path("<int:mission>/draft/hints/", drafts.draft_hints, name="draft_hints"),
    path("<int:mission>/draft/compare/", drafts.draft_compare, name="draft_compare"),
    path("<int:mission>/adopt/", drafts.adopt, name="adopt"),
]
