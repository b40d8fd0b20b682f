"""Policy versions and packages stay as they are once somebody's claim or grant rests on them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from compensation.policy.checking import Fault
from compensation.policy.consents import without_new_version
from compensation.policy.document import parse_policy
from compensation.programmes.models import BenefitPackage, PolicyVersion, Programme


def freeze(*, policy_version: PolicyVersion, at: datetime) -> None:
    """Notes that a claim was assessed by this version: from now on no statement can change it. Harmless twice."""
    if policy_version.frozen_at is None:
        PolicyVersion.objects.filter(pk=policy_version.pk, frozen_at__isnull=True).update(frozen_at=at)
        policy_version.refresh_from_db(fields=["frozen_at"])


def freeze_package(*, package: BenefitPackage, at: datetime) -> None:
    """Notes that this package is about to be granted: from now on neither it nor its items change. Harmless twice."""
    if package.frozen_at is None:
        BenefitPackage.objects.filter(pk=package.pk, frozen_at__isnull=True).update(frozen_at=at)
        package.refresh_from_db(fields=["frozen_at"])


def add_if_changed(*, programme: Programme, document: Mapping[str, Any]) -> tuple[PolicyVersion, PolicyVersion | None]:
    """The version that now counts, and the one that counted before. The same document again adds no version.

    `document` is a checked policy as JSON has it. The caller holds the lock that keeps two loads apart.
    """
    latest = programme.policy_versions.order_by("-number").first()
    digest = digest_of(document)
    if latest and latest.digest == digest:
        return latest, latest
    number = latest.number + 1 if latest else 1
    return programme.policy_versions.create(number=number, document=document, digest=digest), latest


def faults_in_consents(*, programme: Programme, document: Mapping[str, Any]) -> Iterator[Fault]:
    """A consent whose text changed and whose `version` was not raised. `document` is a checked policy."""
    consents = parse_policy(document).consents
    earlier = [consent for version in programme.policy_versions.all() for consent in version.policy.consents]
    for place in without_new_version(consents=consents, earlier=earlier):
        yield Fault(
            f"policy.consents[{place}].version",
            "동의 문구가 바뀌었습니다. 지금까지 쓰지 않은 더 큰 번호를 적어 주세요.",
            "The text of the consent changed: write a higher number than any used before.",
        )


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document, whatever the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
