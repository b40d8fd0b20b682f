"""The pages of the steps that are not about losses, and which page belongs to which step."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from claims.selectors.drafts import Business
from claims.services.drafts import Typed, account, business, margin
from claims.services.drafts.consents import asked_consents, given_consent
from claims.views.form.fields import AccountForm, BusinessForm, MarginForm
from claims.views.form.line_pages import AlternativePage, LossesPage, PeriodsPage
from claims.views.form.step_page import Content, Problems, StepPage
from claims.views.form.visits import Visit
from compensation.policy.consents import Consent
from compensation.policy.filing_days import may_file_on, next_filing_day
from compensation.policy.seoul import day_in_seoul
from compensation.policy.wording import percent_text
from compensation.runtime.forms import Problem, told
from compensation.runtime.templatetags.wording import local_name, page_language
from compensation.values.bank_accounts import parse_bank
from compensation.values.phones import format_phone
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank
from merchants.selectors.representatives import businesses_of

OTHER_BUSINESS = "other"


class BusinessPage(StepPage):
    template, names = "merchant/form/business.html", business.NAMES

    def typed_from(self, post: QueryDict, visit: Visit) -> Typed:
        typed = super().typed_from(post, visit)
        which = post.get("which", "")
        return typed | {"business_number": which} if which not in ("", OTHER_BUSINESS) else typed

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        own = [] if visit.code else list(businesses_of(user=visit.request.user))
        if not typed:
            typed = {"business_number": own[0].business_number} if own else {}
            phones = [] if visit.code else visit.context.proven_phones
            typed |= {"phone": format_phone(phones[0])} if phones else {}
        form = BusinessForm(typed, problems)
        number = str(typed.get("business_number", ""))
        chosen = next((merchant.business_number for merchant in own if merchant.business_number == number), "")
        if own and not chosen:
            chosen = OTHER_BUSINESS
        return {"forms": [form], "form": form, "own": own, "chosen": chosen} | self.details(visit, problems)

    def details(self, visit: Visit, problems: Problems) -> Content:
        """What is known of the business, below its number."""
        named = visit.context.named_business
        return {
            "known": named.merchant if named else None,
            "relation": named.relation if named else "",
            "not_proven": any(problem.code == "phone_not_proven" for problem in problems),
            "of_others": any(problem.code == "business_of_others" for problem in problems),
            "other_day": _other_day(visit, named),
        }


class MarginPage(StepPage):
    template, names = "merchant/form/margin.html", margin.NAMES

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        policy, named = visit.context.policy, visit.context.named_business
        if not typed and named and named.merchant:
            typed = {"industry": named.merchant.industry_code}
        form = MarginForm(typed, problems)
        industries = sorted((local_name(industry), code) for code, industry in policy.industries.items())
        general = _("목록에 없습니다 · 기준 %(margin)s") % {"margin": percent_text(policy.general_margin_bp)}
        listed = [(code, f"{name} · {percent_text(policy.industries[code].margin_bp)}") for name, code in industries]
        form.fields["industry"].widget.choices = [("", general), *listed]
        return {"forms": [form], "form": form, "general_margin_bp": policy.general_margin_bp}


class AccountPage(StepPage):
    template, names = "merchant/form/account.html", account.NAMES

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        saved = visit.context.answers.typed("account")
        wrong = any(problem.field == "number" for problem in problems)
        kept = "" if wrong or is_blank(saved.get("number")) else str(saved["number"])
        # A number that was saved is shown by its end only, and need not be typed again.
        number = "" if kept and typed.get("number") in (kept, "") else typed.get("number", "")
        recorded = visit.context.account_on_record
        if recorded and not typed:
            typed = {"use": "recorded"}
        form = AccountForm(typed | {"number": number, "bank": _bank_code(typed.get("bank"))}, problems)
        form.fields["use"].widget.choices = [
            ("recorded", _("등록된 계좌로 받겠습니다")),
            ("other", _("다른 계좌로 받겠습니다")),
        ]
        return {
            "forms": [form],
            "form": form,
            "recorded": recorded,
            "kept_number": kept,
            "cannot_change": bool(recorded and visit.code),
        }


class ConsentsPage(StepPage):
    template = "merchant/form/consents.html"

    def typed_from(self, post: QueryDict, visit: Visit) -> Typed:
        return {consent.code: post.get(consent.code, "") for consent in asked_consents(visit.context.policy)}

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        wrong = {problem.field: told(problem) for problem in problems}
        rows = [
            consent_row(consent, visit, typed.get(consent.code, ""), wrong.get(consent.code, ""))
            for consent in asked_consents(visit.context.policy)
        ]
        return {
            "forms": [],
            "rows": rows,
            "problems": [Problem(f"consent-{row['consent'].code}", row["error"]) for row in rows if row["error"]],
        }


PAGES: Mapping[str, StepPage] = {
    "business": BusinessPage(),
    "periods": PeriodsPage(),
    "losses": LossesPage(),
    "margin": MarginPage(),
    "alternative": AlternativePage(),
    "account": AccountPage(),
    "consents": ConsentsPage(),
}


def consent_row(consent: Consent, visit: Visit, typed: Any, error: str) -> Content:
    """A consent with its text in the language of the page, or as an agent reads it aloud, and its tick."""
    language, by_telephone = page_language(), bool(visit.code)
    readable = consent.by_telephone or not by_telephone
    given = given_consent(consent, typed, by_telephone=by_telephone)
    text = consent.telephone_text(language) if by_telephone and readable else consent.text(language)
    # What was agreed to in the other language stays agreed to, as it was read.
    digest = given.digest if given else consent.digest(language, by_telephone=by_telephone) if readable else ""
    return {
        "consent": consent,
        "title": consent.title(language),
        "paragraphs": text.split("\n"),
        "digest": digest,
        "is_given": bool(given),
        "error": error,
    }


def _bank_code(typed: Any) -> str:
    """The code of a bank, however it was written."""
    try:
        return parse_bank(typed).code
    except ValueRefused:
        return ""


def _other_day(visit: Visit, named: Business | None) -> Any:
    """The day of this business, where it is not today."""
    if named is None or named.merchant is None or visit.code:
        return None
    number, today = named.merchant.business_number, day_in_seoul(visit.request.received_at)
    if may_file_on(business_number=number, date=today, policy=visit.context.policy):
        return None
    return next_filing_day(business_number=number, date=today, policy=visit.context.policy)
