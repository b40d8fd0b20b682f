"""The channel service's reports as files, and the page for them."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from claims.services.channel_cash_reports import ReportRefused, read_report
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from merchants.models import ChannelCashDownload, ChannelCashGrant, ChannelCashReport, ChannelCashUse
from merchants.services.channel_cash import grant_channel_cash
from merchants.services.channel_cash_lists import make_next_list
from tests.cast import NOW, make_claims, person
from tests.concurrency.waiting import at_once
from users.services.people import system_user

HEAD = "참조번호,사업자등록번호,구분,금액,날짜\n"
PAGE = "/programmes/1015/channel-cash/"


@pytest.fixture
def grants(programme) -> list[ChannelCashGrant]:
    """Two grants that were handed over."""
    make_claims(programme=programme, count=2)
    grant_channel_cash(programme=programme, at=NOW)
    make_next_list(programme=programme, actor=system_user(), at=NOW)
    return list(ChannelCashGrant.objects.order_by("id"))


def line(grant, amount="10000", kind="사용", day="2023-01-31") -> str:
    return f"{grant.reference},,{kind},{amount},{day}\n"


def read(programme, folder, content: str | bytes, **options) -> ChannelCashReport:
    path = Path(folder) / "report"
    path.write_bytes(content.encode("cp949") if isinstance(content, str) else content)
    return read_report(programme=programme, path=path, name="사용.csv", actor=system_user(), at=NOW, **options)


def test_a_file_is_read_once_whoever_sends_it_how_often(programme, grants, tmp_path):
    content = (
        "채널 캐시 사용 내역\n"
        + HEAD
        + line(grants[0], '"10,000"')
        + "\n"
        + line(grants[1], "", "소멸")
        + "합계,,,60000,\n"
    )
    report = read(programme, tmp_path, content)
    assert (report.is_accepted, report.lines, report.used_won, report.expired_won) == (True, 2, 10_000, 50_000)
    assert read(programme, tmp_path, content) == report
    assert list(ChannelCashUse.objects.order_by("line").values_list("report", "line")) == [
        (report.pk, 3),
        (report.pk, 5),
    ]


def test_a_spreadsheet_by_business_number_is_read_too(programme, grants, tmp_path):
    book = Workbook()
    book.active.append(["사업자등록번호", "사용액", "사용일"])
    merchant = grants[0].merchant
    type(merchant).objects.filter(pk=merchant.pk).update(business_number="2208162517")
    book.active.append(["220-81-62517", 12_000, "2023.01.31"])
    book.save(tmp_path / "book.xlsx")
    assert read(programme, tmp_path, (tmp_path / "book.xlsx").read_bytes()).used_won == 12_000


def test_one_bad_line_keeps_the_file_out_and_the_mended_file_goes_in(programme, grants, tmp_path):
    bad = HEAD + line(grants[0]) + line(grants[1], "만원") + "ABC,,사용,1,2023-01-31\n,,사용,1,2023-01-31\n"
    report = read(programme, tmp_path, bad)
    assert (report.is_accepted, report.faults_count) == (False, 3)
    assert faults_of(report) == [
        (3, "won_malformed"),
        (4, "reference_malformed"),
        (5, "merchant_missing"),
    ]
    assert not ChannelCashUse.objects.exists()
    assert read(programme, tmp_path, HEAD + line(grants[0])).is_accepted


def faults_of(report: ChannelCashReport) -> list[tuple[int, str]]:
    return [(fault["line"], fault["code"]) for fault in report.faults]


def test_what_cannot_be_read_and_what_cannot_be_booked_is_named_in_one_round(programme, grants, tmp_path):
    bad = HEAD + line(grants[0], "50001") + line(grants[1], "만원") + line(grants[0], "", "소멸", "2023-02-01")
    expected = [(2, "use_too_much"), (3, "won_malformed"), (4, "use_wrong_date")]
    assert faults_of(read(programme, tmp_path, bad)) == expected
    assert not ChannelCashUse.objects.exists()


@pytest.mark.parametrize(
    ("unread", "judged"),
    [("{ref},,사용,만원,2023-01-31\n", [(4, "use_wrong_rest")]), ("ABC,,사용,1,2023-01-31\n", [])],
)
def test_a_rest_is_not_judged_while_a_line_that_may_be_of_it_cannot_be_read(
    programme, grants, tmp_path, unread, judged
):
    rests = [line(grant, "40000", "소멸") for grant in grants]
    report = read(programme, tmp_path, HEAD + unread.format(ref=grants[0].reference) + "".join(rests))
    assert faults_of(report)[1:] == judged


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("{ref},,사용,1,000,2023-01-31", "too_many_cells"),
        ("{ref},,환불,1,2023-01-31", "use_kind_unknown"),
        ("{ref},,사용,,2023-01-31", "amount_missing"),
        ("{ref},,사용,1,", "date_missing"),
        ("{ref},,사용,1,31/01/2023", "date_year_first"),
        (",220-81-62518,사용,1,2023-01-31", "business_number_wrong_check"),
        ("{ref},,사용,50001,2023-01-31", "use_too_much"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(programme, grants, tmp_path, cells, code):
    report = read(programme, tmp_path, HEAD + cells.format(ref=grants[0].reference) + "\n")
    assert [fault["code"] for fault in report.faults] == [code]


def test_blank_cells_that_a_spreadsheet_puts_at_the_end_are_no_fault(programme, grants, tmp_path):
    padded = line(grants[0]).replace("\n", ",,\n")
    assert read(programme, tmp_path, HEAD + padded).is_accepted


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "wrong_type"),
        (b"PK\x03\x04rubbish", "damaged"),
        (HEAD.encode() + b"\xff\xff\n", "encoding"),
        ("이름,주소\n가,나\n", "columns_missing"),
        (HEAD, "report_empty"),
        (HEAD + '"', "quote_without_end"),
    ],
)
def test_a_file_that_is_none_is_one_clear_refusal(programme, grants, tmp_path, content, code):
    with pytest.raises(ReportRefused) as refused:
        read(programme, tmp_path, content)
    assert refused.value.code == code
    assert not ChannelCashReport.objects.exists()


def test_a_dry_run_keeps_nothing(programme, grants, tmp_path):
    assert read(programme, tmp_path, HEAD + line(grants[0]), dry_run=True).used_won == 10_000
    assert not ChannelCashReport.objects.exists()
    assert not ChannelCashUse.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_by_two_people_at_once_is_read_once(programme, tmp_path):
    make_claims(programme=programme, count=1)
    grant_channel_cash(programme=programme, at=NOW)
    make_next_list(programme=programme, actor=system_user(), at=NOW)
    content = HEAD + line(ChannelCashGrant.objects.get())
    path = tmp_path / "report"
    path.write_bytes(content.encode())

    def work():
        return read_report(programme=programme, path=path, name="사용.csv", actor=system_user(), at=NOW)

    first, second = at_once(work, work)
    assert first == second
    assert ChannelCashUse.objects.count() == 1


@pytest.fixture
def site(client, ops):
    client.force_login(ops)
    return client


def sent(client, content: str):
    file = SimpleUploadedFile("사용.csv", content.encode())
    return client.post(f"{PAGE}reports/", {"report": file})


def test_the_page_has_figures_lists_and_reports(site, grants, programme):
    assert sent(site, HEAD + line(grants[0])).status_code == 302
    page = site.get(PAGE).content.decode()
    assert "10만원" in page or "100,000원" in page
    assert "1번 명단" in page
    assert "사용.csv" in page
    assert (
        "이미 읽은 파일입니다"
        in site.post(
            f"{PAGE}reports/",
            {"report": SimpleUploadedFile("다시.csv", (HEAD + line(grants[0])).encode())},
            follow=True,
        ).content.decode()
    )


def test_a_refused_file_is_told_line_by_line(site, grants):
    answer = sent(site, HEAD + line(grants[0], "50001"))
    assert answer.status_code == 422
    assert "2행: 사용액은" in answer.content.decode()
    assert site.post(f"{PAGE}reports/").status_code == 422
    assert sent(site, "이름\n가\n").status_code == 422


def test_a_list_that_was_changed_by_hand_is_handed_to_nobody(site, grants):
    ChannelCashGrant.objects.filter(pk=grants[0].pk).update(amount_won=60_000)
    refused = site.post(f"{PAGE}lists/1/", {"kind": "xlsx", "reason": "채널 서비스에 전달"})
    assert (refused.status_code, "달라진 명단" in refused.content.decode()) == (422, True)
    assert not ChannelCashDownload.objects.exists()


def test_a_list_is_made_and_downloaded_with_a_reason_that_is_kept(site, grants, programme, ops):
    make_claims(programme=programme, count=1, first=50)
    grant_channel_cash(programme=programme, at=NOW)
    site.post(f"{PAGE}lists/new/")
    refused = site.post(f"{PAGE}lists/2/", {"kind": "xlsx", "reason": ""})
    assert (refused.status_code, 'href="#reason-2"' in refused.content.decode()) == (422, True)
    answer = site.post(f"{PAGE}lists/2/", {"kind": "csv.gz", "reason": "채널 서비스에 전달"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="channel-cash-1015-2.csv.gz"'
    assert b"".join(answer.streaming_content)[:2] == b"\x1f\x8b"
    assert ChannelCashDownload.objects.get().actor == ops
    assert AccessRecord.objects.get().task == "channel_cash_list_downloaded"


@pytest.mark.parametrize(("role", "looks", "acts"), [(Role.AUDITOR, 200, 404), (Role.OFFICER, 404, 404)])
def test_who_looks_and_who_acts(client, grants, programme, role, looks, acts):
    client.force_login(person("someone", programme, role))
    assert client.get(PAGE).status_code == looks
    posted = [client.post(f"{PAGE}{path}") for path in ("lists/new/", "lists/1/", "reports/")]
    assert {answer.status_code for answer in posted} == {acts}


def test_the_command_hands_over_and_reads(programme, grants, ops, tmp_path, capsys):
    target = tmp_path / "list.xlsx"
    call_command("channel_cash", "1015", "write", str(target), "--reason", "전달", "--by", "ops", "--json")
    assert target.stat().st_size
    path = tmp_path / "report.csv"
    path.write_text(HEAD + line(grants[0], "60000"))
    with pytest.raises(CommandError, match="refused"):
        call_command("channel_cash", "1015", "report", str(path), "--json")
    path.write_text(HEAD + line(grants[0]))
    call_command("channel_cash", "1015", "report", str(path), "--json")
    call_command("channel_cash", "1015", "--json")
    assert '"used_won": 10000' in capsys.readouterr().out.rpartition("merchants")[2]
