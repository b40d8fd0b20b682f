"""What a merchant agrees to when filing: one tick for each thing that the law keeps apart, each text with its version.

Sources: Personal Information Protection Act, articles 15 (2), 17 (2) and 22: purpose, items, how long they are kept,
the right to refuse and what follows; separate consents for separate purposes. The rest is ours. What is stored of a
consent is its code, version, language and the digest of the very text that was shown or read aloud.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.wording import pick


@dataclass(frozen=True, slots=True)
class Consent:
    """One tick. Without a `required` one there is no claim. Texts have paragraphs, parted by line breaks.

    `by_telephone`: it can be given on the telephone; an agent then reads `telephone_*`, which else is ''.
    """

    code: str
    version: int
    required: bool
    by_telephone: bool
    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    telephone_ko: str
    telephone_en: str

    def title(self, language: str) -> str:
        return pick(language, self.title_ko, self.title_en)

    def text(self, language: str) -> str:
        """The text beside the tick, in 'ko' or 'en'."""
        return pick(language, self.text_ko, self.text_en)

    def telephone_text(self, language: str) -> str:
        """What an agent reads aloud, in 'ko' or 'en'. Raises NotByTelephone."""
        if not self.by_telephone:
            raise NotByTelephone(self.code)
        return pick(language, self.telephone_ko, self.telephone_en)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that a merchant may be shown or read of it: what a version stands for."""
        return (
            *(self.title_ko, self.title_en, self.text_ko, self.text_en),
            *(self.telephone_ko, self.telephone_en),
        )

    def digest(self, language: str, *, by_telephone: bool = False) -> str:
        """SHA-256 (hex) of title and text as the merchant saw or heard them. Raises NotByTelephone."""
        shown = self.telephone_text(language) if by_telephone else self.text(language)
        return hashlib.sha256(f"{self.title(language)}\n\n{shown}".encode()).hexdigest()


class NotByTelephone(ValueError):
    """A consent that cannot be given on the telephone."""


def without_new_version(*, consents: Sequence[Consent], earlier: Iterable[Consent]) -> tuple[int, ...]:
    """Which of the consents (by their places) have new texts under a version that is not higher than all before (ours).

    `earlier`: those of every policy version so far. A code and a version mean one text for good, as they are what is
    stored of a consent that was given; going back to an earlier version with its very texts is fine.
    """
    texts = {(consent.code, consent.version): consent.texts for consent in earlier}
    return tuple(
        place
        for place, consent in enumerate(consents)
        if texts.get((consent.code, consent.version)) != consent.texts
        and any(code == consent.code and version >= consent.version for code, version in texts)
    )


def read_consents(table: Table) -> tuple[Consent, ...]:
    """The consents of the policy, in the order in which they are asked; what is wrong is noted in `table.faults`."""
    consents: dict[str, Consent] = {}
    for row in table.tables("consents"):
        consent = _consent(row)
        row.close()
        row.refuse_repeated(consent.code, consents)
        consents[consent.code] = consent
    return tuple(consents.values())


def _consent(row: Table) -> Consent:
    longest = limits.CONSENT_TEXT_LENGTH_MAX
    by_telephone = row.flag("by_telephone")
    return Consent(
        code=row.text("code", length_max=limits.CONSENT_CODE_LENGTH_MAX),
        version=row.whole("version", least=1, most=limits.CONSENT_VERSION_MAX),
        required=row.flag("required"),
        by_telephone=by_telephone,
        title_ko=row.text("title_ko"),
        title_en=row.text("title_en"),
        text_ko=row.paragraphs("text_ko", length_max=longest),
        text_en=row.paragraphs("text_en", length_max=longest),
        telephone_ko=row.paragraphs("telephone_ko", length_max=longest) if by_telephone else "",
        telephone_en=row.paragraphs("telephone_en", length_max=longest) if by_telephone else "",
    )
