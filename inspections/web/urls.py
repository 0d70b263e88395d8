"""Addresses of the administrators' pages about catalogues and rule sets."""

from django.urls import path

from inspections.web import catalogues, replannings, rule_previews, rulesets

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
    path("verwaltung/regelwerke/wirkung/<uuid:pk>/", rule_previews.preview, name="rule_preview"),
    path(
        "verwaltung/regelwerke/wirkung/<uuid:pk>/stand/",
        rule_previews.state,
        name="rule_preview_state",
    ),
    path("verwaltung/regelwerke/<uuid:pk>/", rulesets.rule_set, name="rule_set"),
    path("verwaltung/regelwerke/<uuid:pk>/neu/", rulesets.new_rule_set, name="rule_set_from"),
    path("verwaltung/regelwerke/<uuid:pk>/stand/", replannings.state, name="rule_set_state"),
    path("verwaltung/regelwerke/<uuid:pk>/erneut/", replannings.again, name="rule_set_again"),
]
