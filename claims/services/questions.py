"""Questions to a merchant: all that is missing is asked at once, and while it is asked the clock stands still.

Whoever changes something here holds the claim's row first, so that two officers, two representatives, or an answer and
a withdrawal at the same moment come one after the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from claims.models import Answer, Claim, Evidence, Question
from claims.selectors.status import open_objection_of, open_question_of, policy_for
from claims.services import question_refusals as refusals
from claims.services.case_acting import refuse_unless_fit
from claims.services.claim_lock import lock_claim
from claims.services.council_names import reason_sentences
from claims.services.question_refusals import AnswerRefused, QuestionRefused
from claims.services.reviews import ask_for_checks, keep_review, open_review_of
from claims.services.telling import last_day, tell_merchant
from compensation.audit.services import because
from compensation.messaging.services.outbox import LANGUAGE
from compensation.policy.deadlines import answer_until, remind_at
from compensation.policy.document import EvidenceKind, Policy
from compensation.policy.reasons import FIXABLE, CaseReason, reasons_of_kind
from compensation.policy.transitions import ClaimState, EvidenceScanState, QuestionState
from compensation.policy.wording import pick
from compensation.values.paragraphs import parse_paragraphs
from users.models import User

__all__ = ["AnswerRefused", "QuestionRefused", "answer", "ask", "cancel", "close_open_question", "remind_next"]

REMINDED_IN_THE_MORNING = timedelta(hours=10)  # of the day: nobody's phone rings at midnight
NOTICE_CONSENT = "electronic_notice"  # the consent without which only what handling needs is sent


@transaction.atomic
def ask(
    *, claim: Claim, kinds: Sequence[str], text: str, actor: User, at: datetime, reasons: Sequence[str] = ()
) -> Question:
    """Asks for papers (codes of the policy's evidence kinds), for an answer, or for both; tells the merchant.

    `reasons`: codes of what the merchant can mend (the policy's reasons of the kind `fixable`); the merchant reads
    their sentences, in the language of the page, before the text. Where a person decides: while the council's review
    or an objection is open. Asking the same again is the same question. Raises QuestionRefused; DeskRefused where
    somebody else has the case; ValueRefused: too long.
    """
    claim = lock_claim(claim)
    if review := open_review_of(claim=claim):
        refuse_unless_fit(review=review, actor=actor)
    policy = policy_for(claim=claim)
    asked, fixable = _known_kinds(kinds, policy), _fixable_reasons(reasons, policy)
    said = parse_paragraphs(text)
    if not asked and not fixable and not said:
        raise refusals.nothing_asked()
    if open_question := open_question_of(claim=claim):
        names = [kind.code for kind in asked], [reason.code for reason in fixable]
        if (open_question.kinds, open_question.reasons, open_question.text) == (*names, said):
            return open_question
        raise refusals.already_asked()
    if claim.state != ClaimState.AWAITING_COUNCIL and not open_objection_of(claim=claim):
        raise refusals.not_under_review()
    with because(actor=actor, reason="merchant asked"):
        question = Question.objects.create(
            claim=claim,
            kinds=[kind.code for kind in asked],
            reasons=[reason.code for reason in fixable],
            text=said,
            asked_by=actor,
            asked_at=at,
            due_at=answer_until(asked_at=at, policy=policy),
            remind_at=remind_at(asked_at=at, policy=policy) + REMINDED_IN_THE_MORNING,
        )
    keep_review(claim=claim, at=at)
    tell_merchant(
        claim=claim,
        template="papers_asked",
        variables={"papers": _asked_text(question, policy), "due": last_day(question.due_at)},
        at=at,
        dedupe_key=f"question {question.reference}",
    )
    return question


@transaction.atomic
def answer(*, question: Question, text: str, evidence: Sequence[Evidence], actor: User, at: datetime) -> Answer:
    """Takes the merchant's answer with papers of the claim; the clock goes on from where it stood.

    Late is better than never: an answer is taken as long as the question is open. Whoever cannot send all papers says
    why instead. Raises AnswerRefused; ValueRefused for a text that is too long.
    """
    claim = lock_claim(question.claim)
    question = Question.objects.get(pk=question.pk)
    said = parse_paragraphs(text)
    if given := Answer.objects.filter(question=question).first():
        if (given.answered_by_id, given.text) == (actor.pk, said):
            return given  # a second click
        raise refusals.already_answered()
    _refuse_unfit_papers(claim, evidence)
    missing = _missing(question, evidence, policy_for(claim=claim))
    if not said and missing:
        raise refusals.papers_missing(missing)
    if not said and not evidence:
        raise refusals.nothing_answered()
    _close(question, QuestionState.ANSWERED, actor, at)
    given = Answer.objects.create(question=question, text=said, answered_by=actor, answered_at=at)
    given.evidence.set(evidence)
    ask_for_checks(claim=claim, at=at)
    tell_merchant(
        claim=claim, template="answer_received", variables={}, at=at, dedupe_key=f"answer {question.reference}"
    )
    return given


@transaction.atomic
def cancel(*, question: Question, actor: User, at: datetime) -> None:
    """Takes a question back: it is no longer needed. Raises QuestionRefused when it was answered meanwhile."""
    lock_claim(question.claim)
    if Question.objects.get(pk=question.pk).state != QuestionState.CANCELLED:
        _close(question, QuestionState.CANCELLED, actor, at)


def close_open_question(*, claim: Claim, actor: User, at: datetime) -> None:
    """Nobody has to answer any more: the claim or the objection is over. A part of the caller's transaction."""
    if question := open_question_of(claim=claim):
        _close(question, QuestionState.CANCELLED, actor, at)


@transaction.atomic
def remind_next(*, at: datetime, size: int = 100) -> int:
    """Reminds merchants whose answer is due soon, where they agreed to such notices; how many questions were settled.

    Questions that another worker holds are left to it.
    """
    due = Question.objects.filter(state=QuestionState.ASKED, remind_at__lte=at).order_by("remind_at", "id")
    relations = ("claim__merchant", "claim__programme", "claim__assessment__policy_version")
    questions = list(due.select_for_update(skip_locked=True, of=("self",)).select_related(*relations)[:size])
    for question in questions:
        if at < question.due_at and question.claim.consents.filter(code=NOTICE_CONSENT).exists():
            tell_merchant(
                claim=question.claim,
                template="paper_reminder",
                variables={
                    "papers": _asked_text(question, policy_for(claim=question.claim)),
                    "due": last_day(question.due_at),
                },
                at=at,
                dedupe_key=f"question {question.reference} reminder",
            )
    Question.objects.filter(pk__in=[question.pk for question in questions]).update(remind_at=None)
    return len(questions)


def _asked_text(question: Question, policy: Policy) -> str:
    """What is asked for, for a message: the papers by name, or the words of the question."""
    kinds = [kind for kind in policy.evidence_kinds if kind.code in question.kinds]
    sentences = reason_sentences(codes=question.reasons, policy=policy, language=LANGUAGE)
    papers = ", ".join(pick(LANGUAGE, kind.name_ko, kind.name_en) for kind in kinds)
    return papers or "\n".join([*sentences, question.text]).strip()


def _close(question: Question, state: QuestionState, actor: User, at: datetime) -> None:
    asked = Question.objects.filter(pk=question.pk, state=QuestionState.ASKED)
    with because(actor=actor, reason=f"question {state}"):
        # An answer cannot be older than its question, whatever the clocks of two servers say.
        if asked.update(state=state, closed_at=max(at, question.asked_at), remind_at=None) != 1:
            raise refusals.no_longer_open()
    keep_review(claim=question.claim, at=at)


def _known_kinds(codes: Sequence[str], policy: Policy) -> list[EvidenceKind]:
    """In the policy's order, each once."""
    if set(codes) - {kind.code for kind in policy.evidence_kinds}:
        raise refusals.kind_unknown()
    return [kind for kind in policy.evidence_kinds if kind.code in codes]


def _fixable_reasons(codes: Sequence[str], policy: Policy) -> tuple[CaseReason, ...]:
    """In the policy's order, each once. What cannot be mended is no question, but a proposal to refuse."""
    fixable = reasons_of_kind(reasons=policy.reasons, kinds=(FIXABLE,))
    if set(codes) - {reason.code for reason in fixable}:
        raise refusals.reason_unfit()
    return tuple(reason for reason in fixable if reason.code in codes)


def _missing(question: Question, evidence: Sequence[Evidence], policy: Policy) -> list[EvidenceKind]:
    sent = {row.kind for row in evidence}
    return [kind for kind in policy.evidence_kinds if kind.code in question.kinds and kind.code not in sent]


def _refuse_unfit_papers(claim: Claim, evidence: Sequence[Evidence]) -> None:
    for row in evidence:
        if row.claim_id != claim.pk or row.scan_state == EvidenceScanState.INFECTED:
            raise refusals.paper_unfit()
