"""Which documents the council needs to see (announced), and which of them are missing."""

from collections.abc import Collection

from compensation.policy.document import EvidenceKind, Policy


def missing_documents(*, policy: Policy, present: Collection[str]) -> tuple[EvidenceKind, ...]:
    """The kinds that the council requires and that are not among the codes in `present`, in the policy's order."""
    return tuple(kind for kind in policy.evidence_kinds if kind.required_for_council and kind.code not in present)
