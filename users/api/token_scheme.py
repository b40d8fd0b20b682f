"""What the schema says of tokens. Apart from their authentication, which the framework reads early."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer …`."""

    target_class = "users.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
