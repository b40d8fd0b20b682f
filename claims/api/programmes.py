"""What everybody may know of a programme: its windows, tiers and lists, and the texts that a merchant agrees to."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from claims.selectors.public import intake_state, open_programmes
from claims.views.public.programmes import WEB, find_public_programme
from compensation.policy.consents import Consent
from compensation.policy.document import Policy
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy, services_of
from compensation.runtime.api_fields import Named
from compensation.runtime.api_view import ApiView


class Incident(Named):
    """The outage, `[began_at, ended_at)`."""

    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()


class ProgrammeShort(Named):
    """A programme of the list."""

    status = serializers.CharField()
    incident = Incident()


class ProgrammesAnswer(serializers.Serializer[Any]):
    """All of them: there are a handful."""

    results = ProgrammeShort(many=True)


class Window(Named):
    """When claims are taken, `[opens_at, closes_at)`, and by which channels."""

    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    channels = serializers.ListField(child=serializers.CharField())


class Intake(serializers.Serializer[Any]):
    """Where the intake stands by the server's clock: before, open, closed or none."""

    stage = serializers.CharField()
    window = serializers.CharField(source="window.code", allow_null=True, default=None)
    at = serializers.DateTimeField()


class Tier(Named):
    """Assessed losses over `above_won` up to and including `up_to_won`."""

    above_won = serializers.IntegerField(allow_null=True)
    up_to_won = serializers.IntegerField(allow_null=True)
    payout_won = serializers.IntegerField()
    route = serializers.CharField()


class Service(Named):
    """A service of the outage. `alternative`: what the policy says of one; null where the merchant is asked."""

    platform_share_bp = serializers.IntegerField()
    alternative = serializers.BooleanField(allow_null=True)


class Industry(Named):
    """A line of the reference table."""

    margin_bp = serializers.IntegerField()


class EvidenceKind(Named):
    """A kind of document and who issues it."""

    required_for_council = serializers.BooleanField()
    issued_by_ko = serializers.CharField()
    issued_by_en = serializers.CharField()


class ConsentText(serializers.Serializer[Any]):
    """What is agreed to. The digest of the text that was shown is what a draft's step `consents` takes."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    required = serializers.BooleanField()
    title_ko = serializers.CharField()
    title_en = serializers.CharField()
    text_ko = serializers.CharField()
    text_en = serializers.CharField()
    digest_ko = serializers.CharField()
    digest_en = serializers.CharField()
    by_telephone = serializers.BooleanField(help_text="an agent may read it aloud instead, in the words below")
    telephone_ko = serializers.CharField(allow_blank=True)
    telephone_en = serializers.CharField(allow_blank=True)
    telephone_digest_ko = serializers.CharField(allow_blank=True)
    telephone_digest_en = serializers.CharField(allow_blank=True)


class Centre(serializers.Serializer[Any]):
    """Whom to call; the phone is E.164."""

    name_ko = serializers.CharField()
    name_en = serializers.CharField()
    phone = serializers.CharField()
    hours_ko = serializers.CharField()
    hours_en = serializers.CharField()


class FilingDay(serializers.Serializer[Any]):
    """A day on which only business numbers with these last digits may file."""

    day = serializers.DateField()
    digits = serializers.ListField(child=serializers.IntegerField())


class ProgrammeAnswer(ProgrammeShort):
    """A programme with what a form needs."""

    customer_centre = Centre(allow_null=True)
    policy_version = serializers.IntegerField()
    intake = Intake()
    windows = Window(many=True)
    tiers = Tier(many=True)
    services = Service(many=True)
    industries = Industry(many=True)
    general_margin_bp = serializers.IntegerField()
    evidence_kinds = EvidenceKind(many=True)
    consents = ConsentText(many=True)
    filing_days = FilingDay(many=True)


class ProgrammeList(ApiView):
    """The open programmes."""

    permission_classes = [AllowAny]
    read_scope = "public"

    @extend_schema(
        operation_id="list_programmes", tags=["programmes"], summary="The open programmes", responses=ProgrammesAnswer
    )
    def get(self, _request: Request) -> Response:
        return Response(ProgrammesAnswer({"results": open_programmes()}).data)


class ProgrammeDetail(ApiView):
    """One that was announced."""

    permission_classes = [AllowAny]
    read_scope = "public"

    @extend_schema(
        operation_id="show_programme",
        tags=["programmes"],
        summary="Windows, tiers, services, industries, kinds of evidence, consents",
        responses=ProgrammeAnswer,
    )
    def get(self, _request: Request, code: str) -> Response:
        return Response(ProgrammeAnswer(_answer(find_public_programme(code))).data)


def _answer(programme: Programme) -> dict[str, Any]:
    version = current_policy(programme=programme)
    policy = version.policy
    named = ("code", "name_ko", "name_en", "status", "incident")
    return {name: getattr(programme, name) for name in named} | {
        "customer_centre": programme.centre,
        "policy_version": version.number,
        "intake": intake_state(programme=programme, at=timezone.now(), channel=WEB),
        "windows": programme.intake_windows.all(),
        "tiers": policy.tiers,
        "services": [policy.services[row.code] for row in services_of(programme) if row.code in policy.services],
        "industries": policy.industries.values(),
        "general_margin_bp": policy.general_margin_bp,
        "evidence_kinds": policy.evidence_kinds,
        "consents": list(_consents(policy)),
        "filing_days": policy.filing_days,
    }


def _consents(policy: Policy) -> Iterator[dict[str, Any]]:
    names = ("code", "version", "required", "title_ko", "title_en", "text_ko", "text_en")
    names += ("by_telephone", "telephone_ko", "telephone_en")
    for consent in policy.consents:
        yield {name: getattr(consent, name) for name in names} | _digests(consent)


def _digests(consent: Consent) -> dict[str, str]:
    digests = {}
    for language in ("ko", "en"):
        digests[f"digest_{language}"] = consent.digest(language)
        aloud = consent.digest(language, by_telephone=True) if consent.by_telephone else ""
        digests[f"telephone_digest_{language}"] = aloud
    return digests
