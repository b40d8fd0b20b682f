"""What the benchmarks of the storage pass count and print."""

from typing import Any


def prove(storage_pass: Any) -> None:
    from users.models import StoragePass
    from users.selectors.storage_pass import figures_of, prove_line

    now = StoragePass.objects.get(pk=storage_pass.pk)
    proof, figures = prove_line(storage_pass=now), figures_of(now)
    print(f"{figures.applied:,} in line, quota {figures.quota:,}, issued {figures.issued:,}; {proof}")
    if not proof.holds:
        raise SystemExit("the line is not what it should be")


def active_members() -> list[int]:
    from users.models import Member

    return list(Member.objects.filter(status=1).order_by("pk").values_list("pk", flat=True))


def applications() -> int:
    from users.models import PassApplication

    return PassApplication.objects.count()


def places_of(storage_pass: Any, members: list[int]) -> dict[int, int]:
    from users.models import PassApplication

    line = PassApplication.objects.filter(storage_pass=storage_pass, member_id__in=members)
    return dict(line.values_list("member_id", "place"))


def execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)] if times else 0.0


def say(name: str, rate: float, limit: float, p99_ms: float | None = None) -> None:
    tail = "" if p99_ms is None else f"   p99 {p99_ms:6.1f} ms"
    print(f"{name:<66}{rate:>10,.0f}/s {rate / limit:>7.2f}{tail}", flush=True)
