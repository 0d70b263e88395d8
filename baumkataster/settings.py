"""Settings, read from the environment and safe by default; other apps appear only as strings."""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from baumkataster import environment
from baumkataster.settings_files import FILES
from baumkataster.settings_observation import *  # noqa: F403
from baumkataster.settings_observation import metrics_folder
from baumkataster.settings_sign_in import *  # noqa: F403
from baumkataster.settings_sign_in import OIDC_FORM_ORIGINS

BASE_DIR = Path(__file__).resolve().parent.parent
#: Everything that an installation makes: uploads, mail files, secrets, collected static files.
VAR_DIR = Path(os.environ.get("BAUM_VAR", BASE_DIR / "var"))

SECRET_KEY = environment.secret_key(
    Path(os.environ.get("BAUM_SECRET_KEY_FILE", VAR_DIR / "secrets" / "django-secret-key"))
)
DEBUG = environment.flag("BAUM_DEBUG")
#: The address under which people reach the installation; https switches secure cookies and HSTS on.
PUBLIC_URL = os.environ.get("BAUM_PUBLIC_URL", "").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = environment.words("BAUM_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "baumkataster",
    "inspections",
    "geodata",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.gis",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "gisserver",
    "leaflet",
    "procrastinate.contrib.django",
    "rest_framework",
    "rest_framework_gis",
]

MIDDLEWARE = [
    "baumkataster.web.proxies.KnownProxies",
    "baumkataster.web.observation.Observed",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "baumkataster.web.second_factor.SecondFactorRequired",
    "baumkataster.web.storage_down.StorageMayBeDown",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "baumkataster.urls"
WSGI_APPLICATION = "baumkataster.wsgi.application"
ASGI_APPLICATION = "baumkataster.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "baumkataster.web.context.installation",
                "inspections.web.waiting.waiting",
                "inspections.web.waiting.rule_change",
            ],
        },
    },
]

# --- database: the app role serves everything, the owner only `migrate` (see manage.py) ---
DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://baum_app@/baumkataster")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
_app = environment.database(DATABASE_URL)
#: Grants are given to this role by `migrate` (baumkataster/grants.py).
APP_DB_ROLE = str(_app["USER"])
DATABASES = {"default": _app}
if os.environ.get("BAUM_DB_ROLE") == "owner" and DATABASE_OWNER_URL:
    DATABASES = {"default": environment.database(DATABASE_OWNER_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
#: Stored reference system: ETRS89 / UTM zone 32N, the official one of north-west Germany.
SRID = 25832

# --- people ---
AUTH_USER_MODEL = "baumkataster.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = int(os.environ.get("BAUM_LOGIN_ATTEMPTS", "8"))
AXES_COOLOFF_TIME = float(os.environ.get("BAUM_LOGIN_LOCK_HOURS", "0.25"))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
SESSION_ENGINE = "baumkataster.web.sessions"
SESSION_COOKIE_AGE = int(float(os.environ.get("BAUM_SESSION_HOURS", "12")) * 3600)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"

# --- security headers ---
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS and environment.flag("BAUM_SSL_REDIRECT", default=True)
# The supervisor asks on loopback, without the proxy that speaks https.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
#: How many proxies stand in front, and from which addresses the last of them speaks to us.
PROXIES = int(os.environ.get("BAUM_PROXIES", "0"))
PROXY_ADDRESSES = environment.words("BAUM_PROXY_ADDRESSES", "127.0.0.0/8,::1")
if environment.flag("BAUM_BEHIND_PROXY", default=PROXIES > 0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
#: Hosts of base maps that browsers may load pictures from (the demo needs none).
BASE_MAP_HOSTS = environment.words(
    "BAUM_BASE_MAP_HOSTS", "https://sgx.geodatenzentrum.de,https://opendata.lgln.niedersachsen.de"
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *BASE_MAP_HOSTS],
        # The field app fetches the tiles that it takes along.
        "connect-src": [SELF, *BASE_MAP_HOSTS],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *OIDC_FORM_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
# Debian's GDAL is older than the one that refuses malicious spatial references (gis.W001).
# No text from a client ever reaches GDAL: geodata/rules/crs.py maps to a fixed list, a test holds it.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# --- language and time ---
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("Deutsch")), ("en", _("Englisch"))]
LOCALE_PATHS = [BASE_DIR / "baumkataster" / "locale"]
FORMAT_MODULE_PATH = "baumkataster.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
USE_THOUSAND_SEPARATOR = False

# --- files ---
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/fotos/"
STORAGES = {
    "default": FILES,
    "staticfiles": {"BACKEND": "baumkataster.web.static_files.HashedStaticFiles"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
#: Uploaded import files: the largest, and how long they are kept.
IMPORT_MAX_BYTES = int(os.environ.get("BAUM_IMPORT_MAX_MB", "200")) * 1024 * 1024
IMPORT_FILE_DAYS = int(os.environ.get("BAUM_IMPORT_FILE_DAYS", "30"))

# --- mail: SMTP by settings, otherwise files that an administrator can read ---
DEFAULT_FROM_EMAIL = os.environ.get("BAUM_MAIL_FROM", "baumkataster@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_HOST = os.environ.get("BAUM_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("BAUM_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("BAUM_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("BAUM_SMTP_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("BAUM_SMTP_STARTTLS")
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"
)

# --- counters of refused sign-ins and used codes: in the database, so that all web servers agree ---
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "baumkataster_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- interfaces ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "baumkataster.api.authentication.ApplicationPasswordAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "baumkataster.api.parsers.SoundJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "baumkataster.api.errors.explain",
    "DEFAULT_THROTTLE_RATES": {"application-password": "30/minute"},
    # REMOTE_ADDR counts: web/proxies.py has put the client's address there.
    "NUM_PROXIES": 0,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Baumkataster",
    "DESCRIPTION": _("Bäume, Kontrollen und Maßnahmen einer Stadt."),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "baumkataster.api.schema.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    # Without links inside its buttons, which screen readers cannot tell apart.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "defaultModelsExpandDepth": 0},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ExpectationEnum": "baumkataster.models.Expectation",
        "PositionSourceEnum": "baumkataster.models.PositionSource",
    },
}
LEAFLET_CONFIG = {"DEFAULT_CENTER": (53.14, 8.21), "DEFAULT_ZOOM": 13, "TILES": []}
GISSERVER_WRAP_FILTER_DB_ERRORS = True
GISSERVER_CAPABILITIES_BOUNDING_BOX = True
GISSERVER_DEFAULT_MAX_PAGE_SIZE = 5000
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_ON_APP_READY = None
#: Seconds. Signs of life so dense that a dead worker is known in twenty (inspections/tasks.py). A worker
#: that starts forgets others late: one that only slept must find itself in the list when it wakes.
PROCRASTINATE_WORKER_DEFAULTS = {"update_heartbeat_interval": 5.0, "stalled_worker_timeout": 300.0}

metrics_folder(VAR_DIR)
