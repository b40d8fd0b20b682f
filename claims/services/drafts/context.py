"""What the parsers of a draft's steps need to know besides the answers: the rules, the person, what is on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from claims.models import ClaimDraft
from claims.selectors.drafts import Business, account_on_record, business_of
from claims.services.drafts.answers import Answers
from claims.services.intake_rules import IntakeRules, load_intake_rules
from compensation.policy.document import Policy
from compensation.programmes.models import IncidentService, Programme
from compensation.programmes.selectors import current_policy, services_of
from compensation.values.business_numbers import parse_business_number
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount
from users.models import User
from users.selectors.contacts import proven_phones

WEB, AGENT = "web", "agent"  # channels of the intake windows


@dataclass(frozen=True, slots=True)
class FilingRules:
    """By what the drafts of a programme and channel are read."""

    policy: Policy
    intake: IntakeRules
    services: Sequence[IncidentService]


@dataclass
class StepContext:
    """The rules and records that one draft is read by. Made anew for each request: nothing in it changes."""

    programme: Programme
    user: User
    by_agent: bool
    answers: Answers
    filing: FilingRules
    _businesses: dict[str, Business] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.filing.policy

    @property
    def rules(self) -> IntakeRules:
        return self.filing.intake

    @property
    def services(self) -> Sequence[IncidentService]:
        """The services of the incident that the policy knows, in the order in which they came back."""
        return self.filing.services

    @property
    def channel(self) -> str:
        """By which channel the claim is filed."""
        return AGENT if self.by_agent else WEB

    def with_answers(self, answers: Answers) -> "StepContext":
        """The same for other answers. What is on record is looked up anew."""
        return replace(self, answers=answers, _businesses={})

    @cached_property
    def proven_phones(self) -> list[str]:
        """The mobile numbers (E.164) that the person has proven to hold."""
        return proven_phones(user=self.user)

    def business(self, business_number: str) -> Business:
        """What the person is to this business; asked once."""
        if business_number not in self._businesses:
            self._businesses[business_number] = business_of(
                user=self.user, business_number=business_number, by_agent=self.by_agent
            )
        return self._businesses[business_number]

    @cached_property
    def named_business(self) -> Business | None:
        """The business that the draft names, where its number can be one."""
        try:
            number = parse_business_number(self.answers.typed("business").get("business_number", ""))
        except ValueRefused:
            return None
        return self.business(number)

    @cached_property
    def account_on_record(self) -> BankAccount | None:
        """Where the business that the draft names is paid, where the person may know."""
        business = self.named_business
        return account_on_record(merchant=business.merchant) if business and business.merchant else None


def filing_rules(*, programme: Programme, by_agent: bool) -> FilingRules:
    """The rules as they stand now. Raises PolicyVersion.DoesNotExist for a programme without a policy."""
    policy, services = current_policy(programme=programme).policy, services_of(programme)
    channel = AGENT if by_agent else WEB
    return FilingRules(
        policy=policy,
        intake=load_intake_rules(programme=programme, channel=channel, policy=policy, services=services),
        services=[service for service in services if service.code in policy.services],
    )


def context_of(
    draft: ClaimDraft, *, user: User, answers: Answers | None = None, filing: FilingRules | None = None
) -> StepContext:
    """The context of a draft, as things stand; `filing` where the caller knows the rules.

    Raises PolicyVersion.DoesNotExist for a programme without a policy.
    """
    return StepContext(
        programme=draft.programme,
        user=user,
        by_agent=draft.by_agent,
        answers=Answers(draft.answers) if answers is None else answers,
        filing=filing or filing_rules(programme=draft.programme, by_agent=draft.by_agent),
    )
