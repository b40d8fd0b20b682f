"""The pages on which a merchant follows a claim, and the officer's side of the thread."""

from django.urls import path

from claims.views.status.account import my_account
from claims.views.status.account_change import my_account_answer, my_account_code
from claims.views.status.determination import my_determination, my_letter
from claims.views.status.objections import my_objection, my_objection_withdrawal
from claims.views.status.pages import my_claim, my_claims
from claims.views.status.questions import my_question
from claims.views.status.staff_questions import staff_question, staff_question_cancellation
from claims.views.status.withdrawal import my_withdrawal

CLAIM = "my/claims/<slug:reference>/"
STAFF_CLAIM = "programmes/<slug:code>/claims/<slug:reference>/"

urlpatterns = [
    path("my/claims/", my_claims, name="my-claims"),
    path(CLAIM, my_claim, name="my-claim"),
    path(f"{CLAIM}questions/<slug:question>/", my_question, name="my-question"),
    path(f"{CLAIM}account/", my_account, name="my-account"),
    path(f"{CLAIM}account/code/", my_account_code, name="my-account-code"),
    path(f"{CLAIM}account/answer/", my_account_answer, name="my-account-answer"),
    path(f"{CLAIM}withdraw/", my_withdrawal, name="my-withdrawal"),
    path(f"{CLAIM}determinations/<int:number>/", my_determination, name="my-determination"),
    path(f"{CLAIM}determinations/<int:number>/letter/", my_letter, name="my-letter"),
    path(f"{CLAIM}file/<slug:kind>/", my_objection, name="my-objection"),
    path(f"{CLAIM}objections/<slug:objection>/withdraw/", my_objection_withdrawal, name="my-objection-withdrawal"),
    path(f"{STAFF_CLAIM}questions/", staff_question, name="staff-question"),
    path(
        f"{STAFF_CLAIM}questions/<slug:question>/cancel/",
        staff_question_cancellation,
        name="staff-question-cancellation",
    ),
]
