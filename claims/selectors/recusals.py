"""What the data say of a member's interest in a case: the system proposes to be recused, the member decides."""

from collections.abc import Iterator

from claims.models import AgendaItem, Claim, Objection
from claims.selectors.ballots import barred_from
from compensation.policy.recusals import ACTS_FOR_MERCHANT, FILED, PREPARED, SAME_ACCOUNT, SAME_CONTACT, Basis
from merchants.models import BankAccount
from merchants.selectors.representatives import represents
from users.models import Contact, User


def proposed_recusals(*, item: AgendaItem, member: User) -> tuple[Basis, ...]:
    """Everything that the data show; nothing of it is shown to anybody but the member."""
    return tuple(_found(item, item.review.claim, member))


def _found(item: AgendaItem, claim: Claim, member: User) -> Iterator[Basis]:
    if represents(user=member, merchant=claim.merchant):
        yield ACTS_FOR_MERCHANT
    if barred_from(item=item).get(member.pk) == PREPARED.code:
        yield PREPARED
    if _shares_contact(claim, member):
        yield SAME_CONTACT
    if _shares_account(claim, member):
        yield SAME_ACCOUNT
    if _filed(claim, member):
        yield FILED


def _shares_contact(claim: Claim, member: User) -> bool:
    own = {contact.value for contact in Contact.objects.filter(user=member)} | {member.email}
    return bool({claim.merchant.phone, claim.merchant.email} & own - {""})


def _shares_account(claim: Claim, member: User) -> bool:
    account = claim.merchant.bank_accounts.order_by("-id").first()
    if account is None:
        return False
    own = BankAccount.objects.filter(merchant__representatives__user=member, number_index=account.number_index)
    # Accounts of tests and imports may lack the index: nothing equals nothing.
    return account.holder == member.name or bool(account.number_index and own.exists())


def _filed(claim: Claim, member: User) -> bool:
    """As its merchant, or as the agent who filled it in."""
    first = claim.transitions.order_by("id").first()
    objected = Objection.objects.filter(claim=claim, filed_by=member).exists()
    return objected or bool(first and first.actor_id == member.pk)
