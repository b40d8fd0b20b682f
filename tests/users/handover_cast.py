"""A service that honours grants, the folder of its files, and what it reads of them."""

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages

from tests.users.coupon_cast import Till, token_of
from tests.users.grant_cast import NOON, mina, package, running_job, work_off
from users.models import GrantJob, HandoverDelivery, HandoverFile, Partner, PartnerScope
from users.services.handover.planning import plan_delivery
from users.services.handover.writing import finish_if_written, write_next_file
from users.services.partners import register_partner

DURABLE = "compensation.runtime.storage.DurableFileSystemStorage"


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's files are kept, in this process and in others."""
    kept = tmp_path / "handover"
    handover = {"BACKEND": DURABLE, "OPTIONS": {"location": str(kept)}}
    settings.STORAGES = django_settings.STORAGES | {"handover": handover}
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path))
    return kept


def service(code: str = "emoticons") -> Partner:
    """Hands out emoticons."""
    return register_partner(
        programme=package().programme, code=code, name_ko="이모티콘", name_en="Emoticons", actor=mina(), at=NOON
    )


def receiver(partner: Partner) -> Till:
    """Its program."""
    return Till(*token_of(partner, PartnerScope.RECEIVE))


def granted_job(members: int = 300) -> GrantJob:
    return work_off(running_job(members=members))


def planned(partner: Partner, job: GrantJob, format_: str = "csv", **wishes: Any) -> HandoverDelivery:
    wishes = {"actor": mina(), "at": NOON} | wishes
    return plan_delivery(partner=partner, job=job, format_=format_, **wishes)


def written(delivery: HandoverDelivery) -> HandoverDelivery:
    """What the workers do, in this process."""
    while write_next_file(delivery=delivery, at=NOON):
        pass
    finish_if_written(delivery=delivery, at=NOON)
    delivery.refresh_from_db()
    return delivery


def handed_over(members: int = 300, format_: str = "csv") -> HandoverDelivery:
    """A delivery of as many members, less those who were excluded, whose files are written."""
    partner = service()
    receiver(partner)
    return written(planned(partner, granted_job(members), format_))


def content(file: HandoverFile) -> bytes:
    with storages["handover"].open(file.name) as opened:
        return opened.read()


def rows_of(file: HandoverFile) -> list[dict[str, Any]]:
    """What stands in a file, read as anybody would read it."""
    raw = content(file)
    if file.delivery.format == "parquet":
        return pyarrow.parquet.read_table(io.BytesIO(raw)).to_pylist()
    return list(csv.DictReader(io.StringIO(gzip.decompress(raw).decode())))


def members_of(delivery: HandoverDelivery) -> list[int]:
    return [int(row["member_number"]) for file in delivery.files.order_by("number") for row in rows_of(file)]
