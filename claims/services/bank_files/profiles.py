"""Bank profiles as rows: the shipped ones, new versions that people save, and who held one against a bank's sample."""

import tomllib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from claims.models import BankProfile
from claims.selectors.bank_files import read_layout, shipped_profiles
from compensation import limits
from compensation.audit.services import because
from compensation.policy.bank_profiles import BankLayout, ProfileFaults
from compensation.policy.checking import Fault
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from users.models import User


class ProfileRefused(ValueRefused):
    """What somebody wants to do with a profile cannot be done."""


@transaction.atomic
def ensure_profiles(programme: Programme, at: datetime) -> list[BankProfile]:
    """Puts the shipped profiles into a programme that does not have them yet; what people changed stays as it is."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    there = set(BankProfile.objects.filter(programme=programme).values_list("code", flat=True))
    new = [
        BankProfile(programme=programme, code=document["code"], layout=document, made_at=at)
        for document in shipped_profiles()
        if document["code"] not in there
    ]
    return BankProfile.objects.bulk_create(new)


def read_typed(*, text: str) -> tuple[dict[str, Any], BankLayout]:
    """The document and layout of a profile as it is typed (TOML). Raises ProfileFaults."""
    if len(text) > limits.PROFILE_TEXT_LENGTH_MAX:
        most = limits.PROFILE_TEXT_LENGTH_MAX
        raise ProfileFaults([Fault("", f"{most:,}자 이하로 적어 주세요.", f"At most {most:,} characters.")])
    try:
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # What tomllib says ends with the place: "(at line 3, column 7)".
        place = str(error) if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise ProfileFaults([Fault("", f"TOML 형식이 아닙니다: {place}", f"This is not TOML: {place}")]) from error
    return document, read_layout(document=document)


@transaction.atomic
def save_profile(*, programme: Programme, text: str, actor: User, at: datetime) -> BankProfile:
    """Keeps what was typed as the next version of the profile that it names; the same again is the same version.

    It has to be checked anew. Raises ProfileFaults.
    """
    document, layout = read_typed(text=text)
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    rows = BankProfile.objects.filter(programme=programme, code=layout.code)
    newest = rows.order_by("-version").first()
    if newest and newest.layout == document:
        return newest
    version = rows.aggregate(last=Max("version", default=0))["last"] + 1
    with because(actor=actor, reason="bank profile saved"):
        return BankProfile.objects.create(
            programme=programme, code=layout.code, version=version, layout=document, made_by=actor, made_at=at
        )


@transaction.atomic
def mark_checked(*, profile: BankProfile, actor: User, at: datetime) -> BankProfile:
    """Notes that `actor` held the profile against the bank's own sample; twice is once. Raises ProfileRefused."""
    held = BankProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=profile.pk)
    if held.checked_by_id:
        return held
    if held.made_by_id == actor.pk:
        raise ProfileRefused(
            "profile_checker_made_it",
            "직접 저장한 양식은 다른 담당자가 은행 견본과 대조해야 합니다.",
            "You saved this profile. Somebody else has to check it against the bank's sample.",
        )
    with because(actor=actor, reason="bank profile checked"):
        held.checked_by, held.checked_at = actor, at
        held.save(update_fields=["checked_by", "checked_at"])
    return held
