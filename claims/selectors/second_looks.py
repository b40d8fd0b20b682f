"""The second look (재확인): what was drawn and still waits, and repeating a draw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from claims.models import (
    Check,
    Determination,
    FactCorrection,
    LookOutcome,
    Proposal,
    Question,
    Review,
    SecondLook,
    SecondLookDraw,
    Vote,
)
from compensation.policy.second_look import SecondLookRules, is_drawn
from compensation.programmes.models import Programme
from merchants.models import Representative
from users.models import User

STREAMED = 10_000  # determinations read at a time: a draw can be about a million
DRAWS_SHOWN = 20

CURRENT = Q(determination__claim__determination=F("determination"))  # no later decision has taken its place
# What became of a second look, by the code that pages and addresses use.
STANDINGS = {
    "todo": Q(outcome="") & CURRENT,
    "differs": Q(outcome=LookOutcome.DIFFERS) & CURRENT,  # to be corrected or undone; the payout waits for that
    "agrees": Q(outcome=LookOutcome.AGREES),
    "settled": Q(outcome=LookOutcome.DIFFERS) & ~CURRENT,  # a new determination has taken its place
    "dropped": Q(outcome="") & ~CURRENT,  # superseded before anybody looked
}
DEFAULT_STANDING = "todo"


class Candidate(NamedTuple):
    """A determination in a draw: `key` is what the draw makes its number of."""

    determination_id: int
    key: str
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Repetition:
    """A draw done again from its seed. `missing` should have been drawn and were not, `extra` the other way round."""

    candidates: int
    drawn: int
    recorded_candidates: int
    recorded_drawn: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        same_counts = (self.candidates, self.drawn) == (self.recorded_candidates, self.recorded_drawn)
        return same_counts and not self.missing and not self.extra


@dataclass(frozen=True, slots=True)
class DrawSummary:
    """A draw of a programme, its number (from 1), and how many of its looks stand where (keys of STANDINGS)."""

    number: int
    draw: SecondLookDraw
    rules: SecondLookRules
    standings: dict[str, int]

    @property
    def differ(self) -> int:
        return self.standings["differs"] + self.standings["settled"]


class LookRow(NamedTuple):
    """A second look in a list. `number`: the determination's place among its claim's, from 1."""

    look: SecondLook
    number: int
    is_own_work: bool


def latest_draw(*, programme: Programme) -> SecondLookDraw | None:
    """The draw that the next one follows."""
    return SecondLookDraw.objects.filter(programme=programme).order_by("-id").first()


def undrawn(*, programme: Programme) -> QuerySet[Determination]:
    """The determinations that no draw was about yet."""
    latest = latest_draw(programme=programme)
    return Determination.objects.filter(claim__programme=programme, pk__gt=latest.up_to_id if latest else 0)


def judged(*, draw: SecondLookDraw, rules: SecondLookRules) -> Iterator[Candidate]:
    """Every determination that a draw is about, in order, and whether its seed draws it. Streamed."""
    rows = Determination.objects.filter(
        claim__programme=draw.programme_id, pk__gt=draw.after_id, pk__lte=draw.up_to_id
    ).order_by("pk")
    found = rows.values_list("pk", "claim__reference").iterator(chunk_size=STREAMED)
    for place, (pk, reference) in enumerate(found, start=draw.first_place):
        key = f"{reference}:{pk}"
        yield Candidate(pk, key, is_drawn(seed=draw.seed, key=key, place=place, rules=rules))


def repeat_draw(*, draw: SecondLookDraw) -> Repetition:
    """Draws again from the seed and compares with what was recorded: the same list, or the keys that differ."""
    recorded = set(draw.looks.values_list("determination", flat=True))
    missing, candidates, drawn = [], 0, 0
    for candidate in judged(draw=draw, rules=draw.policy_version.policy.second_look):
        candidates += 1
        drawn += candidate.is_drawn
        if candidate.is_drawn and candidate.determination_id not in recorded:
            missing.append(candidate.key)
        elif candidate.is_drawn:
            recorded.remove(candidate.determination_id)
    extra = Determination.objects.filter(pk__in=recorded).order_by("pk").values_list("claim__reference", "pk")
    return Repetition(
        candidates=candidates,
        drawn=drawn,
        recorded_candidates=draw.candidates,
        recorded_drawn=draw.drawn,
        missing=tuple(missing),
        extra=tuple(f"{reference}:{pk}" for reference, pk in extra),
    )


def draws_of(*, programme: Programme, newest: int | None = DRAWS_SHOWN) -> list[DrawSummary]:
    """The newest draws (None: all), newest first, with what became of them. Three queries."""
    rows = SecondLookDraw.objects.filter(programme=programme).select_related("policy_version").order_by("-id")
    total, draws = rows.count(), list(rows[:newest])
    counts = {code: Count("pk", filter=standing) for code, standing in STANDINGS.items()}
    looks = SecondLook.objects.filter(draw__in=[draw.pk for draw in draws]).order_by()
    found = {
        draw: dict(zip(STANDINGS, row, strict=True)) for draw, *row in looks.values_list("draw").annotate(**counts)
    }
    nothing = dict.fromkeys(STANDINGS, 0)
    return [
        DrawSummary(total - place, draw, draw.policy_version.policy.second_look, found.get(draw.pk, nothing))
        for place, draw in enumerate(draws)
    ]


def second_looks_of(*, programme: Programme, standing: str) -> QuerySet[SecondLook]:
    """The looks that stand so (a key of STANDINGS), oldest first."""
    rows = SecondLook.objects.filter(STANDINGS[standing], programme=programme)
    related = ("determination__claim__merchant", "determination__assessment", "looked_by")
    hidden = ("determination__claim__merchant__phone", "determination__claim__merchant__email")
    return rows.select_related(*related).defer(*hidden).order_by("id")


def look_rows(*, looks: Sequence[SecondLook], user: User) -> list[LookRow]:
    """What a list shows of each of the looks of a page. One query: too dear for all that are not shown."""
    until_then = Determination.objects.filter(claim=OuterRef("determination__claim"), pk__lte=OuterRef("determination"))
    counted = until_then.order_by().values("claim").annotate(count=Count("pk")).values("count")
    rows = SecondLook.objects.filter(pk__in=[look.pk for look in looks])
    found = rows.values_list("pk", Subquery(counted), own_work_of(user=user))
    shown = {pk: (number, is_own_work) for pk, number, is_own_work in found}
    return [LookRow(look, *shown[look.pk]) for look in looks]


def second_look_of(*, programme: Programme, reference: str, number: int) -> SecondLook | None:
    """The look at the determination of a claim that is its `number`-th (from 1); None where none was drawn."""
    rows = Determination.objects.filter(claim__programme=programme, claim__reference=reference).order_by("id")
    numbered = dict(enumerate(rows.values_list("pk", flat=True), start=1))
    looks = SecondLook.objects.filter(determination=numbered.get(number))
    return looks.select_related("determination__assessment__policy_version", "draw", "looked_by").first()


def has_part(*, second_look: SecondLook, user: User) -> bool:
    """Whether the user had a part in the case, so that somebody else has to look."""
    return SecondLook.objects.filter(own_work_of(user=user), pk=second_look.pk).exists()


def own_work_of(*, user: User) -> Exists:
    """Whether a user had a part in the case of a second look (ours): who decided, prepared, checked, asked, corrected,
    proposed or voted on the claim at any time, filed it for the merchant, or acts for the merchant.
    """
    claim = OuterRef("claim")
    reviews = Review.objects.filter(claim=claim)
    parts = (
        Exists(Determination.objects.filter(claim=claim, actor=user)),
        Exists(reviews.filter(Q(officer=user) | Q(events__officer=user))),
        Exists(Proposal.objects.filter(review__claim=claim, made_by=user)),
        Exists(Vote.objects.filter(item__review__claim=claim, member=user)),
        Exists(Check.objects.filter(claim=claim, checked_by=user)),
        Exists(FactCorrection.objects.filter(claim=claim, corrected_by=user)),
        Exists(Question.objects.filter(claim=claim, asked_by=user)),
        Exists(Representative.objects.filter(merchant=OuterRef("claim__merchant"), user=user)),
    )
    part = Q(claim__transitions__actor=user)
    for one in parts:
        part |= Q(one)
    return Exists(Determination.objects.filter(part, pk=OuterRef("determination")))
