"""`Authorization: Bearer …`: a program acts for a person by a token (users/services/api_tokens.py)."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from compensation.runtime.api_errors import ApiProblem
from users.models import User
from users.services.api_tokens import TokenRefused, user_of_token

KEYWORD = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """The user of a good token. Without the header, the session is looked at."""

    def authenticate(self, request: Any) -> tuple[User, str] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != KEYWORD.lower():
            return None
        try:
            return user_of_token(token=token.strip(), at=timezone.now()), token
        except TokenRefused as refused:
            raise ApiProblem(
                401,
                "token_refused",
                "이 토큰은 쓸 수 없습니다. 인증번호로 새 토큰을 받아 주세요.",
                "This token is no longer good. Please get a new one with a code.",
            ) from refused

    def authenticate_header(self, _request: Any) -> str:
        return KEYWORD
