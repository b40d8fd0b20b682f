"""The officers' and the council's addresses. What is not a claim's reference comes first."""

from django.urls import path

from claims.api.review.actions import Hold, Referral, Release, Resumption, Tags, Taking, TakingBack
from claims.api.review.case import Case
from claims.api.review.council import Seats, Session, Sessions
from claims.api.review.decisions import Decisions, Undoing
from claims.api.review.findings import Checks, CorrectionPreview, Corrections, QuestionCancellation, Questions
from claims.api.review.queue import Assignment, NextCase, Officers, Queue
from claims.api.review.second_looks import Draws, Look, Looks
from claims.api.review.votes import Item, NewRecusal, NewVote

PROGRAMME = "programmes/<slug:code>/"
CASES = f"{PROGRAMME}cases"
CASE = f"{CASES}/<slug:reference>"
LOOKS = f"{PROGRAMME}second-looks"
SESSIONS = f"{PROGRAMME}council/sessions"
ITEM = f"{SESSIONS}/<slug:reference>/cases/<int:position>"
DECISIONS = f"{PROGRAMME}council/decisions"

urlpatterns = [
    path(f"{PROGRAMME}officers", Officers.as_view(), name="api-officers"),
    path(CASES, Queue.as_view(), name="api-cases"),
    path(f"{CASES}/next", NextCase.as_view(), name="api-case-next"),
    path(f"{CASES}/assignment", Assignment.as_view(), name="api-case-assignment"),
    path(CASE, Case.as_view(), name="api-case"),
    path(f"{CASE}/taking", Taking.as_view(), name="api-case-taking"),
    path(f"{CASE}/release", Release.as_view(), name="api-case-release"),
    path(f"{CASE}/hold", Hold.as_view(), name="api-case-hold"),
    path(f"{CASE}/resumption", Resumption.as_view(), name="api-case-resumption"),
    path(f"{CASE}/referral", Referral.as_view(), name="api-case-referral"),
    path(f"{CASE}/taking-back", TakingBack.as_view(), name="api-case-taking-back"),
    path(f"{CASE}/tags", Tags.as_view(), name="api-case-tags"),
    path(f"{CASE}/checks", Checks.as_view(), name="api-case-checks"),
    path(f"{CASE}/corrections/preview", CorrectionPreview.as_view(), name="api-case-correction-preview"),
    path(f"{CASE}/corrections", Corrections.as_view(), name="api-case-corrections"),
    path(f"{CASE}/questions", Questions.as_view(), name="api-case-questions"),
    path(
        f"{CASE}/questions/<slug:question>/cancellation",
        QuestionCancellation.as_view(),
        name="api-case-question-cancellation",
    ),
    path(LOOKS, Looks.as_view(), name="api-second-looks"),
    path(f"{LOOKS}/draws", Draws.as_view(), name="api-draws"),
    path(f"{LOOKS}/<slug:reference>/<int:number>", Look.as_view(), name="api-second-look"),
    path(f"{PROGRAMME}council/seats", Seats.as_view(), name="api-seats"),
    path(SESSIONS, Sessions.as_view(), name="api-sessions"),
    path(f"{SESSIONS}/<slug:reference>", Session.as_view(), name="api-session"),
    path(ITEM, Item.as_view(), name="api-agenda-case"),
    path(f"{ITEM}/vote", NewVote.as_view(), name="api-vote"),
    path(f"{ITEM}/recusal", NewRecusal.as_view(), name="api-recusal"),
    path(DECISIONS, Decisions.as_view(), name="api-decisions"),
    path(f"{DECISIONS}/<int:number>/undoing", Undoing.as_view(), name="api-undoing"),
]
