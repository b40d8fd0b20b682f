"""The report as lines for a terminal, in Korean as the people who run the programme read it."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from compensation.policy.transitions import REVIEW

WIDTH = 60

EXCLUSIONS = {"withdrawn": "탈퇴", "suspended": "이용 정지", "listed": "제외 명단", "recalled": "회수"}
CHECKS = {
    "every_claim_has_one_end_or_waits": "접수한 건은 모두 결정되었거나 기다리는 중",
    "claims_from_files_are_rows_accepted": "파일로 접수한 건 = 받은 행",
    "rows_are_accepted_present_or_refused": "파일의 행 = 받은 행 + 이미 있던 행 + 돌려보낸 행",
    "council_determinations_are_decisions": "협의체의 결정 = 의결 기록",
    "payouts_due_are_in_the_ledger": "지급할 지원금 = 원장의 지급 예정",
    "channel_cash_is_in_the_ledger": "채널 캐시 = 원장의 채널 캐시",
    "member_benefits_are_in_the_ledger": "이용자 지원 = 원장의 이용자 지원",
    "the_ledger_sums_to_zero": "원장의 합 = 0",
    "expected_are_granted_excluded_or_failed": "대상 = 지급 + 제외 + 실패",
    "granted_are_rows_of_grants": "지급 = 지급 기록의 수",
}


def report_text(report: dict[str, Any]) -> str:
    """The whole report, one figure a line, the sums at the right."""
    return "\n".join(_lines(report))


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield _title(f"지원 프로그램 {report['programme']} 보고 · {report['as_of'][:16].replace('T', ' ')} 기준")
    yield from _claims(report["claims"])
    yield from _money(report)
    for package in report["members"]:
        yield from _members(package)
    yield from _estimates(report)
    yield _title("검산")
    for check in report["checks"]:
        mark = "맞음" if check["holds"] else "틀림"
        code = check["name"].rsplit(":", 1)[-1]
        yield f"{_pad(f'  [{mark}] {CHECKS[code]}')}{check['left']:>18,} = {check['right']:,}"


def _claims(claims: dict[str, Any]) -> Iterator[str]:
    yield _title("피해 접수")
    yield _row("파일의 행", claims["rows_in_files"], "행")
    yield _row("접수", claims["received"], "건")
    yield _row("돌려보낸 행", claims["refused_rows"], "행")
    for tier in claims["determined_by_tier"].values():
        yield _row(f"결정 · {tier['name_ko']}", tier["claims"], "건", f"{tier['payout_won']:>16,}원")
    yield _row("결정 · 지원 없음(피해액 0원)", claims["no_support"], "건")
    council = claims["decided_by_council"]
    yield _row("결정 · 협의체", council["claims"], "건", f"{council['payout_won']:>16,}원")
    yield _row("협의체 심사 대기", claims["waiting_for_council"], "건")
    for state, count in claims["reviews_open"].items():
        yield _row(f"  심사 · {REVIEW.name(state, 'ko')}", count, "건")
    for document in claims["waiting_for_council_missing_documents"].values():
        yield _row(f"  없는 서류 · {document['name_ko']}", document["claims"], "건")
    yield _row("산정 대기", claims["waiting_for_assessment"], "건")
    yield _row("철회", claims["withdrawn"], "건")
    for label, key in (("신고한 손실액", "reported_loss_won"), ("산정한 피해액", "assessed_loss_won")):
        found = claims[key]
        if found["median"] is None:
            continue
        yield _row(f"{label} 중앙값", found["median"], "원")
        yield _row(f"{label} 평균", found["mean"], "원")
        yield f"  {label} 십분위: " + " · ".join(f"{value:,}" for value in found["deciles"])


def _money(report: dict[str, Any]) -> Iterator[str]:
    yield _title("소상공인에게")
    yield _row("지급할 지원금", report["payouts_due_won"], "원")
    yield _row("채널 캐시", report["channel_cash"]["total_won"], "원", f"{report['channel_cash']['merchants']:>12,}명")


def _members(package: dict[str, Any]) -> Iterator[str]:
    yield _title(f"이용자에게 · {package['package']}")
    yield _row("대상", package["expected"], "명")
    yield _row("지급", package["granted"], "명", f"{package['value_won']:>16,}원")
    for reason, count in package["excluded"].items():
        yield _row(f"제외 · {EXCLUSIONS[reason]}", count, "명")
    yield _row("실패", package["failed"], "명")


def _estimates(report: dict[str, Any]) -> Iterator[str]:
    yield _title("추산(발표 규모)과 이번 자료")
    for row in report["estimates"]:
        yield _row(f"{row['name_ko']} · 이용자", row["members_won"], "원")
        low, high = row["merchants_low_won"], row["merchants_high_won"]
        yield f"{_pad('  ' + row['name_ko'] + ' · 소상공인')}{low:>18,}원 ~ {high:,}원"
    yield _row("이번 자료 · 이용자", report["this_run"]["members_won"], "원")
    yield _row("이번 자료 · 소상공인", report["this_run"]["merchants_won"], "원")


def _title(text: str) -> str:
    return f"\n── {text} ──"


def _row(label: str, figure: int, unit: str, more: str = "") -> str:
    return f"{_pad('  ' + label)}{figure:>18,}{unit}{more}"


def _pad(text: str) -> str:
    """`text` filled up to WIDTH columns of a terminal, where a Korean letter takes two."""
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(WIDTH - columns, 1)
