"""Settings of one installation. Defaults run everything in one process on SQLite; the environment changes the rest."""

from typing import Any

from csp.constants import NONE, SELF

from config import logs
from config.env import BASE_DIR, DATA_DIR, data_key, database, env, origin_of
from config.schedule import BEAT_SCHEDULE, ROUTES, URGENT

# --- What and where -------------------------------------------------------------------------------------------

# DEBUG: tracebacks in the browser and static files straight from the source. Never where others can reach it.
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = data_key("SECRET_KEY")
# FIELD_KEY: encrypts secrets at rest (station passwords waiting to be sent, what authenticator apps share with us).
# Changing it loses them: people then need a passkey, or support to remove their authenticator app.
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
    "allauth.usersessions",
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
    "config.requests.middleware",
    "stations.api.waiting.middleware",
    "django.middleware.security.SecurityMiddleware",
    "config.static.StaticFilesMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "drivers.language.LanguageMiddleware",
    "drivers.audit.Middleware",
    "drivers.devices.Middleware",
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
    # The layer waits up to five seconds for a message, just as long as the client library waits for any answer: a quiet
    # listener would be cut off, and hear nothing for a moment.
    _LAYER = {"address": REDIS_URL, "socket_timeout": 30, "max_connections": 1000}
    CHANNEL_LAYERS = {"default": {"BACKEND": "config.channels.SharedChannelLayer", "CONFIG": {"hosts": [_LAYER]}}}
    # Who waits for a page does not wait long for what only makes it faster.
    _PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}
    CACHES = {"default": {"BACKEND": "config.cache.ForgetfulRedisCache", "LOCATION": REDIS_URL, "OPTIONS": _PATIENCE}}
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
# A worker that is not told otherwise takes from both.
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {"celery": {}, URGENT: {}}
CELERY_TASK_ROUTES = ROUTES
# Beat keeps no state of its own: every task is a sweep over rows that say themselves when they are due.
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"polling_interval": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False

# --- Time and language ----------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# Each as it calls itself.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
LANGUAGE_COOKIE_AGE = 400 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"

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
MFA_ADAPTER = "drivers.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Busbar"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
# `drivers.devices` does the tracking; this shows it.
USERSESSIONS_TRACK_ACTIVITY = True
USERSESSIONS_ADAPTER = "stations.adapters.UserSessionsAdapter"
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

# SUPPORT_ADDRESS: where drivers write to and answer letters, such as support@csms.example; an organization may have an
# address of its own. What comes for support+anything@ has to reach the same mailbox. Without it letters are answered on
# the ticket's page alone.
SUPPORT_ADDRESS = env.str("SUPPORT_ADDRESS", default="")
# SUPPORT_MAILBOX: where those letters are fetched, such as imaps://user:password@imap.example:993/INBOX (imap:// is
# without TLS); special characters are percent-encoded. Without it only `manage.py receive_mail` takes letters in.
SUPPORT_MAILBOX = env.str("SUPPORT_MAILBOX", default="")

# PORTAL_URL: where people read the console, such as https://csms.example: what links in messages begin with.
PORTAL_URL = env.str("PORTAL_URL", default=f"http://localhost:{env.str('PORT', default='') or 8000}").rstrip("/")
# NOTIFY_HOSTS: hosts at addresses that are not public to which webhooks and chat services may lead, comma separated;
# * for any. Public ones always may.
NOTIFY_HOSTS = env.list("NOTIFY_HOSTS", default=[])

# --- Security -------------------------------------------------------------------------------------------------

# BEHIND_TLS: a proxy in front terminates TLS and sets X-Forwarded-Proto; cookies are then only for https. Without such
# a proxy anybody could claim to come by https, so it is off unless said.
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # HSTS_SECONDS: how long browsers are told to come by https only.
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
# Without TLS browsers offer passkeys at localhost only, which is no https origin.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "DENY"

# TRUSTED_PROXIES: addresses or networks, comma separated, of proxies in front. Only from these are the headers believed
# that tell of a charger's address, certificate and TLS, and from where a person comes.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
# CLIENT_CERTIFICATE_HEADER: where they put the charger's certificate (base64 of its DER form, or PEM escaped as in a
# URL). They have to remove what comes from outside under this name.
CLIENT_CERTIFICATE_HEADER = env.str("CLIENT_CERTIFICATE_HEADER", default="X-Client-Certificate")

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
AUDITLOG_LOGENTRY_MODEL = "drivers.AuditEntry"
AUDITLOG_MASK_CALLABLE = "drivers.audit.masked"
# What a key pointed to may be gone by the time somebody reads it.
AUDITLOG_USE_FK_STRING_REPRESENTATION = True
# Whoever carries our letters may not take longer than a person waits.
EMAIL_TIMEOUT = 10

# --- REST API -------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "drivers.api.authentication.BearerAuthentication",
        "drivers.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "drivers.api.authentication.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["drivers.api.parsing.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "drivers.api.paging.Paging",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "stations.api.search.Search",
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
        "ExclusionReasonEnum": "monitoring.models.exclusion.Exclusion.Reason",
        "Availability": "stations.domain.status.Availability",
        "CertificatePurpose": "stations.domain.certificates.Purpose",
        "CertificateStatus": "stations.domain.certificates.CertificateStatus",
        "CertificateUse": "stations.domain.certificates.CertificateUse",
        "ChargingProfileKind": "stations.domain.charging_profile.Kind",
        "ChargingProfilePurpose": "stations.domain.charging_profile.Purpose",
        "ConnectorStatus": "stations.domain.status.ConnectorStatus",
        "TokenStatus": "drivers.domain.tokens.TokenStatus",
        "Drift": "stations.domain.configuration.Drift",
        "HelplineOutcome": "monitoring.models.helpline.HelplineContact.Outcome",
        "IncidentSeverity": "monitoring.api.notifications.SEVERITIES",
        "ReportKind": "stations.models.report.Report.Kind",
        "TicketSource": "monitoring.models.ticket.Ticket.Source",
        "TicketState": "monitoring.models.ticket.Ticket.State",
        "NewTicketSource": "monitoring.api.tickets.SOURCES",
        "TariffKind": "stations.models.station_tariff.StationTariff.Kind",
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
# OCPP_REGISTRATION_RETRY_SECONDS: how soon a charger that is not accepted yet may ask again.
OCPP_REGISTRATION_RETRY_SECONDS = env.int("OCPP_REGISTRATION_RETRY_SECONDS", default=60)
# OCPP_URL: where chargers connect, such as wss://charge.example/ocpp/; without it, the address the console is read at.
OCPP_URL = env.str("OCPP_URL", default="")
# OCPP_CALL_TIMEOUT_SECONDS: how long a charger may take to answer a command.
OCPP_CALL_TIMEOUT_SECONDS = env.int("OCPP_CALL_TIMEOUT_SECONDS", default=30)
# OCPP_CONNECTION_TIMEOUT_SECONDS: how long after an accepted remote start a session may take to begin.
OCPP_CONNECTION_TIMEOUT_SECONDS = env.int("OCPP_CONNECTION_TIMEOUT_SECONDS", default=90)
# OCPP_LANES: threads that commit charger messages (SQLite always has one).
OCPP_LANES = env.int("OCPP_LANES", default=2)
# EDGE_DRAIN_SECONDS: over how long an edge process that stops spreads the closing of its sockets, so that its chargers
# do not come to the others all at once. It needs up to half a minute more for what it has to finish.
EDGE_DRAIN_SECONDS = env.float("EDGE_DRAIN_SECONDS", default=20)
# UPTIME_GRACE_SECONDS: how long a station may be away before its ports are out, counted from the last sign of it.
UPTIME_GRACE_SECONDS = env.int("UPTIME_GRACE_SECONDS", default=300)
# OCPP_FRAME_DAYS: how long raw frames are kept.
OCPP_FRAME_DAYS = env.int("OCPP_FRAME_DAYS", default=14)
# SAMPLE_DAYS: how long meter samples are kept, a week at least. QUARTER_DAYS: and the roll-ups of quarters of an hour;
# those of days stay. On PostgreSQL frames go by whole days and samples by whole weeks.
SAMPLE_DAYS = env.int("SAMPLE_DAYS", default=400)
QUARTER_DAYS = env.int("QUARTER_DAYS", default=400)
# OCPP_EVENT_DAYS: how long events of devices are kept.
OCPP_EVENT_DAYS = env.int("OCPP_EVENT_DAYS", default=90)
# OCPP_STREAM_DAYS: how long values of periodic event streams are kept.
OCPP_STREAM_DAYS = env.int("OCPP_STREAM_DAYS", default=14)
# OCPP_CUSTOMER_DAYS: how long it is kept what stations told of customers.
OCPP_CUSTOMER_DAYS = env.int("OCPP_CUSTOMER_DAYS", default=7)
# UPLOAD_URL: what stands before /uploads/ where chargers bring their logs, such as https://csms.example; left empty:
# the scheme and host by which each one is connected.
UPLOAD_URL = env.str("UPLOAD_URL", default="")
# UPLOAD_MAX_BYTES: the largest log a charger may upload.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=256 * 1024 * 1024)
# LOG_DAYS: how long uploaded logs are kept. SECURITY_EVENT_DAYS: and what chargers told of their security.
LOG_DAYS = env.int("LOG_DAYS", default=90)
SECURITY_EVENT_DAYS = env.int("SECURITY_EVENT_DAYS", default=730)
# NOTIFICATION_DAYS: how long the delivery log keeps what people were told of incidents that are over.
NOTIFICATION_DAYS = env.int("NOTIFICATION_DAYS", default=400)

# --- Certificates ---------------------------------------------------------------------------------------------

# CA_CERTIFICATE, CA_KEY: PEM files of the authority that signs stations' certificates: its own certificate first, then
# what leads to its root, and its key, not encrypted. Without them one is made at first use, under DATA/keys/ca.
CA_CERTIFICATE = env.str("CA_CERTIFICATE", default="")
CA_KEY = env.str("CA_KEY", default="")
CA_DIR = DATA_DIR / "keys" / "ca"
# CA_ORGANIZATION: the organization named in the authority's own certificates.
CA_ORGANIZATION = env.str("CA_ORGANIZATION", default="Busbar")
# CERTIFICATE_DAYS: how long a station's certificate is valid. CERTIFICATE_RENEWAL_DAYS: how long before its end the
# station is asked to renew it.
CERTIFICATE_DAYS = env.int("CERTIFICATE_DAYS", default=365)
CERTIFICATE_RENEWAL_DAYS = env.int("CERTIFICATE_RENEWAL_DAYS", default=30)
# PKI_URL: where others find our revocation list and OCSP responder, such as https://csms.example/pki; left empty, no
# certificate names such an address.
PKI_URL = env.str("PKI_URL", default="").rstrip("/")
# PKI_HOSTS: hosts of certificate services at addresses that are not public which chargers may have us ask, comma
# separated. Public ones may always be asked: chargers say themselves whom to ask for a certificate's status.
PKI_HOSTS = env.list("PKI_HOSTS", default=[])
# CONTRACT_CERTIFICATES: dotted path of the class that gets contract certificates for vehicles (ISO 15118);
# stations.gateways.contract_certificates.HttpProvider asks CONTRACT_CERTIFICATES_URL with CONTRACT_CERTIFICATES_TOKEN.
CONTRACT_CERTIFICATES = env.str("CONTRACT_CERTIFICATES", default="stations.gateways.contract_certificates.NoProvider")
CONTRACT_CERTIFICATES_URL = env.str("CONTRACT_CERTIFICATES_URL", default="")
CONTRACT_CERTIFICATES_TOKEN = env.str("CONTRACT_CERTIFICATES_TOKEN", default="")

# --- Metrics --------------------------------------------------------------------------------------------------

# METRICS_TOKEN: what Prometheus says, as a bearer token, to read /metrics; without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- Logging --------------------------------------------------------------------------------------------------

# LOG_FORMAT: console for people, json for machines. LOG_LEVEL: from which level our own log is kept.
LOGGING = logs.configure(env.str("LOG_FORMAT", default="console"), env.str("LOG_LEVEL", default="INFO"))
