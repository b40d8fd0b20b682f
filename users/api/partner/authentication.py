"""`Authorization: Bearer cp_…`: a partner's program gets in by its token, for what the token's scopes say."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission

from compensation.runtime.api_errors import ApiProblem
from users.models import PartnerToken, User
from users.services.partners import PartnerTokenRefused, token_by_text

KEYWORD = "Bearer"


class PartnerAuthentication(BaseAuthentication):
    """The partner's account, and the token in `request.auth`. A session of the site is not looked at."""

    def authenticate(self, request: Any) -> tuple[User, PartnerToken] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != KEYWORD.lower():
            return None
        try:
            token = token_by_text(text=text.strip(), at=timezone.now())
        except PartnerTokenRefused as refused:
            raise ApiProblem(
                401,
                "token_refused",
                "이 토큰은 쓸 수 없습니다. 새 토큰은 운영 담당자에게 받아 주세요.",
                "This token is not good. Please ask operations for a new one.",
            ) from refused
        return token.partner.user, token

    def authenticate_header(self, _request: Any) -> str:
        return KEYWORD


class HasScope(BasePermission):
    """One of the scopes that the view names for the method (`scopes`)."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if not isinstance(request.auth, PartnerToken):
            return False
        wanted = view.scopes.get("GET" if request.method == "HEAD" else request.method, ())
        if wanted and set(wanted).isdisjoint(request.auth.scopes):
            raise ApiProblem(
                403,
                "scope_missing",
                f"이 토큰으로는 할 수 없는 요청입니다. 필요한 권한: {', '.join(wanted)}",
                f"This token is not for such requests. One of these scopes is needed: {', '.join(wanted)}",
            )
        return True


class PartnerTokenScheme(OpenApiAuthenticationExtension):
    """What the schema says of it."""

    target_class = "users.api.partner.authentication.PartnerAuthentication"
    name = "partner_token"

    def get_security_definition(self, _schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
