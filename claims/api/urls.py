"""Programmes, drafts and claims by the API."""

from django.urls import include, path

from claims.api.account_change import AccountChangeAnswer, AccountChangeCode
from claims.api.assisted import AssistedDrafts
from claims.api.claims import OwnClaim, OwnClaims
from claims.api.drafts import Draft, Drafts, DraftStep, DraftSubmission, NewDraft
from claims.api.estimate import Estimate
from claims.api.evidence import ClaimEvidence, DraftEvidence, DraftEvidenceItem
from claims.api.letters import Letter
from claims.api.next_steps import Account, NewAnswer, NewObjection, ObjectionWithdrawal, Withdrawal
from claims.api.programmes import ProgrammeDetail, ProgrammeList
from claims.api.report import Report

urlpatterns = [
    path("programmes", ProgrammeList.as_view(), name="api-programmes"),
    path("programmes/<slug:code>", ProgrammeDetail.as_view(), name="api-programme"),
    path("programmes/<slug:code>/estimate", Estimate.as_view(), name="api-estimate"),
    path("programmes/<slug:code>/report", Report.as_view(), name="api-report"),
    path("programmes/<slug:code>/drafts", NewDraft.as_view(), name="api-draft-new"),
    path("programmes/<slug:code>/assisted-drafts", AssistedDrafts.as_view(), name="api-assisted-drafts"),
    path("drafts", Drafts.as_view(), name="api-drafts"),
    path("drafts/<slug:reference>", Draft.as_view(), name="api-draft"),
    path("drafts/<slug:reference>/steps/<slug:step>", DraftStep.as_view(), name="api-draft-step"),
    path("drafts/<slug:reference>/evidence", DraftEvidence.as_view(), name="api-draft-evidence"),
    path(
        "drafts/<slug:reference>/evidence/<slug:evidence>",
        DraftEvidenceItem.as_view(),
        name="api-draft-evidence-item",
    ),
    path("drafts/<slug:reference>/submission", DraftSubmission.as_view(), name="api-draft-submission"),
    path("claims", OwnClaims.as_view(), name="api-claims"),
    path("claims/<slug:reference>", OwnClaim.as_view(), name="api-claim"),
    path("claims/<slug:reference>/determinations/<int:number>/letter", Letter.as_view(), name="api-letter"),
    path("claims/<slug:reference>/evidence", ClaimEvidence.as_view(), name="api-claim-evidence"),
    path("claims/<slug:reference>/account", Account.as_view(), name="api-claim-account"),
    path("claims/<slug:reference>/account/code", AccountChangeCode.as_view(), name="api-account-change-code"),
    path("claims/<slug:reference>/account/answer", AccountChangeAnswer.as_view(), name="api-account-change-answer"),
    path("claims/<slug:reference>/withdrawal", Withdrawal.as_view(), name="api-claim-withdrawal"),
    path("claims/<slug:reference>/objections", NewObjection.as_view(), name="api-claim-objections"),
    path(
        "claims/<slug:reference>/objections/<slug:objection>/withdrawal",
        ObjectionWithdrawal.as_view(),
        name="api-objection-withdrawal",
    ),
    path("claims/<slug:reference>/questions/<slug:question>/answer", NewAnswer.as_view(), name="api-answer"),
    path("", include("claims.api.money.urls")),
    path("", include("claims.api.payouts.urls")),
    path("", include("claims.api.review.urls")),
]
