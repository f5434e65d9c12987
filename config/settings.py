"""Settings of one installation. Defaults run everything in one process on SQLite; the environment changes the rest."""

from typing import Any

from csp.constants import NONE, SELF

from config import logs
from config.env import BASE_DIR, DATA_DIR, data_key, database, env, origin_of
from config.schedule import BEAT_SCHEDULE

# --- What and where -------------------------------------------------------------------------------------------

# DEBUG: tracebacks in the browser and static files straight from the source. Never where others can reach it.
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = data_key("SECRET_KEY")
# FIELD_KEY: encrypts secrets at rest (station passwords waiting to be sent). Changing it loses those still waiting.
FIELD_KEY = data_key("FIELD_KEY")

# ALLOWED_HOSTS: names this installation answers to, comma separated.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
# CSRF_TRUSTED_ORIGINS: https origins behind a proxy that changes the host, comma separated.
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "auditlog",
    "channels",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "drivers",
    "stations",
    "billing",
    "firmware",
    "monitoring",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.static.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Data -----------------------------------------------------------------------------------------------------

# DATABASE_URL: postgres://user:password@host:5432/name; without it SQLite under DATA.
DATABASES = {"default": database("DATABASE_URL", sqlite_file=DATA_DIR / "busbar.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# REDIS_URL: channel layer, broker and cache for several processes; without it all of it lives in this one process.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "config.channels.LocalChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"

# --- Static files ---------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.npm.NpmFinder",
]
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}

# --- Celery ---------------------------------------------------------------------------------------------------

CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
# Beat keeps no state of its own: every task is a sweep over rows that say themselves when they are due.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"polling_interval": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False

# --- Time and language ----------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"

# --- People ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "drivers.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "drivers.adapters.AccountAdapter"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"

# EMAIL_URL: smtp+tls://user:password@host:587; without it letters are kept as files under DATA/mail.
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
# EMAIL_FROM: the sender of our letters.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="Busbar <busbar@localhost>")

# --- Security -------------------------------------------------------------------------------------------------

# BEHIND_TLS: a proxy in front terminates TLS and sets X-Forwarded-Proto; cookies are then only for https. Without such
# a proxy anybody could claim to come by https, so it is off unless said.
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # HSTS_SECONDS: how long browsers are told to come by https only.
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "DENY"

# TILE_URL: a map tile server, such as https://tile.example/{z}/{x}/{y}.png; without it the map shows outlines only.
TILE_URL = env.str("TILE_URL", default="")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *origin_of(TILE_URL)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Changes of people and network are logged; of secrets only that they changed.
AUDITLOG_MASK_CALLABLE = "drivers.audit.masked"

# --- REST API -------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "drivers.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "drivers.api.authentication.HasScope",
    ],
    "DEFAULT_PARSER_CLASSES": ["drivers.api.parsing.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "drivers.api.paging.Paging",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drivers.api.problems.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Busbar",
    "DESCRIPTION": (
        "What the console can do, for programs. Send `Authorization: Bearer <key>`; a key acts as its person, narrowed "
        "to its scopes (`read`, `write`, `command`). Lists come in pages: follow `next`. Errors are problem documents "
        "(RFC 9457). Times are UTC, money is in minor units."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "ENUM_NAME_OVERRIDES": {
        "Availability": "stations.domain.status.Availability",
        "ConnectorStatus": "stations.domain.status.ConnectorStatus",
        "TokenStatus": "drivers.domain.tokens.TokenStatus",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "drivers.api.schema.add_problems",
    ],
    "SWAGGER_UI_DIST": f"{STATIC_URL}vendor/swagger-ui",
    "SWAGGER_UI_FAVICON_HREF": f"{STATIC_URL}vendor/swagger-ui/favicon-32x32.png",
}

# --- Chargers -------------------------------------------------------------------------------------------------

# OCPP_MAX_FRAME_BYTES: a larger frame is answered with a CALLERROR where its id can be read, and never parsed.
OCPP_MAX_FRAME_BYTES = env.int("OCPP_MAX_FRAME_BYTES", default=256 * 1024)
# OCPP_HEARTBEAT_SECONDS: the interval told to chargers at boot.
OCPP_HEARTBEAT_SECONDS = env.int("OCPP_HEARTBEAT_SECONDS", default=300)
# OCPP_CALL_TIMEOUT_SECONDS: how long a charger may take to answer a command.
OCPP_CALL_TIMEOUT_SECONDS = env.int("OCPP_CALL_TIMEOUT_SECONDS", default=30)
# OCPP_CONNECTION_TIMEOUT_SECONDS: how long after an accepted remote start a session may take to begin.
OCPP_CONNECTION_TIMEOUT_SECONDS = env.int("OCPP_CONNECTION_TIMEOUT_SECONDS", default=90)
# OCPP_LANES: threads that commit charger messages (SQLite always has one).
OCPP_LANES = env.int("OCPP_LANES", default=2)
# OCPP_FRAME_DAYS: how long raw frames are kept.
OCPP_FRAME_DAYS = env.int("OCPP_FRAME_DAYS", default=14)

# --- Logging --------------------------------------------------------------------------------------------------

# LOG_FORMAT: console for people, json for machines. LOG_LEVEL: from which level our own log is kept.
LOGGING = logs.configure(env.str("LOG_FORMAT", default="console"), env.str("LOG_LEVEL", default="INFO"))
