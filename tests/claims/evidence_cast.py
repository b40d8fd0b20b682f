"""A merchant with a draft and files on the way to it; the files are kept in a folder of the test."""

import hashlib
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from claims.models import ClaimDraft, Evidence
from claims.services.evidence import receive_evidence
from claims.services.evidence_files.inspection import Upload
from compensation import limits
from compensation.programmes.models import Programme
from tests.cast import NOW, person
from tests.claims.evidence_samples import picture
from users.models import User

KIND = "sales_loss_proof"


@pytest.fixture
def kept(settings: object, tmp_path: Path) -> Path:
    """The folder in which this test's evidence is kept; there is no scanner."""
    folder = tmp_path / "kept" / "evidence"
    durable = "compensation.runtime.storage.DurableFileSystemStorage"
    evidence = {"BACKEND": durable, "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = django_settings.STORAGES | {"evidence": evidence}
    settings.CLAMD_ADDRESS = ""
    return folder


@pytest.fixture
def shopkeeper(programme: Programme) -> User:
    """Fills in a draft."""
    return person("shopkeeper", programme)


@pytest.fixture
def draft(programme: Programme, shopkeeper: User) -> ClaimDraft:
    return draft_of(shopkeeper, programme)


def draft_of(user: User, programme: Programme) -> ClaimDraft:
    return ClaimDraft.objects.create(programme=programme, owner=user, created_at=NOW, updated_at=NOW)


def arrived(folder: Path, content: bytes, name: str = "매출.jpg") -> Upload:
    """A file as the upload handler leaves it."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"arrived-{uuid.uuid4()}"  # two tabs that send the same do not write into one file
    path.write_bytes(content)
    return Upload(name=name, path=path, size_bytes=len(content), sha256=digest)


def receive(
    owner: object, folder: Path, content: bytes | None = None, *, actor: User, name: str = "매출.jpg"
) -> Evidence:
    upload = arrived(folder, picture() if content is None else content, name)
    return receive_evidence(owner=owner, kind=KIND, upload=upload, actor=actor, at=NOW)


def files_in(folder: Path) -> set[str]:
    """The keys of all files that are kept."""
    return {f"{file.parent.name}/{file.name}" for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def now_and_later() -> tuple[datetime, datetime]:
    """Now, and the moment from which what is stored now counts as left over."""
    now = timezone.now()
    return now, now + timedelta(seconds=limits.ORPHAN_SECONDS + 60)
