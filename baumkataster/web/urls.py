"""Addresses of accounts, photos and the administrators' pages about people and the city."""

from django.urls import path

from baumkataster.web import accounts, photos

urlpatterns = [
    path("accounts/login/", accounts.login, name="login"),
    path("accounts/logout/", accounts.logout, name="logout"),
    path("accounts/password/", accounts.password_change, name="password_change"),
    path("accounts/password/done/", accounts.password_change_done, name="password_change_done"),
    path("accounts/anwendungen/", accounts.application_passwords, name="application_passwords"),
    path(
        "accounts/anwendungen/<uuid:pk>/widerrufen/",
        accounts.revoke,
        name="application_password_revoke",
    ),
    path("fotos/<uuid:pk>/", photos.photo, name="photo"),
    path("fotos/<uuid:pk>/vorschau/", photos.thumbnail, name="photo_thumbnail"),
]
