"""Addresses of inspections' pages: health, report, tours, and what came from the field."""

from django.urls import path

from inspections.web import (
    field_devices,
    field_review,
    health,
    outbox_files,
    overdue_report,
    report_files,
    tours,
)

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("berichte/ueberfaellig/", overdue_report.overdue_page, name="overdue_report"),
    path("berichte/ueberfaellig.csv", overdue_report.overdue_csv, name="overdue_report_csv"),
    path("berichte/ueberfaellig.xlsx", overdue_report.overdue_xlsx, name="overdue_report_xlsx"),
    path(
        "berichte/ueberfaellig/summen/", overdue_report.overdue_totals, name="overdue_report_totals"
    ),
    path("berichte/dateien/", report_files.files, name="report_files"),
    path("berichte/dateien/neu/", report_files.new, name="report_file_new"),
    path("berichte/dateien/<uuid:pk>/", report_files.report_file, name="report_file"),
    path("berichte/dateien/<uuid:pk>/stand/", report_files.state, name="report_file_state"),
    path("berichte/dateien/<uuid:pk>/datei/", report_files.download, name="report_file_download"),
    path("touren/", tours.tours, name="tours"),
    path("touren/neu/", tours.new_tour, name="tour_new"),
    path("touren/<uuid:pk>/", tours.tour, name="tour"),
    path("touren/<uuid:pk>/abschliessen/", tours.close, name="tour_close"),
    path("klaerung/", field_review.review, name="field_review"),
    path("klaerung/ausgang/", outbox_files.outbox_file, name="outbox_file"),
    path("klaerung/widerspruch/<uuid:pk>/", field_review.conflict, name="field_conflict"),
    path("klaerung/<uuid:pk>/", field_review.entry, name="field_entry"),
    path("klaerung/<uuid:pk>/uebernehmen/", field_review.accept, name="field_entry_accept"),
    path("klaerung/<uuid:pk>/ablehnen/", field_review.reject, name="field_entry_reject"),
    path("verwaltung/geraete/", field_devices.devices, name="field_devices"),
    path("verwaltung/geraete/<uuid:pk>/", field_devices.device, name="field_device"),
    path("verwaltung/geraete/<uuid:pk>/name/", field_devices.rename, name="field_device_rename"),
    path("verwaltung/geraete/<uuid:pk>/sperren/", field_devices.block, name="field_device_block"),
    path(
        "verwaltung/geraete/<uuid:pk>/freigeben/",
        field_devices.unblock,
        name="field_device_unblock",
    ),
]
