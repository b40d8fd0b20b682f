"""The programme file: what is read from it, and every fault with its path."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compensation.policy.budget import Scenario, estimate
from compensation.policy.checking import DocumentFaults
from compensation.programmes.services.programme_file import read_programme_file

SHIPPED = Path(__file__).parents[2] / "programmes" / "1015.toml"

Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of the shipped file in which texts are replaced; each must be in it."""

    def edit(*replacements: tuple[str, str]) -> Path:
        text = SHIPPED.read_text()
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        copy = tmp_path / "programme.toml"
        copy.write_text(text)
        return copy

    return edit


def fault_paths(path: Path) -> list[str]:
    with pytest.raises(DocumentFaults) as refused:
        read_programme_file(path=path)
    return [fault.path for fault in refused.value.faults]


def test_the_shipped_package_is_worth_11_000_won():
    file = read_programme_file(path=SHIPPED)
    worth = {row.code: row.fields["value_won"] for row in file.benefit_items}
    assert sum(worth[code] for code in file.packages[0].fields["items"]) == 11_000
    assert worth["storage-pass"] == 990


def test_the_announced_scenario_comes_to_the_announced_totals():
    file = read_programme_file(path=SHIPPED)
    announced = estimate(Scenario.from_json(file.budget_scenarios[0].fields["figures"]))
    assert announced.members_won == 530_970_000_000
    assert (announced.merchants_low_won, announced.merchants_high_won) == (626_080_000, 782_600_000)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('code = "1015"', 'code = "10 15"', "programme.code"),
        ('name_ko = "1015 피해지원"', 'name_ko = "1015\\u0000"', "programme.name_ko"),
        ('currency = "KRW"', 'currency = "USD"', "programme.currency"),
        ('time_zone = "Asia/Seoul"', 'time_zone = "Asia/Soul"', "programme.time_zone"),
        ('status = "open"', 'status = "opened"', "programme.status"),
        ("quota = 3_000_000", "quota = -1", "benefit_items[5].offer.quota"),
        ("05T10:00:00+09:00", "05T10:00:00", "benefit_items[5].offer.opens_at"),
        ("05T10:00:00+09:00", "05T10:00:00.5+09:00", "benefit_items[5].offer.opens_at"),
        ('kind = "month_from_activation"', 'kind = "permanent"', "benefit_items[5].validity.kind"),
        ('status = "open"', 'status = "open"\nowner = "x"', "programme.owner"),
        ('phone = "070-0000-1015"', 'phone = "1015"', "programme.customer_centre.phone"),
        ('hours_en = "Monday', 'hours = "Monday', "programme.customer_centre.hours_en"),
        ("[programme.customer_centre]", "[programme.centre]", "programme.customer_centre"),
        ("ended_at = 2022-10-20T23:00:00", "ended_at = 2022-10-15T15:30:00", "incident.ended_at"),
        (
            "restored_at = 2022-10-16T02:00:00+09:00",
            "restored_at = 2022-10-16",
            "incident.services.messenger.restored_at",
        ),
        ("restored_at = 2022-10-16T02:00", "restored_at = 2022-10-15T02:00", "incident.services.messenger.restored_at"),
        ("closes_at = 2022-12-29", "closes_at = 2022-10-15", "intake_windows[0].closes_at"),
        ('channels = ["association"]', 'channels = ["fax"]', "intake_windows[0].channels"),
        ("closes_at = 2022-12-29", "closes_at = 2023-02-01", "intake_windows[1]"),
        ('code = "additional"', 'code = "reported"', "intake_windows[1].code"),
        ('kind = "emoticon"', 'kind = "sticker"', "benefit_items[0].kind"),
        ("value_won = 2_000", "value_won = -1", "benefit_items[0].value_won"),
        ("value_won = 2_000", "value_won = 2_000.0", "benefit_items[0].value_won"),
        ('{ kind = "days", days = 90 }', '{ kind = "month_from_activation" }', "benefit_items[1].validity.kind"),
        ('{ kind = "permanent" }', '{ kind = "days" }', "benefit_items[0].validity.days"),
        ('{ kind = "permanent" }', '{ kind = "permanent", days = 3 }', "benefit_items[0].validity.days"),
        ('kind = "days", days = 176', 'kind = "until", until = 2023-01-04', "packages[0].grants_from"),
        ('items = ["emoticon-choonsik"', 'items = ["emoticon-muzi"', "packages[0].items"),
        ("value_won = 2_000", "value_won = 1_000_000_000", "packages[0].items"),
        ("merchants = 7_826", 'merchants = "7,826"', "budget_scenarios[0].figures.merchants"),
        ("payout_low_won = 30_000", "payout_low_won = 60_000", "budget_scenarios[0].figures.payout_high_won"),
        ("above_won = 300_000", "above_won = 400_000", "policy.tiers[2].above_won"),
        ("platform_share_bp = 8_700", "platform_share_bp = 10_001", "policy.services.messenger.platform_share_bp"),
        ("messenger = { name_ko", '"talk room" = { name_ko', "incident.services.talk room"),
        ('name_en = "no loss"', "name_en = 2022-10-15", "policy.tiers[0].name_en"),
        ("messenger = { name_ko", "messanger = { name_ko", "policy.services.messanger"),
        ("\n[policy]\n", "\n[polizy]\n", "polizy"),
    ],
)
def test_a_fault_is_named_by_its_path(edited: Edit, old: str, new: str, path: str):
    assert path in fault_paths(edited((old, new)))


def test_all_faults_are_listed_and_not_only_the_first(edited: Edit):
    broken = edited(('status = "open"', 'status = "x"'), ("closes_at = 2022-12-29", "closes_at = 2022-01-01"))
    assert fault_paths(broken) == ["programme.status", "intake_windows[0].closes_at"]


def test_windows_that_touch_do_not_overlap(edited: Edit):
    read_programme_file(path=edited(("closes_at = 2022-12-29", "closes_at = 2023-01-30")))


def test_windows_of_other_channels_may_overlap(edited: Edit):
    longer = ("closes_at = 2022-12-29", "closes_at = 2023-02-01")
    web_only = ('channels = ["association", "web", "agent"]', 'channels = ["web"]')
    read_programme_file(path=edited(longer, web_only))


def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path):
    broken = tmp_path / "broken.toml"
    broken.write_text('[programme]\ncode = "1015"\nstatus = open\n')
    assert fault_paths(broken) == ["broken.toml:3"]


def test_what_is_not_utf8_is_refused_with_its_line(tmp_path: Path):
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"[programme]\n" + 'name_ko = "피해지원"'.encode("cp949"))
    assert fault_paths(broken) == ["broken.toml:2"]


def test_a_missing_file_is_a_fault(tmp_path: Path):
    assert fault_paths(tmp_path / "none.toml") == ["none.toml"]


def test_an_empty_file_misses_every_table(tmp_path: Path):
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    missing = {"programme", "incident", "intake_windows", "benefit_items", "packages", "budget_scenarios", "policy"}
    assert missing <= set(fault_paths(empty))


ALL_DIGITS = "[[policy.filing_days]]\nday = 2023-02-12\ndigits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n\n[policy.council]"


def test_the_days_of_a_policy_are_stored_as_text(edited: Edit):
    file = read_programme_file(path=edited(("[policy.council]", ALL_DIGITS)))
    assert file.policy["filing_days"][0]["day"] == "2023-02-12"


@pytest.mark.parametrize("day", ["2023-01-29", "2023-02-13"])
def test_a_filing_day_lies_in_an_intake_window(edited: Edit, day: str):
    outside = edited(("[policy.council]", ALL_DIGITS.replace("2023-02-12", day)))
    assert fault_paths(outside) == ["policy.filing_days"]
