"""Addresses of accounts, photos and the administrators' pages about people and the city."""

from django.urls import path

from baumkataster.web import access_page, accounts, city, oidc, photos, second_factor, units, users

urlpatterns = [
    path("accounts/login/", accounts.login, name="login"),
    # The name under which allauth looks for it.
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", accounts.logout, name="logout"),
    path("accounts/oidc/", oidc.start, name="oidc_login"),
    path("accounts/oidc/zurueck/", oidc.callback, name="oidc_callback"),
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
    path("accounts/bestaetigen/", second_factor.confirm_password, name="account_reauthenticate"),
    path("accounts/zweiter-faktor/", second_factor.overview, name="mfa_index"),
    path("accounts/zweiter-faktor/code/", second_factor.authenticate, name="mfa_authenticate"),
    path(
        "accounts/zweiter-faktor/bestaetigen/",
        second_factor.confirm_code,
        name="mfa_reauthenticate",
    ),
    path("accounts/zweiter-faktor/app/", second_factor.new_code_app, name="mfa_activate_totp"),
    path(
        "accounts/zweiter-faktor/app/entfernen/",
        second_factor.remove_code_app,
        name="mfa_deactivate_totp",
    ),
    path(
        "accounts/zweiter-faktor/ersatzcodes/",
        second_factor.recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/zweiter-faktor/ersatzcodes/neu/",
        second_factor.new_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("accounts/passkeys/", second_factor.passkey_list, name="mfa_list_webauthn"),
    path("accounts/passkeys/neu/", second_factor.new_passkey, name="mfa_add_webauthn"),
    path("accounts/passkeys/anmelden/", second_factor.passkey_sign_in, name="mfa_login_webauthn"),
    path(
        "accounts/passkeys/bestaetigen/",
        second_factor.confirm_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "accounts/passkeys/<int:pk>/entfernen/",
        second_factor.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("verwaltung/", users.start, name="administration"),
    path("verwaltung/personen/", users.users, name="users"),
    path("verwaltung/personen/neu/", users.new_user, name="user_new"),
    path("verwaltung/personen/<uuid:pk>/", users.user, name="user"),
    path("verwaltung/personen/<uuid:pk>/nachweis/", users.new_identity, name="user_identity"),
    path("verwaltung/personen/<uuid:pk>/passwort/", users.new_password, name="user_password"),
    path("verwaltung/personen/<uuid:pk>/zweiter-faktor/", users.reset_factor, name="user_factor"),
    path("verwaltung/zugriffe/", access_page.access_records, name="access_records"),
    path("verwaltung/zugriffe.csv", access_page.access_csv, name="access_csv"),
    path(
        "verwaltung/anwendungspasswoerter/",
        accounts.all_application_passwords,
        name="all_application_passwords",
    ),
    path(
        "verwaltung/anwendungspasswoerter/<uuid:pk>/widerrufen/",
        accounts.revoke_of_person,
        name="application_password_revoke_any",
    ),
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
