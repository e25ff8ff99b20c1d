from django.urls import path

from reports import print_views, views

app_name = "reports"

urlpatterns = [
    path("", views.index, name="index"),
    path("request/", views.build, name="request"),
    path("<int:report>/", views.report, name="report"),
    path("<int:report>/progress/", views.report_progress, name="report_progress"),
    path("<int:report>/report.pdf", views.report_pdf, name="report_pdf"),
    path("heatmap.pdf", print_views.heatmap_pdf, name="heatmap_pdf"),
    path("touchpoints/<int:touchpoint>.pdf", print_views.touchpoint_pdf, name="touchpoint_pdf"),
    path("settings/", views.report_settings, name="settings"),
    path("<int:report>/review/", views.report_review, name="report_review"),
    path("<int:report>/words/", views.report_words, name="report_words"),
    path("<int:report>/freeze/", views.report_freeze, name="report_freeze"),
    path("<int:report>/correct/", views.report_correct, name="report_correct"),
    path("<int:report>/charts/<slug:name>.svg", views.report_chart, name="report_chart"),
    path("<int:report>/send/", views.report_send, name="report_send"),
    path(
        "<int:report>/links/<int:report_link>/withdraw/",
        views.report_withdraw_link,
        name="report_withdraw_link",
    ),
]
