"""What a browser is in the middle of: a code was sent somewhere, and what is to happen once it comes back.

Kept in the session, sealed: the sessions' table does not show who wanted to sign in.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from compensation.runtime.encryption import DecryptionFailed, decrypt, encrypt

_KEY = "pending_code"
_LASTS = timedelta(minutes=30)  # several codes long; then one begins again

SIGN_IN, KAKAO, CONTACT = "sign_in", "kakao", "contact"  # what a code is for


@dataclass(frozen=True, slots=True)
class Pending:
    """What the code is for, since when (ISO), where to go on afterwards; `contact` as written, once one was named."""

    purpose: str
    began_at: str
    next_page: str = ""
    kakao_uid: str = ""
    contact: str = ""
    sent_at: str = ""

    @property
    def sent(self) -> datetime:
        """When the code left."""
        return datetime.fromisoformat(self.sent_at)


def begin(purpose: str, *, next_page: str = "", kakao_uid: str = "") -> Pending:
    """The start of a way; `remember` keeps it."""
    return Pending(purpose, timezone.now().isoformat(), next_page, kakao_uid)


def remember(request: HttpRequest, pending: Pending) -> None:
    """Replaces whatever the browser was in the middle of."""
    request.session[_KEY] = encrypt(json.dumps(asdict(pending)), context=_KEY)


def recall(request: HttpRequest, *, purposes: tuple[str, ...] = (SIGN_IN, KAKAO, CONTACT)) -> Pending | None:
    """What was remembered for one of these purposes, if it is not too old."""
    try:
        pending = Pending(**json.loads(decrypt(request.session.get(_KEY, ""), context=_KEY)))
    except (DecryptionFailed, ValueError, TypeError):  # nothing, or of another version of this program
        return None
    is_fresh = timezone.now() - datetime.fromisoformat(pending.began_at) < _LASTS
    return pending if is_fresh and pending.purpose in purposes else None


def forget(request: HttpRequest) -> None:
    """The way is walked."""
    request.session.pop(_KEY, None)


def wanted_page(request: HttpRequest) -> str:
    """The page of this site that `next` names; '' for none, or one of another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else ""
