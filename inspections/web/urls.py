"""Addresses of the administrators' pages about catalogues and rule sets."""

from django.urls import path

from inspections.web import catalogues, rulesets

urlpatterns = [
    path("verwaltung/kataloge/", catalogues.catalogues, name="catalogues_page"),
    path("verwaltung/kataloge/<slug:slug>/", catalogues.catalogue, name="catalogue_page"),
    path("verwaltung/kataloge/<slug:slug>/neu/", catalogues.entry, name="catalogue_entry_new"),
    path(
        "verwaltung/kataloge/<slug:slug>/eintrag/<slug:code>/",
        catalogues.entry,
        name="catalogue_entry",
    ),
    path("verwaltung/regelwerke/", rulesets.rule_sets, name="rule_sets"),
    path("verwaltung/regelwerke/neu/", rulesets.new_rule_set, name="rule_set_new"),
    path("verwaltung/regelwerke/<uuid:pk>/", rulesets.rule_set, name="rule_set"),
    path("verwaltung/regelwerke/<uuid:pk>/neu/", rulesets.new_rule_set, name="rule_set_from"),
]
