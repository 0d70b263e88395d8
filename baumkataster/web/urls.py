"""Addresses of accounts, photos and the administrators' pages about people and the city."""

from django.urls import path

from baumkataster.web import accounts, city, photos, units, users

urlpatterns = [
    path("accounts/login/", accounts.login, name="login"),
    path("accounts/logout/", accounts.logout, name="logout"),
    path("accounts/password/", accounts.password_change, name="password_change"),
    path("accounts/password/done/", accounts.password_change_done, name="password_change_done"),
    path(
        "accounts/anwendungspasswoerter/",
        accounts.application_passwords,
        name="application_passwords",
    ),
    path(
        "accounts/anwendungspasswoerter/<uuid:pk>/widerrufen/",
        accounts.revoke,
        name="application_password_revoke",
    ),
    path("verwaltung/", users.start, name="administration"),
    path("verwaltung/personen/", users.users, name="users"),
    path("verwaltung/personen/neu/", users.new_user, name="user_new"),
    path("verwaltung/personen/<uuid:pk>/", users.user, name="user"),
    path("verwaltung/personen/<uuid:pk>/nachweis/", users.new_identity, name="user_identity"),
    path("verwaltung/personen/<uuid:pk>/passwort/", users.new_password, name="user_password"),
    path("verwaltung/reviere/", units.units, name="units"),
    path("verwaltung/reviere/neu/", units.unit, name="unit_new"),
    path("verwaltung/reviere/<uuid:pk>/", units.unit, name="unit"),
    path("verwaltung/stadt/", city.city, name="city_settings"),
    path("verwaltung/hintergrundkarten/neu/", city.base_map, name="base_map_new"),
    path("verwaltung/hintergrundkarten/<uuid:pk>/", city.base_map, name="base_map"),
    path(
        "verwaltung/hintergrundkarten/<uuid:pk>/entfernen/",
        city.remove_base_map,
        name="base_map_remove",
    ),
    path("fotos/<uuid:pk>/", photos.photo, name="photo"),
    path("fotos/<uuid:pk>/vorschau/", photos.thumbnail, name="photo_thumbnail"),
]
