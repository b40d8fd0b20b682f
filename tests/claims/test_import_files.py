"""What becomes of a file as a whole: sent once, sent again, sent corrected; and what the rows do to each other."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from claims.models import AssociationFile, Claim, ClaimTransition
from claims.services.association_import import AssociationFileRefused
from compensation.programmes.models import Programme
from merchants.models import BankAccount, Merchant
from tests.claims.association_cast import (
    GOOD,
    OPTIONAL,
    as_table,
    csv_text,
    good,
    good_rows,
    take_in,
    without,
    write_csv,
    write_xlsx,
)
from tests.claims.test_import_cells import moment

pytestmark = pytest.mark.django_db


def counts(result: Any) -> tuple[int, int, int]:
    assert result.rows == result.accepted + result.already_present + result.refused
    return result.accepted, result.already_present, result.refused


def codes(result: Any) -> list[str]:
    return [fault.code for row in result.refused_rows for fault in row.faults]


def test_an_xlsx_goes_in_like_a_csv(programme: Programme, tmp_path: Path) -> None:
    assert counts(take_in(programme, write_xlsx(tmp_path / "a.xlsx", as_table(good_rows(3))))) == (3, 0, 0)
    assert counts(take_in(programme, write_csv(tmp_path / "a.csv", good_rows(3)))) == (0, 3, 0)


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
    assert (claim.service, claim.received_at, claim.window.code) == ("messenger", moment(2022, 11, 1), "reported")


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


def report_rows(path: Path) -> list[list[Any]]:
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    return [[cell if cell is not None else "" for cell in row] for row in load_workbook(path).active.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("source", ["csv", "xlsx"])
def test_a_report_is_corrected_and_sent_again(programme: Programme, tmp_path: Path, source: str, kind: str) -> None:
    rows = [
        {"비고": "=1+1"} | row for row in (*good_rows(2), good(접수번호="A-9", 매출_손실액="35만", 서비스="카카오 T"))
    ]
    path = tmp_path / f"a.{source}"
    first = take_in(
        programme,
        write_csv(path, rows)
        if source == "csv"
        else write_xlsx(path, [[f"'{v}" if v == "=1+1" else v for v in row] for row in as_table(rows)]),
        report=tmp_path / "report",
    )
    assert counts(first) == (2, 0, 1)
    header, row = report_rows(tmp_path / f"report.{kind}")
    assert header == ["비고", *GOOD, "오류"]
    assert "4행 · 매출 손실액 「35만」: 금액은 350000" in row[-1]
    assert row[0] == ("'=1+1" if kind == "csv" else "=1+1")
    row[header.index("매출 손실액")] = "350,000"
    again = tmp_path / f"again.{kind}"
    write_csv(again, [dict(zip(header, row, strict=True))]) if kind == "csv" else write_xlsx(again, [header, row])
    result = take_in(programme, again, report=tmp_path / "report")
    assert (counts(result), result.extra_columns) == ((1, 0, 0), ("비고", "오류"))
    assert report_rows(tmp_path / f"report.{kind}") == [header]


def test_what_a_spreadsheet_would_run_is_text_in_the_report(programme: Programme, tmp_path: Path) -> None:
    dangerous = {"비고": '=HYPERLINK("http://example.com")', "메모": "@SUM(A1)", "표": "\t=1"}
    take_in(programme, write_csv(tmp_path / "a.csv", [dangerous | good(상호="")]), report=tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx").active
    assert [sheet.cell(2, column).data_type for column in (1, 2, 3)] == ["s", "s", "s"]
    assert report_rows(tmp_path / "report.csv")[1][:3] == [f"'{value}" for value in dangerous.values()]


def test_a_name_like_a_formula_is_stored_as_text(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [good(상호="@카페", 대표자명="'-김하늘")]))
    merchant = Merchant.objects.get()
    assert (merchant.trade_name, merchant.representative_name) == ("@카페", "-김하늘")


def command(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("import_claims", *arguments, programme="1015", stdout=out, verbosity=0, **options)
    return out.getvalue()


def test_the_command_says_what_became_of_the_file(programme: Programme, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"비고": ""} | row for row in (*good_rows(2), good(상호="", 접수번호="A-9"))])
    words = command(str(path))
    assert "전체 3행 = 접수 2 + 이미 있음 0 + 오류 1" in words
    assert "4행 · 상호 「」: 꼭 필요한 값입니다." in words
    assert "쓰지 않은 열: 비고" in words
    assert "이미 접수한 파일입니다" in command(str(path))


def test_the_command_answers_machines(programme: Programme, tmp_path: Path) -> None:
    answer = json.loads(command(str(write_csv(tmp_path / "a.csv", [good(상호="")])), json=True))
    assert (answer["status"], answer["rows"], answer["refused_by_code"]) == ("imported", 1, {"required": 1})
    assert answer["refused_rows"][0]["faults"][0]["column"] == "상호"


def test_the_command_refuses_a_file_with_one_clear_error(programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match="이 파일은 PDF입니다"):
        command(str(tmp_path / "a.xlsx"))
    with pytest.raises(SystemExit, match="1"):
        command(str(tmp_path / "a.xlsx"), json=True)
