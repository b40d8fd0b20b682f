"""The step `consents`, and the declaration that closes the form: one tick each, with the digest of the text shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.services.drafts.answers import Typed, scalars
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import Parsed, Reading
from compensation.policy.consents import Consent
from compensation.policy.document import Policy
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank

DECLARATION = "truth"  # the consent that is asked for last, below everything that was written
LANGUAGES = ("ko", "en")


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent that was given: code and version, and the language and digest of the text that was shown or read."""

    code: str
    version: int
    language: str
    digest: str


def asked_consents(policy: Policy) -> Sequence[Consent]:
    """What the step asks for: all but the declaration."""
    return [consent for consent in policy.consents if consent.code != DECLARATION]


def declaration_of(policy: Policy) -> Consent | None:
    """What is declared when the claim is sent; None where the policy has no such text."""
    return next((consent for consent in policy.consents if consent.code == DECLARATION), None)


def shape(typed: object, policy: Policy) -> Typed:
    """By the consent's code the digest of the text beside its tick; '' without one.

    Raises AnswerTooLong, AnswerMisshapen.
    """
    return scalars(typed, [consent.code for consent in asked_consents(policy)])


def parse(typed: Typed, context: StepContext) -> Parsed[tuple[GivenConsent, ...]]:
    """The consents that were given. One whose text has changed since has to be given again."""
    reading, given = Reading(), []
    for consent in asked_consents(context.policy):
        answer = typed.get(consent.code)
        found = given_consent(consent, answer, by_telephone=context.by_agent)
        if found:
            given.append(found)
        elif not is_blank(answer):
            reading.note(consent.code, _changed(consent))
        elif consent.required:
            reading.note(consent.code, not_given(consent))
    return reading.result(tuple(given))


def given_consent(consent: Consent, digest: object, *, by_telephone: bool) -> GivenConsent | None:
    """The consent, if the digest is that of its present text in one of the languages."""
    if by_telephone and not consent.by_telephone:
        return None
    for language in LANGUAGES:
        if digest == consent.digest(language, by_telephone=by_telephone):
            return GivenConsent(consent.code, consent.version, language, str(digest))
    return None


def not_given(consent: Consent) -> ValueRefused:
    """A required consent without its tick."""
    return ValueRefused(
        "consent_required",
        f"‘{consent.title_ko}’에 표시해 주세요. 표시하지 않으면 피해를 접수할 수 없습니다.",
        f"Please tick “{consent.title_en}”. Without it the claim cannot be filed.",
    )


def _changed(consent: Consent) -> ValueRefused:
    return ValueRefused(
        "consent_changed",
        f"‘{consent.title_ko}’의 내용이 바뀌었습니다. 다시 읽고 표시해 주세요.",
        f"The text of “{consent.title_en}” has changed. Please read it again and tick it.",
    )
