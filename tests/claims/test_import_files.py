"""What becomes of a file as a whole: sent once, sent again; and what its rows do to each other."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import AssociationFile, Claim, ClaimTransition
from claims.services.association_import import AssociationFileRefused
from claims.services.association_samples.businesses import business_number
from claims.services.intake_rules import load_intake_rules
from compensation.programmes.models import Programme
from compensation.runtime.progress import progress_of
from merchants.models import BankAccount, Merchant
from tests.cast import NOW
from tests.claims.association_cast import (
    GOOD,
    OPTIONAL,
    as_table,
    counts,
    csv_text,
    good,
    good_rows,
    moment,
    take_in,
    without,
    write_csv,
    write_xlsx,
)
from users.services.people import system_user


def codes(result: Any) -> list[str]:
    return [fault.code for row in result.refused_rows for fault in row.faults]


def test_an_xlsx_goes_in_like_a_csv(programme: Programme, tmp_path: Path) -> None:
    assert counts(take_in(programme, write_xlsx(tmp_path / "a.xlsx", as_table(good_rows(3))))) == (3, 0, 0)
    assert counts(take_in(programme, write_csv(tmp_path / "a.csv", good_rows(3)))) == (0, 3, 0)


def test_a_row_becomes_a_claim_with_its_merchant_account_and_history(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [good()]))
    claim = Claim.objects.get()
    assert (claim.state, claim.channel, claim.window.code, claim.services) == (
        "received", "association", "reported", ["messenger"]
    )  # fmt: skip
    loss = claim.losses.get()
    assert (loss.service, loss.began_at, loss.ended_at) == (
        "messenger", moment(2022, 10, 15, 15, 30), moment(2022, 10, 17)
    )  # fmt: skip
    assert (loss.lost_sales_won, loss.has_alternative) == (350_000, False)
    assert (claim.lost_sales_won, claim.reported_margin_bp) == (350_000, 1_250)
    assert (claim.merchant.business_number, claim.merchant.phone) == ("2208162517", "+821012345678")
    account, move = claim.merchant.bank_accounts.get(), claim.transitions.get()
    assert (account.bank_code, account.number, account.holder) == ("004", "123456789012", "김하늘")
    assert (move.from_state, move.to_state, move.actor, move.at) == ("", "received", system_user(), NOW)


def test_the_rules_are_those_of_the_programme(programme: Programme) -> None:
    rules = load_intake_rules(programme=programme, channel="association")
    assert [rules.service(name) for name in ("messenger", "카카오 T", "kakaotalk", "다음메일")] == [
        "messenger", "taxi", "messenger", "mail"
    ]  # fmt: skip
    assert (rules.reach_from, rules.reach_until) == (moment(2022, 10, 15), moment(2022, 10, 21))
    assert [window.code for window in rules.windows] == ["reported", "additional"]


def test_good_rows_go_in_and_bad_rows_come_back(programme: Programme, tmp_path: Path) -> None:
    rows = [*good_rows(3), good(접수번호="A-9", 매출_손실액="35만")]
    result = take_in(programme, write_csv(tmp_path / "a.csv", rows))
    assert counts(result) == (3, 0, 1)
    assert result.refused_by_code == {"won_malformed": 1}
    file = AssociationFile.objects.get()
    assert (file.name, file.rows, file.accepted, file.refused, file.refused_by_code) == (
        "a.csv", 4, 3, 1, {"won_malformed": 1}
    )  # fmt: skip


def test_the_same_file_again_adds_nothing_and_says_so(programme: Programme, tmp_path: Path) -> None:
    first = take_in(programme, write_csv(tmp_path / "a.csv", [*good_rows(2), good(상호="")]))
    again = take_in(programme, (tmp_path / "a.csv").rename(tmp_path / "b.csv"))
    assert (first.status, again.status) == ("imported", "already_imported")
    assert counts(again) == counts(first) == (2, 0, 1)
    assert (Claim.objects.count(), ClaimTransition.objects.count(), BankAccount.objects.count()) == (2, 2, 2)


def test_the_same_rows_in_another_spelling_are_already_present(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [good()]))
    same = good(
        사업자등록번호="2208162517", 매출_손실액="350000", 영업이익률="12.50", 은행="004", 피해_종료일시="2022.10.16"
    )
    assert counts(take_in(programme, write_csv(tmp_path / "b.csv", [same], delimiter=";"))) == (0, 1, 0)


def test_a_time_that_is_refused_is_one_fault(programme: Programme, tmp_path: Path) -> None:
    rows = [good(접수번호=f"A-{i}", 접수일시=cell) for i, cell in enumerate(("어제", "2099-01-01", "2022-10-01"))]
    result = take_in(programme, write_csv(tmp_path / "a.csv", rows), at=moment(2023, 1, 1))
    assert codes(result) == ["date_malformed", "received_in_the_future", "outside_every_window"]


def test_a_row_without_a_time_is_the_same_whenever_it_is_imported(programme: Programme, tmp_path: Path) -> None:
    row = without("접수일시")
    take_in(programme, write_csv(tmp_path / "a.csv", [row]), at=moment(2023, 1, 31))
    again = take_in(programme, write_csv(tmp_path / "b.csv", [row], delimiter=";"), at=moment(2023, 2, 1))
    assert counts(again) == (0, 1, 0)


@pytest.mark.parametrize("header", ["상호", "연락처", "서비스", "매출 손실액", "영업이익률", "예금주", "접수일시"])
def test_the_same_number_with_other_content_is_a_conflict(programme: Programme, tmp_path: Path, header: str) -> None:
    other = {
        "연락처": "02-123-4567",
        "서비스": "카카오 T",
        "매출 손실액": "1",
        "영업이익률": "",
        "접수일시": "2022-11-02",
    }
    take_in(programme, write_csv(tmp_path / "a.csv", [good()]))
    result = take_in(programme, write_csv(tmp_path / "b.csv", [good() | {header: other.get(header, "다른 이름")}]))
    assert codes(result) == ["conflict"]
    claim = Claim.objects.get()
    assert (claim.lost_sales_won, claim.reference in result.refused_rows[0].faults[0].message_ko) == (350_000, True)


def test_a_second_live_claim_of_a_business_names_the_first(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [good()]))
    result = take_in(programme, write_csv(tmp_path / "b.csv", [good(접수번호="B-1", 매출_손실액="1")]))
    assert codes(result) == ["duplicate"]
    assert "A-1" in result.refused_rows[0].faults[0].message_ko


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, "repeated"), ({"매출 손실액": "1"}, "conflict"), ({"접수번호": "A-2"}, "duplicate")],
)
def test_rows_of_one_file_meet_each_other(
    programme: Programme, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    result = take_in(programme, write_csv(tmp_path / "a.csv", [good(), good() | change]))
    assert (counts(result), codes(result), result.refused_rows[0].number) == ((1, 0, 1), [code], 3)
    assert "A-1" in result.refused_rows[0].faults[0].message_ko


def test_another_service_or_window_is_another_claim(programme: Programme, tmp_path: Path) -> None:
    rows = [good(), good(접수번호="A-2", 서비스="카카오 T"), good(접수번호="A-3", 접수일시="2023-01-30")]
    assert counts(take_in(programme, write_csv(tmp_path / "a.csv", rows))) == (3, 0, 0)
    assert Merchant.objects.count() == 1


def test_a_withdrawn_claim_does_not_stand_in_the_way(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [good()]))
    Claim.objects.update(state="withdrawn")
    assert counts(take_in(programme, write_csv(tmp_path / "b.csv", [good(접수번호="B-1")]))) == (1, 0, 0)


def test_a_file_fills_blanks_of_a_merchant_and_replaces_nothing(programme: Programme, tmp_path: Path) -> None:
    bare = good(이메일="", 채널_가입="", 은행="", 계좌번호="", 예금주="")
    take_in(programme, write_csv(tmp_path / "a.csv", [bare]))
    full = good(접수번호="B-1", 서비스="카카오 T", 상호="다른 상호", 연락처="02-123-4567", 업종코드="5611")
    take_in(programme, write_csv(tmp_path / "b.csv", [full]))
    last = full | {
        "접수번호": "C-1",
        "서비스": "카카오맵",
        "이메일": "b@example.com",
        "채널 가입": "무",
        "계좌번호": "999-999-999",
    }
    assert counts(take_in(programme, write_csv(tmp_path / "c.csv", [last]))) == (1, 0, 0)
    merchant = Merchant.objects.get()
    assert (merchant.trade_name, merchant.phone) == (GOOD["상호"], "+821012345678")
    assert (merchant.email, merchant.industry_code, merchant.on_channel) == ("shop@example.com", "5611", True)
    assert merchant.bank_accounts.get().number == "123456789012"


def test_optional_columns_may_be_left_out(programme: Programme, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [without(*OPTIONAL)])
    assert counts(take_in(programme, path, service="카카오톡", received_at=moment(2022, 11, 1))) == (1, 0, 0)
    claim = Claim.objects.get()
    assert (claim.services, claim.received_at, claim.window.code) == (["messenger"], moment(2022, 11, 1), "reported")


def test_without_a_time_a_claim_is_received_now(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [without("접수일시")]), at=moment(2023, 2, 1))
    assert Claim.objects.get().received_at == moment(2023, 2, 1)


@pytest.mark.parametrize("header", [header for header in GOOD if header not in OPTIONAL])
def test_a_missing_required_column_refuses_the_file(programme: Programme, tmp_path: Path, header: str) -> None:
    with pytest.raises(AssociationFileRefused, match=header) as refused:
        take_in(programme, write_csv(tmp_path / "a.csv", [without(header)]))
    assert refused.value.code == "columns_missing"


@pytest.mark.parametrize(("service", "code"), [(None, "service_missing"), ("라인", "unknown_service")])
def test_the_service_must_come_from_somewhere(
    programme: Programme, tmp_path: Path, service: str | None, code: str
) -> None:
    with pytest.raises(AssociationFileRefused) as refused:
        take_in(programme, write_csv(tmp_path / "a.csv", [without("서비스")]), service=service)
    assert refused.value.code == code


def test_a_file_that_breaks_off_leaves_nothing_behind(programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(csv_text(good_rows(3)) + '"A-9,\n')
    with pytest.raises(AssociationFileRefused):
        take_in(programme, tmp_path / "a.csv")
    assert not AssociationFile.objects.exists()
    assert not Merchant.objects.exists()


def test_a_header_without_rows_is_refused(programme: Programme, tmp_path: Path) -> None:
    with pytest.raises(AssociationFileRefused) as refused:
        take_in(programme, write_xlsx(tmp_path / "a.xlsx", [list(GOOD)]))
    assert refused.value.code == "no_rows"


def test_a_dry_run_keeps_nothing(programme: Programme, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [*good_rows(2), good(상호="")])
    result = take_in(programme, path, dry_run=True, report=tmp_path / "report")
    assert (result.status, counts(result)) == ("dry_run", (2, 0, 1))
    assert (tmp_path / "report.xlsx").exists()
    assert not Claim.objects.exists()
    assert take_in(programme, path).status == "imported"


def test_the_number_of_statements_does_not_grow_with_the_rows(programme: Programme, tmp_path: Path) -> None:
    statements = []
    for count in (10, 500):
        rows = (good(접수번호=f"{count}-{i}", 사업자등록번호=business_number(1_000 * count + i)) for i in range(count))
        path = write_csv(tmp_path / f"{count}.csv", rows)
        with CaptureQueriesContext(connection) as queries:
            assert take_in(programme, path).accepted == count
        statements.append(len(queries))
    assert statements[0] == statements[1] < 30


def test_progress_is_there_to_look_at(programme: Programme, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = write_csv(tmp_path / "a.csv", good_rows(3))
    take_in(programme, path, progress=lambda done, expected: told.append((done, expected)))
    seen = progress_of("import:1015:a.csv")
    assert seen is not None
    assert (told[-1][0], seen.done, seen.total) == (3, 3, 3)
