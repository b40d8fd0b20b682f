"""Cases on the officers' desk: before the council, and objections to what somebody prepared."""

from claims.models import Claim, Determination, Objection, ObjectionKind, Review, Verdict
from claims.services.assessment import assess_next_batch
from claims.services.desk import ProposalDetails, take
from claims.services.objections import file_objection, withdraw_objection
from compensation.programmes.models import Programme, Role
from tests.cast import NOW, one_claim, person, ready_made
from tests.claims.status_cast import IN_A_TIER, assessed_claim, hong
from users.models import User
from users.services.people import system_user

GRANT = ProposalDetails(Verdict.GRANT, 2_000_000, ["loss_proven"], "자료로 확인했습니다.")


def another(programme: Programme, username: str = "another") -> User:
    """A second officer."""
    return User.objects.filter(username=username).first() or person(username, programme, Role.OFFICER)


@ready_made
def case(programme: Programme, *, assessed_won: int = 9_000_000) -> Review:
    """A case that waits for an officer."""
    claim = one_claim(programme=programme, lost_sales_won=assessed_won)
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    return Review.objects.get(claim=claim)


def cases(programme: Programme, count: int) -> list[Review]:
    return [case(programme) for _ in range(count)]


def objected(claim: Claim, reasons: str = "다시 봐 주세요.") -> Objection:
    return file_objection(
        determination=Determination.objects.filter(claim=claim).latest("id"),
        kind=ObjectionKind.OBJECTION,
        reasons=reasons,
        evidence=(),
        actor=hong(claim.programme),
        at=NOW,
    )


def objection_after(programme: Programme, officer: User) -> Review:
    """The review of an objection whose claim `officer` worked on before."""
    claim = assessed_claim(programme, lost_sales_won=IN_A_TIER)
    first = objected(claim)
    take(review=first.review, actor=officer, version=None, at=NOW)
    withdraw_objection(objection=first, actor=hong(programme), at=NOW)
    return objected(claim, "사실과 다릅니다.").review
