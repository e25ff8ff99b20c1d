from django.urls import path

from reports.views import prints, reports

app_name = "reports"

urlpatterns = [
    path("", reports.index, name="index"),
    path("request/", reports.build, name="request"),
    path("<int:report>/", reports.report, name="report"),
    path("<int:report>/progress/", reports.report_progress, name="report_progress"),
    path("<int:report>/report.pdf", reports.report_pdf, name="report_pdf"),
    path("heatmap.pdf", prints.heatmap_pdf, name="heatmap_pdf"),
    path("touchpoints/<int:touchpoint>.pdf", prints.touchpoint_pdf, name="touchpoint_pdf"),
    path("settings/", reports.report_settings, name="settings"),
    path("<int:report>/review/", reports.report_review, name="report_review"),
    path("<int:report>/words/", reports.report_words, name="report_words"),
    path("<int:report>/freeze/", reports.report_freeze, name="report_freeze"),
    path("<int:report>/correct/", reports.report_correct, name="report_correct"),
    path("<int:report>/charts/<slug:name>.svg", reports.report_chart, name="report_chart"),
    path("<int:report>/send/", reports.report_send, name="report_send"),
    path(
        "<int:report>/links/<int:report_link>/withdraw/",
        reports.report_withdraw_link,
        name="report_withdraw_link",
    ),
]
