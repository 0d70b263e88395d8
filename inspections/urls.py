"""Addresses of inspections' pages: health, report, tours, and what came from the field."""

from django.urls import path

from inspections.web import health, overdue_report, tours

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("berichte/ueberfaellig/", overdue_report.overdue_page, name="overdue_report"),
    path("berichte/ueberfaellig.csv", overdue_report.overdue_csv, name="overdue_report_csv"),
    path("berichte/ueberfaellig.xlsx", overdue_report.overdue_xlsx, name="overdue_report_xlsx"),
    path("touren/", tours.tours, name="tours"),
    path("touren/neu/", tours.new_tour, name="tour_new"),
    path("touren/<uuid:pk>/", tours.tour, name="tour"),
    path("touren/<uuid:pk>/abschliessen/", tours.close, name="tour_close"),
]
