"""`manage.py import_claims`, for people and for machines."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compensation.programmes.models import Programme
from tests.claims.association_cast import good, good_rows, write_csv


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
