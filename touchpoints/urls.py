from django.urls import path

from touchpoints.views import (
    hand_offs,
    heatmap,
    improvement_pages,
    improvements,
    map_import,
    map_order,
    map_pages,
    rules,
    starts,
)

app_name = "touchpoints"

urlpatterns = [
    path("", heatmap.index, name="index"),
    path("export/heatmap.<str:kind>", heatmap.export, name="heatmap_export"),
    path("<int:touchpoint>/cell/", heatmap.cell, name="cell"),
    path("map/", map_pages.whole, name="map"),
    path("map/import/", map_import.map_import, name="map_import"),
    path("export/map.<str:kind>", map_import.map_export, name="map_export"),
    path("map/start/", starts.start_choose, name="start_choose"),
    path("map/start/<slug:start>/", starts.start_add, name="start_add"),
    path("map/journeys/add/", map_pages.journey_add, name="journey_add"),
    path("map/journeys/<int:journey>/", map_pages.journey_edit, name="journey_edit"),
    path("map/journeys/<int:journey>/stages/add/", map_pages.stage_add, name="stage_add"),
    path("map/stages/<int:stage>/", map_pages.stage_edit, name="stage_edit"),
    path("map/journeys/<int:journey>/copy/", map_pages.journey_copy, name="journey_copy"),
    path("map/archive/", map_order.archive_page, name="archived"),
    path("map/<str:kind>/<int:row>/move/", map_order.move, name="move"),
    path("map/<str:kind>/<int:row>/archive/", map_order.row_archive, name="row_archive"),
    path("map/<str:kind>/<int:row>/restore/", map_order.row_restore, name="row_restore"),
    path("map/<str:kind>/<int:row>/delete/", map_order.row_delete, name="row_delete"),
    path("map/touchpoints/add/", map_pages.touchpoint_add, name="touchpoint_add"),
    path("map/touchpoints/<int:touchpoint>/", map_pages.touchpoint_edit, name="touchpoint_edit"),
    path("map/touchpoints/<int:touchpoint>/hand-offs/", hand_offs.hand_offs, name="hand_offs"),
    path(
        "map/hand-offs/<int:hand_off>/remove/",
        hand_offs.hand_off_remove,
        name="hand_off_remove",
    ),
    path("improvements/", improvements.improvements, name="improvements"),
    path(
        "improvements/export/improvements.<str:kind>",
        improvements.improvements_export,
        name="improvements_export",
    ),
    path("improvements/add/", improvement_pages.improvement_add, name="improvement_add"),
    path("improvements/<int:improvement>/", improvement_pages.improvement, name="improvement"),
    path(
        "improvements/<int:improvement>/edit/",
        improvement_pages.improvement_edit,
        name="improvement_edit",
    ),
    path(
        "improvements/<int:improvement>/move/",
        improvement_pages.improvement_move,
        name="improvement_move",
    ),
    path(
        "improvements/<int:improvement>/drop/",
        improvement_pages.improvement_drop,
        name="improvement_drop",
    ),
    path(
        "improvements/<int:improvement>/comment/",
        improvement_pages.improvement_comment,
        name="improvement_comment",
    ),
    path("improvements/rules/", rules.rules, name="rules"),
    path("improvements/rules/export/rules.<str:kind>", rules.rules_export, name="rules_export"),
    path("improvements/rules/add/", rules.rule_add, name="rule_add"),
    path("improvements/rules/<int:rule>/", rules.rule_edit, name="rule_edit"),
    path("improvements/rules/<int:rule>/take-on/", rules.rule_take_on, name="rule_take_on"),
    path("improvements/rules/<int:rule>/lift/", rules.rule_lift, name="rule_lift"),
    path("improvements/rules/<int:rule>/keep/", rules.rule_keep, name="rule_keep"),
]
