"""Settings of the portal: one file, environment variables, loud on a wrong value.

Profiles (``PORTAL_PROFILE``): ``production`` is the default and refuses to start on a missing or weak secret;
``demo`` serves this machine only, with invented data; ``test`` is what the test command uses.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

PROFILE = os.environ.get("PORTAL_PROFILE", "production")
if PROFILE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"PORTAL_PROFILE={PROFILE!r}: 只能是 production、demo 或 test")
IS_DEMO = PROFILE == "demo"
IS_PRODUCTION = PROFILE == "production"


def env(name: str, default: str | None = None) -> str:
    """Value of ``name``, or the content of the file named by ``name_FILE``; raises when neither is there."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"缺少环境变量 {name}（或 {name}_FILE）。用 ./portal 启动时会自动设置。")
    return value


# ---- Secrets
TEST_SECRET = "test-only-" + "x" * 50
SECRET_KEY = env("SECRET_KEY", TEST_SECRET if PROFILE == "test" else None)
PORTAL_FIELD_KEYS = env("PORTAL_FIELD_KEYS", "1:AAECAwQFBgcICQoLDA0ODw==" if PROFILE == "test" else None)
PORTAL_INDEX_KEY = env(
    "PORTAL_INDEX_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" if PROFILE == "test" else None
)
CRYPTO_PROFILE = env("CRYPTO_PROFILE", "gm")
if IS_PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY == TEST_SECRET):
    raise ImproperlyConfigured("SECRET_KEY 太弱：至少 50 个随机字符")

# ---- Where we serve
DEBUG = False
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = (
    [host for host in env("ALLOWED_HOSTS").split(",") if host] if IS_PRODUCTION else [*LOOPBACK, "testserver"]
)
PORTAL_TRUSTED_PROXIES = int(env("PORTAL_TRUSTED_PROXIES", "0"))
PORTAL_PUBLIC_URL = env("PORTAL_PUBLIC_URL", "http://127.0.0.1:8000" if not IS_PRODUCTION else None).rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_PUBLIC_URL] if IS_PRODUCTION else []

# ---- What the centre is called
CENTRE_NAME = env("PORTAL_CENTRE_NAME", "甘州区社会治安综合治理中心")
CENTRE_SHORT_NAME = env("PORTAL_CENTRE_SHORT_NAME", "甘州区综治中心")
# On every receipt.  0936-1… reaches nobody: local numbers do not begin with 1.
CENTRE_PHONE = env("PORTAL_CENTRE_PHONE", "" if IS_PRODUCTION else "0936-1234567（演示号码）")
COUNTY_CODE = env("PORTAL_COUNTY_CODE", "620702000000")

INSTALLED_APPS = [
    "ganzhou.apps.GanzhouConfig",
    "reports",
    "referrals",
    "centre",
    "disputes",
    "rosters",
    "posts",
    "mediators",
    "imports",
    "notices",
    "accounts",
    "grids",
    "common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "common.middleware.RequestIdMiddleware",
    "common.middleware.DemoLoopbackMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.middleware.PasswordChangeMiddleware",
    "common.middleware.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ganzhou.urls"
WSGI_APPLICATION = "ganzhou.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ganzhou.navigation.shell",
            ],
            "builtins": ["common.templatetags.masks", "common.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ---- Data
DATABASES = {
    "default": dj_database_url.parse(env("DATABASE_URL"), conn_max_age=600, conn_health_checks=True),
}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c timezone=Asia/Shanghai -c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000"
)
# Behind pgbouncer in transaction mode a cursor does not outlive its statement.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env("PORTAL_PGBOUNCER", "") == "1"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", "redis://127.0.0.1:6379/0")
_socket = REDIS_URL.split("://", 1)[1] if REDIS_URL.startswith(("unix://", "redis+socket://")) else ""
#: Celery and redis-py spell the same unix socket differently.
CELERY_BROKER_URL = f"redis+socket://{_socket}" if _socket else REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # after a hundred, an hour, worker and beat would end for good
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
#: A task that came out of the outbox and did not end within this time is sent again; longer than any task may run.
OUTBOX_CONFIRM_SECONDS = 2 * CELERY_TASK_TIME_LIMIT
CELERY_BEAT_SCHEDULER = "ganzhou.beat:LedgerScheduler"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# ---- Mail and text messages: sent by the worker, never by a web request
EMAIL_HOST = env("PORTAL_EMAIL_HOST", "")
EMAIL_PORT = int(env("PORTAL_EMAIL_PORT", "465"))
EMAIL_HOST_USER = env("PORTAL_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env("PORTAL_EMAIL_PASSWORD", "")
_email_security = env("PORTAL_EMAIL_SECURITY", "ssl")
if _email_security not in {"ssl", "starttls", "none"}:
    raise ImproperlyConfigured(f"PORTAL_EMAIL_SECURITY={_email_security!r}: 只能是 ssl、starttls 或 none")
EMAIL_USE_SSL, EMAIL_USE_TLS = _email_security == "ssl", _email_security == "starttls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("PORTAL_EMAIL_FROM", "" if EMAIL_HOST else "portal@localhost")
if EMAIL_HOST and not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("设置了 PORTAL_EMAIL_HOST，还要用 PORTAL_EMAIL_FROM 写明发件地址")
#: Without a server the demo writes each mail to a file; production then sends none.
EMAIL_FILE_PATH = None if EMAIL_HOST or IS_PRODUCTION else str(BASE_DIR / ".portal" / "mail")
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased' if EMAIL_FILE_PATH else 'dummy'}.EmailBackend"
)
PORTAL_SENDS_MAIL = bool(EMAIL_HOST or EMAIL_FILE_PATH)
#: Dotted name of a class with ``send`` (notices.channels.Gateway); empty for none.
PORTAL_SMS_GATEWAY = env("PORTAL_SMS_GATEWAY", "" if IS_PRODUCTION else "notices.channels.SmsFile")
PORTAL_SMS_FOLDER = env("PORTAL_SMS_FOLDER", str(BASE_DIR / ".portal" / "sms"))

# ---- Who comes in
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# argon2id with m=19456, t=2, p=1: in OWASP's approved set, a fifth of the memory of the library default.
PASSWORD_HASHERS = ["accounts.hashers.PortalArgon2Hasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
if PROFILE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.ShortestValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.NotCommonValidator"},
    {"NAME": "accounts.passwords.LongestValidator"},
    {"NAME": "accounts.passwords.CharacterClassesValidator"},
    {"NAME": "accounts.passwords.ContextWordsValidator"},
    {"NAME": "accounts.passwords.NotUsedBeforeValidator"},
]
# django-axes counts per account and address; the handler adds the counts per address and per account (accounts.throttle).
AXES_HANDLER = "accounts.throttle.SignInHandler"
AXES_USERNAME_CALLABLE = "accounts.throttle.account_key"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1 / 6  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a refused guess must not make the wait longer than was said
AXES_DISABLE_ACCESS_LOG = True  # accounts.LoginSession and the audit trail say more
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_IPWARE_PROXY_COUNT = PORTAL_TRUSTED_PROXIES
AXES_CLIENT_IP_CALLABLE = "common.middleware.client_ip"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["password", "own_password", "username", "csrfmiddlewaretoken"]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "portal-session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "portal-csrf"
CSRF_FAILURE_VIEW = "ganzhou.errors.csrf_failure"
#: 网络安全等级保护: idle and absolute limits, and how many browsers one account may use at once.
#: Strict are the sessions of administrators and leaders (accounts.choices.STRICT_ROLES).
SESSION_LIMITS = {"usual": (30 * 60, 12 * 3600), "strict": (15 * 60, 8 * 3600)}
SESSIONS_AT_ONCE = 3
#: 定期更换; 0 is never: nobody should have to renew the passwords printed for a demo.
PASSWORD_MAX_DAYS = 0 if IS_DEMO else 90
#: Written with the demo data, read by the sign-in page of the demo profile only (accounts.demo).
DEMO_ACCOUNTS_FILE = env("DEMO_ACCOUNTS_FILE", str(BASE_DIR / ".portal" / "demo_accounts.json"))

# ---- Headers
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION and PORTAL_TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31536000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# ---- Words and files
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
FORMAT_MODULE_PATH = ["ganzhou.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PROFILE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "map"]

# ---- REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.ClientThrottle"],
    "DEFAULT_THROTTLE_RATES": {"client": "600/min"},
    "EXCEPTION_HANDLER": "common.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{CENTRE_SHORT_NAME}矛盾纠纷多元化解接口",
    "DESCRIPTION": "登记、查询、办理矛盾纠纷的接口。令牌按客户端签发，有权限范围和到期时间；范围以外一律答复 404。",
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"StatusEnum": "disputes.choices.Status", "OutcomeEnum": "disputes.choices.Outcome"},
}

# ---- Logs: one line an event, personal data redacted, control characters escaped
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "common.logs.RedactingFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["redact"], "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING" if PROFILE == "test" else "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}
