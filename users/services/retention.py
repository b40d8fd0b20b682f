"""What is left of people's visits, and is destroyed: sessions, codes and tokens that are over."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from compensation import limits
from compensation.runtime.retention import deleted_rows
from users.models import ApiToken, Device, SignInCode


def _sessions(at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=at)


def _devices(_at: datetime) -> QuerySet[Device]:
    """Devices whose sessions are gone."""
    return Device.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key"))))


def _codes(at: datetime) -> QuerySet[SignInCode]:
    """Used or not: a code is good for minutes, and what throttling counts is no older than an hour."""
    return SignInCode.objects.filter(expires_at__lt=at - timedelta(days=limits.SIGN_IN_CODE_KEPT_DAYS))


def _tokens(at: datetime) -> QuerySet[ApiToken]:
    """Expired or revoked. That there was one, for whom and until when, stays in its history."""
    ended_before = at - timedelta(days=limits.API_TOKEN_KEPT_DAYS)
    return ApiToken.objects.filter(Q(expires_at__lt=ended_before) | Q(revoked_at__lt=ended_before))


SESSIONS = deleted_rows("sessions", _sessions)
DEVICES = deleted_rows("devices", _devices)
SIGN_IN_CODES = deleted_rows("sign_in_codes", _codes)
API_TOKENS = deleted_rows("api_tokens", _tokens)
