"""Loading a programme file: as a whole or not at all, the same twice, and nothing that was used is altered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from claims.management.commands import prepare_site
from compensation.policy.checking import DocumentFaults
from compensation.programmes.models import BenefitItem, IntakeWindow, PolicyVersion, Programme
from compensation.programmes.selectors import current_policy
from compensation.programmes.services.intake_windows import open_window
from compensation.programmes.services.loading import load_programme
from compensation.programmes.services.policy_versions import freeze, freeze_package
from tests.cast import FILE_1015, NOW, SEOUL
from users.services.people import system_user

Reload = Callable[..., list[str]]

DEARER = ("payout_won = 30_000", "payout_won = 40_000")


@pytest.fixture
def reload(programme: Programme, tmp_path: Path) -> Reload:
    """Loads the shipped file again with some texts replaced, and says what changed."""

    def load(*replacements: tuple[str, str], dry_run: bool = False) -> list[str]:
        text = FILE_1015.read_text()
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        copy = tmp_path / "programme.toml"
        copy.write_text(text)
        result = load_programme(path=copy, actor=system_user(), at=NOW, dry_run=dry_run)
        return [change.path for change in result.changes]

    return load


def refused(reload: Reload, *replacements: tuple[str, str]) -> list[str]:
    with pytest.raises(DocumentFaults) as error:
        reload(*replacements)
    return [fault.path for fault in error.value.faults]


def test_the_same_file_again_changes_nothing(reload: Reload):
    assert reload() == []
    assert PolicyVersion.objects.count() == 1


def test_the_package_is_worth_its_items(programme: Programme):
    assert programme.benefit_packages.get().value_won == 11_000


def test_a_changed_policy_is_a_new_version_and_the_older_one_stays(reload: Reload, programme: Programme):
    assert reload(DEARER) == ["policy.tiers[1].payout_won"]
    payouts = [version.policy.tiers[1].payout_won for version in programme.policy_versions.order_by("number")]
    assert payouts == [30_000, 40_000]
    assert current_policy(programme).number == 2


def test_going_back_to_an_older_policy_is_a_new_version_too(reload: Reload, programme: Programme):
    reload(DEARER)
    reload()
    assert current_policy(programme).number == 3


REWORDED = ('title_ko = "사실 확인"', 'title_ko = "사실 확인과 서약"')
RAISED = ('code = "truth"\nversion = 1', 'code = "truth"\nversion = 2')


def test_a_changed_consent_text_needs_a_higher_version(reload: Reload):
    assert refused(reload, REWORDED) == ["policy.consents[2].version"]
    assert reload(REWORDED, RAISED) == ["policy.consents[2].version", "policy.consents[2].title_ko"]
    assert reload() == ["policy.consents[2].version", "policy.consents[2].title_ko"]  # back to the first, as it was
    assert refused(reload, ('title_en = "Declaration of truth"', 'title_en = "Truth"'), RAISED)  # 2 meant another text


def test_a_dry_run_says_what_would_change_and_changes_nothing(reload: Reload, programme: Programme):
    assert reload(DEARER, ("value_won = 3_000", "value_won = 4_000"), dry_run=True) == [
        "benefit_items.coupon-3000.value_won",
        "packages.members-all.value_won",
        "policy.tiers[1].payout_won",
    ]
    assert current_policy(programme).number == 1
    assert programme.benefit_items.get(code="coupon-3000").value_won == 3_000


def test_one_fault_keeps_the_rest_of_the_file_out(reload: Reload, programme: Programme):
    assert refused(reload, DEARER, ('status = "open"', 'status = "draft"')) == ["programme.status"]
    assert current_policy(programme).number == 1


def test_every_change_names_actor_and_reason(reload: Reload, programme: Programme):
    reload(('name_en = "1015 compensation programme"', 'name_en = "1015"'))
    event = programme.events.order_by("pgh_id").last()
    assert event.pgh_context.metadata["actor"] == system_user().pk
    assert event.pgh_context.metadata["reason"] == "programme file loaded"


def test_a_frozen_policy_version_cannot_be_altered(programme: Programme):
    version = current_policy(programme)
    freeze(policy_version=version, at=NOW)
    freeze(policy_version=version, at=NOW.replace(year=2024))
    assert version.frozen_at == NOW
    with pytest.raises(Exception, match="Cannot update"):
        PolicyVersion.objects.update(document={})


def test_a_granted_package_and_its_items_stay(reload: Reload, programme: Programme):
    freeze_package(package=programme.benefit_packages.get(), at=NOW)
    changed = refused(
        reload, ("value_won = 3_000", "value_won = 4_000"), ("grants_from = 2023-01-05", "grants_from = 2023-02-05")
    )
    assert changed == ["benefit_items[4].value_won", "packages[0].grants_from"]


def test_a_granted_package_keeps_its_set_of_items(reload: Reload, programme: Programme):
    freeze_package(package=programme.benefit_packages.get(), at=NOW)
    assert refused(reload, (', "pledge-report"]', "]")) == ["packages[0].items"]
    assert refused(reload, ('code = "members-all"', 'code = "members"')) == ["packages.members-all"]


def test_a_package_that_was_not_granted_follows_the_file(reload: Reload, programme: Programme):
    assert reload((', "coupon-3000", "pledge-report"]', "]")) == [
        "packages.members-all.value_won",
        "packages.members-all.items",
    ]
    assert programme.benefit_packages.get().value_won == 8_000


def test_what_the_file_no_longer_names_is_removed(reload: Reload):
    changed = reload(('code = "storage-pass"', 'code = "drawer-pass"'), ('code = "wide"', 'code = "wider"'))
    assert {"benefit_items.storage-pass", "budget_scenarios.wide"} <= set(changed)
    assert not BenefitItem.objects.filter(code="storage-pass").exists()


@pytest.mark.parametrize("change", [("quota = 3_000_000", "quota = 4_000_000"), ("05T10:00", "06T10:00")])
def test_what_can_be_applied_for_keeps_its_offer_once_it_has_opened(reload: Reload, change: tuple[str, str]):
    assert refused(reload, change) == ["benefit_items[5].offer"]


def test_a_window_that_has_opened_may_grow(reload: Reload):
    assert reload(("closes_at = 2023-02-13", "closes_at = 2023-02-20")) == ["intake_windows.additional.closes_at"]


@pytest.mark.parametrize(
    "shrunk",
    [
        ("closes_at = 2023-02-13", "closes_at = 2023-02-12"),
        ("opens_at = 2023-01-30", "opens_at = 2023-01-31"),
        ('channels = ["association", "web", "agent"]', 'channels = ["association", "web"]'),
    ],
)
def test_a_window_that_has_opened_does_not_shrink(reload: Reload, shrunk: tuple[str, str]):
    assert refused(reload, shrunk) == ["intake_windows[1]"]


def test_a_window_that_people_opened_stays_and_nothing_may_overlap_it(reload: Reload, programme: Programme):
    start = datetime(2023, 3, 1, tzinfo=SEOUL)
    window = {"opens_at": start, "closes_at": start + timedelta(days=14), "channels": ["web"], "names": ("더", "More")}
    open_window(programme=programme, code="more", actor=system_user(), **window)
    assert reload() == []
    assert IntakeWindow.objects.filter(code="more").exists()
    assert refused(reload, ("closes_at = 2023-02-13", "closes_at = 2023-03-02")) == ["intake_windows[1]"]


def test_a_service_stays_once_the_programme_has_opened(reload: Reload):
    renamed = (
        'messenger = { name_ko = "카카오톡", name_en = "KakaoTalk", ',
        'talk = { name_ko = "카카오톡", name_en = "KakaoTalk", ',
    )
    assert "incident.services.messenger" in refused(reload, renamed, renamed)


@pytest.mark.django_db
def test_the_command_loads_into_an_empty_database(capsys: pytest.CaptureFixture[str]):
    call_command("load_programme", str(FILE_1015))
    assert Programme.objects.get().code == "1015"
    assert "+ policy" in capsys.readouterr().out


def test_the_command_says_what_it_did(programme: Programme, capsys: pytest.CaptureFixture[str]):
    call_command("load_programme", str(FILE_1015), "--json")
    assert '"changes": []' in capsys.readouterr().out


def test_the_command_fails_with_every_fault(programme: Programme, tmp_path: Path):
    faulty = tmp_path / "faulty.toml"
    faulty.write_text(FILE_1015.read_text().replace("up_to_won = 300_000", "up_to_won = -1"))
    with pytest.raises(CommandError, match=r"policy\.tiers\[1\]\.up_to_won"):
        call_command("load_programme", str(faulty))


def test_a_site_that_runs_goes_on_with_the_rules_it_has_where_the_file_does_not_fit_them(
    programme: Programme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    faulty = tmp_path / "faulty.toml"
    faulty.write_text("")
    prepare_site.Command()._load(faulty)
    assert "지금까지의 내용으로 계속합니다" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_site_without_rules_does_not_start(tmp_path: Path):
    faulty = tmp_path / "faulty.toml"
    faulty.write_text("")
    with pytest.raises(CommandError):
        prepare_site.Command()._load(faulty)
