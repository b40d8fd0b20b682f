"""Django settings, one set for every machine: what differs comes from the environment, secrets also from `var/`."""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from compensation.embedded import secret, service_urls

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
_services = service_urls()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret("django")
ENCRYPTION_KEYS = env.dict("ENCRYPTION_KEYS", default={}) or {"1": secret("encryption")}
# By which coupon codes are made (the highest number) and read (all of them): users/services/coupons/keys.py
COUPON_KEYS = env.dict("COUPON_KEYS", default={}) or {"1": secret("coupons")}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_cotton",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rules.apps.AutodiscoverRulesConfig",
    "pgtrigger",
    "pghistory",
    "compensation.runtime",
    "compensation.audit",
    "compensation.programmes",
    "compensation.ledger",
    "compensation.messaging",
    "users",
    "merchants",
    "claims",
]

MIDDLEWARE = [
    "compensation.runtime.middleware.ReceivedAtMiddleware",
    "compensation.runtime.turnstile.TurnstileMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "compensation.runtime.middleware.SignedInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "compensation.runtime.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "compensation.runtime.middleware.SignInAgainMiddleware",
]

REQUESTS_AT_ONCE = env.int("REQUESTS_AT_ONCE", default=4)  # of a web process (compensation.runtime.turnstile)

ROOT_URLCONF = "compensation.urls"
WSGI_APPLICATION = "compensation.wsgi.application"

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
            ],
        },
    }
]
COTTON_DIR = "components"

# --- database, cache, queue -------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url_config(_services.database_url)}
DATABASES["default"] |= {
    "ENGINE": "compensation.runtime.postgres",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _services.redis_url
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    # Parts of public pages, in each process and for seconds ({% cache %}), as what KEPT_SECONDS is for.
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"},
}
# How long a process believes what it read of the rules, where it only shows them (compensation.runtime.kept).
KEPT_SECONDS = 5

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_TIMEZONE = "Asia/Seoul"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "claims.advance_run": {"queue": "files"},
    "claims.ask_account_holders": {"queue": "files"},  # a bank that takes its time keeps no short task waiting
    "claims.assess_pending": {"queue": "assessment"},
    "claims.fill_payout_batch": {"queue": "files"},
    "claims.write_bank_files": {"queue": "files"},
    "claims.read_bank_result": {"queue": "files"},
    "claims.remove_orphaned_files": {"queue": "files"},
    "claims.work_on_evidence": {"queue": "files"},
    "users.work_on_grant_job": {"queue": "grants"},
    "users.write_handover": {"queue": "grants"},
    "messaging.deliver": {"queue": "messages"},
    "messaging.deliver_urgent": {"queue": "codes"},
    "messaging.sweep": {"queue": "messages"},
}
# The sweepers: the database knows what is left to do, so a lost message costs these few seconds and nothing else.
CELERY_BEAT_SCHEDULE = {
    "sweep-accounts": {"task": "claims.sweep_accounts", "schedule": 60.0, "options": {"expires": 60.0}},
    "sweep-runs": {"task": "claims.sweep_runs", "schedule": 2.0, "options": {"expires": 2.0}},
    "sweep-evidence": {"task": "claims.sweep_evidence", "schedule": 10.0, "options": {"expires": 10.0}},
    "sweep-files": {"task": "claims.remove_orphaned_files", "schedule": 60.0, "options": {"expires": 60.0}},
    "sweep-case-checks": {"task": "claims.sweep_case_checks", "schedule": 10.0, "options": {"expires": 10.0}},
    "sweep-reviews": {"task": "claims.sweep_reviews", "schedule": 60.0, "options": {"expires": 60.0}},
    "sweep-bulk-jobs": {"task": "claims.sweep_bulk_jobs", "schedule": 10.0, "options": {"expires": 10.0}},
    "sweep-assessment": {"task": "claims.sweep_assessment", "schedule": 10.0, "options": {"expires": 10.0}},
    "remind-of-items": {"task": "users.remind_of_items", "schedule": 60.0, "options": {"expires": 60.0}},
    "sweep-passes": {"task": "users.sweep_passes", "schedule": 60.0, "options": {"expires": 60.0}},
    "hand-over": {"task": "users.hand_over", "schedule": 60.0, "options": {"expires": 60.0}},
    "sweep-handover": {"task": "users.sweep_handover", "schedule": 10.0, "options": {"expires": 10.0}},
    "sweep-grant-jobs": {"task": "users.sweep_grant_jobs", "schedule": 5.0, "options": {"expires": 5.0}},
    "sweep-payouts": {"task": "claims.sweep_payouts", "schedule": 10.0, "options": {"expires": 10.0}},
    "make-missing-payouts": {
        "task": "claims.make_missing_payouts",
        "schedule": crontab(hour=4, minute=0),
        "options": {"expires": 3600.0},
    },
    "verify-money": {  # after the payouts that were missing are made
        "task": "claims.verify_money",
        "schedule": crontab(hour=4, minute=30),
        "options": {"expires": 3600.0},
    },
    "write-notices": {"task": "claims.write_notices", "schedule": 5.0, "options": {"expires": 5.0}},
    "draw-second-looks": {"task": "claims.draw_second_looks", "schedule": 300.0, "options": {"expires": 300.0}},
    "watch-deadlines": {"task": "claims.watch_deadlines", "schedule": 600.0, "options": {"expires": 600.0}},
    "close-due-votes": {"task": "claims.close_due_votes", "schedule": 30.0, "options": {"expires": 30.0}},
    "remind-of-questions": {"task": "claims.remind_of_questions", "schedule": 300.0, "options": {"expires": 300.0}},
    "index-holders": {"task": "merchants.index_holders", "schedule": 60.0, "options": {"expires": 60.0}},
    "sweep-messages": {"task": "messaging.sweep", "schedule": 10.0, "options": {"expires": 10.0}},
    "destroy-expired": {  # when nobody is about
        "task": "claims.destroy_expired",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 3600.0},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# How many people a second the waiting room lets in to apply for the pass, of all web processes together: what two
# cores were measured to bear beside those who come (docs/performance.md). 30 for each core of a larger web.
PASS_ADMISSIONS_PER_SECOND = env.int("PASS_ADMISSIONS_PER_SECOND", default=60)

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# Kakao sign-in (OpenID Connect). Without a client id there is no button; `make run` puts a stand-in here.
KAKAO_SERVER_URL = env.str("KAKAO_SERVER_URL", default="https://kauth.kakao.com")
KAKAO_CLIENT_ID = env.str("KAKAO_CLIENT_ID", default="")
# The sites that a sign-in passes through: the browser checks every redirect after a form (CSP form-action).
KAKAO_SITES = [KAKAO_SERVER_URL, *env.list("KAKAO_LOGIN_SITES", default=["https://accounts.kakao.com"])]
SOCIALACCOUNT_ADAPTER = "users.views.kakao.KakaoAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "users.views.kakao.KakaoProvider",
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": ["openid"],  # who somebody is to Kakao, and nothing about them
        "APPS": [
            {
                "provider_id": "kakao-oidc",
                "name": "Kakao",
                "client_id": KAKAO_CLIENT_ID,
                "secret": env.str("KAKAO_CLIENT_SECRET", default=""),
                "settings": {"server_url": KAKAO_SERVER_URL, "fetch_userinfo": False},
            }
        ],
    }
}

# --- messages to people -----------------------------------------------------------------------------------------------
# Which gateway serves a channel: "file" (var/messages, the default: nothing leaves the machine), "console", or the real
# one, "sens" for kakao and sms, "smtp" for email.
MESSAGING = {
    "kakao": env.str("MESSAGING_KAKAO", default="file"),
    "sms": env.str("MESSAGING_SMS", default="file"),
    "email": env.str("MESSAGING_EMAIL", default="file"),
    "folder": env.str("MESSAGING_FOLDER", default=str(VAR_DIR / "messages")),
    "sens": {
        "address": env.str("SENS_ADDRESS", default="https://sens.apigw.ntruss.com"),
        "access_key": env.str("SENS_ACCESS_KEY", default=""),
        "secret_key": env.str("SENS_SECRET_KEY", default=""),
        "kakao_service": env.str("SENS_KAKAO_SERVICE", default=""),
        "kakao_channel": env.str("SENS_KAKAO_CHANNEL", default=""),
        "sms_service": env.str("SENS_SMS_SERVICE", default=""),
        "sms_from": env.str("SENS_SMS_FROM", default=""),
        "templates": env.dict("SENS_TEMPLATES", default={}),  # "claim_received_ko=…", where the approved code differs
    },
}
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="no-reply@localhost")

# --- security ---------------------------------------------------------------------------------------------------------
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
STAFF_IDLE_MINUTES = 30
# How many proxies stand in front: the client's address is taken that many places from the right of X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *(KAKAO_SITES if KAKAO_CLIENT_ID else [])],
        "frame-ancestors": [NONE],
    }
}

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("한국어")), ("en", _("영어"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["compensation.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Seoul"

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", VAR_DIR / "assets"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "media"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": {
        "BACKEND": "compensation.runtime.storage.DurableFileSystemStorage",
        "OPTIONS": {"location": f"{MEDIA_ROOT}/evidence"},
    },
    "handover": {
        "BACKEND": "compensation.runtime.storage.DurableFileSystemStorage",
        "OPTIONS": {"location": f"{MEDIA_ROOT}/handover"},
    },
    "bank_files": {
        "BACKEND": "compensation.runtime.storage.DurableFileSystemStorage",
        "OPTIONS": {"location": f"{MEDIA_ROOT}/bank_files"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
LETTER_FONTS_DIR = VAR_DIR / "letter-fonts"  # the typeface of letters (PDF), from bin/assets.py
# On disk, hashed while received, bounded: on every page, also those that expect no file.
FILE_UPLOAD_HANDLERS = ["compensation.runtime.uploads.MeasuringUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# The malware scanner (clamd): host:port or the path of its socket. Blank: files are not scanned, and staff see that.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
# The tax service's register of businesses. Without an address nobody is asked, and officers see that.
BUSINESS_REGISTRY = {
    "address": env.str("BUSINESS_REGISTRY_ADDRESS", default=""),  # https://api.odcloud.kr/api/nts-businessman/v1
    "key": env.str("BUSINESS_REGISTRY_KEY", default=""),
}
# Open Banking's holder inquiry. Without an address no bank is asked, and a person looks at every account.
OPEN_BANKING = {
    "address": env.str("OPEN_BANKING_ADDRESS", default=""),  # https://openapi.openbanking.or.kr
    "client_id": env.str("OPEN_BANKING_CLIENT_ID", default=""),
    "client_secret": env.str("OPEN_BANKING_CLIENT_SECRET", default=""),
    "institution": env.str("OPEN_BANKING_INSTITUTION", default=""),  # our code of ten characters, from KFTC
}

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "users.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["compensation.runtime.api_body.JsonBody"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "compensation.runtime.api_body.AlwaysJson",
    "DEFAULT_THROTTLE_CLASSES": ["compensation.runtime.api_throttles.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "compensation.runtime.api_schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "compensation.runtime.api_errors.answer_to",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "피해 지원 API",
    "DESCRIPTION": "The roads of merchants, officers and the council: services, parsers and sentences of the pages.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {  # several answers have a `state` or `kind`: each set of values has a name of its own
        "PayoutState": "compensation.policy.transitions.PAYOUT.states",
        "PayoutBatchState": "compensation.policy.transitions.PAYOUT_BATCH.states",
        "TopUpState": ["proposed", "approved", "dropped"],
        "HandoverKind": "users.models.HandoverKind.values",
        "HandoverFileState": "compensation.policy.transitions.HANDOVER_FILE.states",
    },
}

# --- audit ------------------------------------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
