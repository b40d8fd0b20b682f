import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.policy.transitions import ACCOUNT
from compensation.runtime.encryption import EncryptedTextField
from compensation.runtime.triggers import MovesOnly
from merchants.models.merchant import Merchant


class BankAccount(models.Model):
    """Where a merchant is paid. The newest row counts; older ones stay as history.

    `entered_by`: who named it; None for one that came with an association's file. `holder_index` finds accounts by the
    name of their holder; rows of older versions get theirs by and by. `standing` is what is known of its holder
    (policy/transitions). An account that replaced one after something was determined (`must_confirm`) is paid to
    only when the old contact said yes and a second person looked (`confirmed_at`, `approved_by`).
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="bank_accounts")
    bank_code = models.CharField(max_length=3)
    number = EncryptedTextField()
    number_index = models.CharField(max_length=32, db_index=True)
    number_last4 = models.CharField(max_length=4)
    holder = EncryptedTextField()
    holder_index = models.CharField(max_length=32, blank=True, default="", db_default="")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    created_at = models.DateTimeField()
    standing = models.CharField(max_length=10, default="entered", db_default="entered")
    must_confirm = models.BooleanField(default=False, db_default=False)
    confirmed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    approved_at = models.DateTimeField(null=True)
    # The contact that was on record when it replaced another one after a determination: it is asked, and nobody else.
    confirm_to = EncryptedTextField(blank=True, default="", db_default="")
    # When the bank is asked about its holder, next or again; None while nothing is to be paid, and once it is known.
    due_at = models.DateTimeField(null=True)

    class Meta:
        get_latest_by = "id"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")),
                name="account_approved_by_another",
            )
        ]
        triggers = [
            MovesOnly(name="account_moves", field="standing", moves=ACCOUNT.moves),
            pgtrigger.Protect(
                name="account_stays_what_it_was",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("merchant", "bank_code", "number_index", "number_last4"),
            ),
        ]
        indexes = [
            # Serves the list of what a person has to look at, and the search for accounts that will be needed.
            models.Index(fields=["standing", "id"], name="bank_account_to_verify", condition=~Q(standing="verified")),
            # Serves the worker that asks the banks.
            models.Index(fields=["due_at", "id"], name="bank_account_to_ask", condition=Q(due_at__isnull=False)),
            # Serves the list of changes that were not confirmed or approved yet.
            models.Index(
                fields=["id"],
                name="bank_account_to_approve",
                condition=Q(must_confirm=True, approved_by__isnull=True),
            ),
            # Serves the search by holder. An old row without an index is not found, and not in it.
            models.Index(fields=["holder_index"], name="bank_account_by_holder", condition=~Q(holder_index="")),
            # Serves what fills the index of old rows: empty once they are done.
            models.Index(fields=["id"], name="bank_account_to_index", condition=Q(holder_index="")),
        ]

    def __str__(self) -> str:
        return f"{self.bank_code} …{self.number_last4}"


class InquiryOutcome(models.TextChoices):
    """What the bank said about the holder of an account."""

    MATCHES = "matches", _("예금주 일치")
    NEARLY = "nearly", _("예금주 이름이 조금 다름")
    DIFFERS = "differs", _("예금주 불일치")
    NO_ACCOUNT = "no_account", _("없는 계좌")
    UNANSWERED = "unanswered", _("은행 응답 없음")


class AccountInquiry(models.Model):
    """One holder inquiry (예금주 조회) at the bank: what came back. Append-only.

    `transaction_id` is ours and goes with the request, so that the bank knows a repetition. `answered_name` is the
    holder as the bank has it.
    """

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="inquiries")
    transaction_id = models.CharField(max_length=20, unique=True)
    outcome = models.CharField(max_length=10, choices=InquiryOutcome.choices)
    answered_name = EncryptedTextField(blank=True)
    code = models.CharField(max_length=20, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="inquiries_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.outcome}"


class DecisionKind(models.TextChoices):
    """What people said about an account: staff, and those who hold the contact that was on record before."""

    VERIFIED = "verified", _("예금주 확인")
    REFUSED = "refused", _("사용 불가")
    ASKED_AGAIN = "asked_again", _("다시 조회")
    CALLED = "called", _("전화로 본인 확인")
    APPROVED = "approved", _("변경 승인")
    CONFIRMED = "confirmed", _("기존 연락처에서 변경 확인")
    DENIED = "denied", _("기존 연락처에서 변경 부인")
    RESTORED = "restored", _("이전 계좌로 되돌림")


class AccountDecision(models.Model):
    """What a person decided about an account, and why. Append-only."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=DecisionKind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="account_decisions_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.kind}"
