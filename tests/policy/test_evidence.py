from dataclasses import replace

import pytest

from compensation.policy.evidence import missing_documents

ALL = ["small_merchant_certificate", "sales_loss_proof", "business_use_proof"]


@pytest.mark.parametrize(
    ("present", "missing"),
    [([], ALL), (ALL[:1], ALL[1:]), ({*ALL, "holiday_photo"}, []), (["business_use_proof"], ALL[:2])],
)
def test_what_the_council_requires_and_is_not_there_is_missing(policy, present, missing):
    assert [kind.code for kind in missing_documents(policy=policy, present=present)] == missing


def test_what_is_not_required_is_never_missing(policy):
    kinds = tuple(replace(kind, required_for_council=False) for kind in policy.evidence_kinds)
    assert missing_documents(policy=replace(policy, evidence_kinds=kinds), present=[]) == ()
