"""What the journeys share."""

from tests.claims.evidence_cast import kept

__all__ = ["kept"]
