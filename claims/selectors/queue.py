"""The officers' queue: the open reviews of a programme, with filters, orders and search.

Every order and the filters people use have an index that holds open reviews only (claims.models.review says which).
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from claims.models import Claim, Review
from claims.selectors.paging import COUNT_MAX, page_of
from claims.selectors.search_text import merchants_numbered, plain_search
from compensation.policy.references import ReferenceRefused, normalise_reference
from compensation.policy.transitions import OPEN_REVIEW_STATES
from compensation.programmes.models import Programme, ProgrammeRole, Role
from merchants.models import BankAccount, Merchant
from merchants.services.bank_accounts import holder_index
from users.models import User

SEARCH_COUNT_MAX = 200  # cases found by text are counted no further: a longer name finds fewer
HIDDEN = ("claim__merchant__phone", "claim__merchant__email", "objection__reasons")  # encrypted, and not shown
MINE, NOBODYS = "mine", "nobody"
COUNCIL, OBJECTION = "council", "objection"
MERCHANT, OFFICER = "merchant", "officer"

ORDERS = {
    "due": (F("due_at").asc(nulls_last=True), F("id").asc()),
    "age": (F("opened_at").asc(), F("id").asc()),
    "-age": (F("opened_at").desc(), F("id").desc()),
    "-amount": (F("assessed_won").desc(), F("id").desc()),
    "amount": (F("assessed_won").asc(), F("id").asc()),
}
DEFAULT_ORDER = "due"


@dataclass(frozen=True, slots=True)
class QueueSearch:
    """What to look for: empty fields do not restrict.

    `whose`: MINE or NOBODYS; `kind`: COUNCIL or OBJECTION (which includes requests for confirmation); `waits_for`:
    MERCHANT (asked, the clock stands still) or OFFICER; `mark` and `tag` are exact; `order` is a key of ORDERS.
    """

    text: str = ""
    whose: str = ""
    kind: str = ""
    waits_for: str = ""
    state: str = ""
    mark: str = ""
    tag: str = ""
    order: str = DEFAULT_ORDER


def open_reviews(*, programme: Programme) -> QuerySet[Review]:
    """Everything that is under review in a programme."""
    return Review.objects.filter(programme=programme, state__in=OPEN_REVIEW_STATES)


def held_by(*, whose: str, user: User) -> Q:
    """The reviews that this officer has (MINE), that nobody has (NOBODYS), else all."""
    return {MINE: Q(officer=user), NOBODYS: Q(officer=None)}.get(whose, Q())


def search_queue(*, programme: Programme, search: QueueSearch, user: User) -> QuerySet[Review]:
    """The open reviews that match every given field, in order, by their ids alone (`queue_page` shows a page of them).

    So what stands on earlier pages is passed over in an index, not joined with what is shown of it.
    """
    found = open_reviews(programme=programme).filter(*_filters(search, user))
    if text := plain_search(search.text):
        found = found.filter(_matching(programme, text))
    return found.only("pk").order_by(*ORDERS[search.order])


def queue_page(*, found: QuerySet[Review], number: int, by_text: bool) -> tuple[list[Review], int, int]:
    """The reviews of a page (from 1) with what the queue shows of each, the page's number, and how many there are."""
    count_max = SEARCH_COUNT_MAX if by_text else COUNT_MAX
    with _without_helpers() if by_text else nullcontext():
        page, number, total = page_of(rows=found, number=number, count_max=count_max, counts_in_order=by_text)
    return shown_reviews(found=page), number, total


def shown_reviews(*, found: Sequence[Review]) -> list[Review]:
    """The same reviews, in the same order, with what the queue shows of each. One query."""
    rows = Review.objects.select_related("claim__merchant", "officer", "objection").defer(*HIDDEN)
    shown = rows.in_bulk([review.pk for review in found])
    return [shown[review.pk] for review in found if review.pk in shown]


def reviews_named(*, programme: Programme, references: Collection[str]) -> list[Review]:
    """The open reviews of these claims, in the order of the queue; those that closed meanwhile are not among them."""
    rows = open_reviews(programme=programme).filter(claim__reference__in=references)
    shown = rows.select_related("claim__merchant", "claim__determination", "officer", "objection", "assessment")
    return list(shown.defer(*HIDDEN, "assessment__steps").order_by(*ORDERS[DEFAULT_ORDER]))


def officers_of(*, programme: Programme) -> list[User]:
    """Whom a case can be given to, by name."""
    held = ProgrammeRole.objects.filter(programme=programme, role=Role.OFFICER)
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "username"))


@contextmanager
def _without_helpers() -> Iterator[None]:
    """Queries without parallel workers: to start them takes longer than to look through some thousand cases alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        yield


def _filters(search: QueueSearch, user: User) -> list[Q]:
    every = {
        ("kind", COUNCIL): Q(objection=None),
        ("kind", OBJECTION): Q(objection__isnull=False),
        ("waits_for", MERCHANT): Q(due_at=None),
        ("waits_for", OFFICER): Q(due_at__isnull=False),
    }
    filters = [held_by(whose=search.whose, user=user)]
    filters += [given for (field, value), given in every.items() if getattr(search, field) == value]
    exact = {"state": search.state, "marks__contains": [search.mark], "tags__contains": [search.tag]}
    return filters + [Q(**{name: value}) for name, value in exact.items() if value not in ("", [""])]


def _matching(programme: Programme, text: str) -> Q:
    """What is named exactly is looked up first; a name is then a condition on merchants alone, which have its indexes.

    So the planner can start at either end: from the few merchants of a rare name, or along the queue for a common one.
    """
    exact = Q(external_reference=text)
    with suppress(ReferenceRefused):
        exact |= Q(reference=normalise_reference(text))
    if claims := list(Claim.objects.filter(exact, programme=programme).values_list("pk", flat=True)):
        return Q(claim__in=claims)
    if merchants := _merchants_by_number(text):
        return Q(claim__merchant__in=merchants)
    named = Q(claim__merchant__trade_name__startswith=text) | Q(claim__merchant__representative_name__startswith=text)
    if holders := _merchants_by_holder(text):
        named |= Q(claim__merchant__in=holders)
    return named


def _merchants_by_number(text: str) -> list[int]:
    match = merchants_numbered(text)
    return list(Merchant.objects.filter(match).values_list("pk", flat=True)[:SEARCH_COUNT_MAX]) if match else []


def _merchants_by_holder(text: str) -> list[int]:
    """Of accounts old and new: who once named the account of somebody else is to be found, too."""
    accounts = BankAccount.objects.filter(holder_index=holder_index(text))
    return list(accounts.values_list("merchant_id", flat=True)[:SEARCH_COUNT_MAX])
