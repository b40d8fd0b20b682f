"""What the tests of claims share."""

from tests.claims.evidence_cast import draft, kept, now_and_later, shopkeeper

__all__ = ["draft", "kept", "now_and_later", "shopkeeper"]
