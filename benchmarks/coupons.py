"""Coupon codes derived per second, and validations and redemptions per second through the partner's API.

    python -m benchmarks.coupons --members 1000000 --seconds 10 --at-once 16

The web is started as `make run` starts it, on a database of its own; the clients share the machine's cores with it.
Beside it, in the same run, the limits: a page that does nothing, and a bare insert with a commit of its own, as many at
once.
"""

import argparse
import contextlib
import itertools
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from benchmarks.http_clients import Clients, Met
from benchmarks.load import wait_for_web
from benchmarks.scratch import FOLDER, project_file, scratch_servers, timed

PORT = 8892
DERIVED = 100_000
REDEMPTIONS_PER_SECOND_MAX = 1_500  # codes that are prepared for each second of the run
BARE_TABLE = "CREATE TABLE bare_redemption (member bigint, item bigint, at timestamptz, PRIMARY KEY (member, item))"

_GRANT = """
    INSERT INTO users_grant (package_id, member_id, chunk_id)
    SELECT %s, id, %s FROM users_member ORDER BY id
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--at-once", type=int, default=16, help="requests at the same time, each of a partner's own")
    options = parser.parse_args()
    with scratch_servers():
        codes, tokens = _fill(options.members, options.seconds, options.at_once)
        _derive(options.members)
        bare = _bare_commits(options.at_once, options.seconds)
        with _web():
            _print(_measure(codes, tokens, options.seconds), bare=bare, options=options)
        _check()


def _fill(members: int, seconds: int, at_once: int) -> tuple[list[str], list[str]]:
    """Members with the package, by two statements; the codes of some of them, and a token for each client."""
    from django.db import connection
    from django.utils import timezone

    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from tests.users.coupon_cast import coupon_item, granted, shop, still_valid, token_of
    from users.models import Grant, Member
    from users.services.coupons.codes import codes_of
    from users.services.members import make_members
    from users.services.people import system_user

    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=timezone.now())
    programme = programme_by_code(code="1015")
    still_valid(programme)
    granted(programme, at=timezone.now() - timedelta(days=1))
    grant = Grant.objects.get()
    make_members(count=members)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM users_grant")
        cursor.execute(_GRANT, [grant.package_id, grant.chunk_id])
        cursor.execute("VACUUM ANALYZE")
    item, wanted = coupon_item(programme), min(members, seconds * REDEMPTIONS_PER_SECOND_MAX)
    step = max(members // wanted, 1)
    ids = list(Member.objects.order_by("pk").values_list("pk", flat=True)[::step])
    tokens = [token_of(shop(programme, f"shop-{number}"))[0] for number in range(at_once)]
    return [codes_of(member_id=member, items=[item])[item.pk] for member in ids], tokens


def _derive(members: int) -> None:
    """One process, nothing but arithmetic."""
    from compensation.policy.coupon_codes import CouponHolder, coupon_code, read_coupon_code
    from users.services.coupons.keys import coupon_keys

    keys = coupon_keys()
    codes: list[str] = []
    holders = [CouponHolder(member % members + 1, 0) for member in range(DERIVED)]
    made = timed(lambda: codes.extend(coupon_code(keys=keys, holder=holder) for holder in holders))
    read = timed(lambda: [read_coupon_code(code, keys=keys) for code in codes])
    print(f"codes derived by one process: {DERIVED / made:,.0f}/s; read back: {DERIVED / read:,.0f}/s", flush=True)


def _bare_commits(at_once: int, seconds: int) -> float:
    """Single-row inserts per second, each committed, by as many connections: what no redemption can be faster than."""
    import psycopg2
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE_TABLE)
    counts = [0] * at_once

    def insert(place: int) -> None:
        own = psycopg2.connect(os.environ["DATABASE_URL"])
        own.autocommit = True
        with own.cursor() as cursor:
            while time.monotonic() < ends:
                counts[place] += 1
                cursor.execute(
                    "INSERT INTO bare_redemption VALUES (%s, 1, now())", [place * 100_000_000 + counts[place]]
                )
        own.close()

    ends = time.monotonic() + seconds
    _at_once([lambda place=place: insert(place) for place in range(at_once)])
    rate = sum(counts) / seconds
    print(f"bare inserts, each committed, at {at_once} at once: {rate:,.0f}/s", flush=True)
    return rate


@contextlib.contextmanager
def _web() -> Iterator[None]:
    """Gunicorn by `make run`'s own command. The API needs no static files."""
    from django.db import connections

    from compensation.supervisor.plan import processes
    from compensation.supervisor.processes import Child

    (spec,) = (spec for spec in processes(PORT) if spec.name == "web")
    connections.close_all()
    web = Child(spec, FOLDER / "web.log", dict(os.environ))
    try:
        web.start()
        wait_for_web(PORT)
        yield
    finally:
        web.kill()


def _measure(codes: list[str], tokens: list[str], seconds: int) -> dict[str, Met]:
    """Each of the clients is another partner's; whoever redeems has a code of their own."""

    def met(make: Callable[[str, str], tuple[bytes, Any]], of: Iterable[str], length: float) -> Met:
        requests = (make(token, code) for token, code in zip(itertools.cycle(tokens), of, strict=False))
        return Clients(port=PORT, requests=requests, count=len(tokens)).run(seconds=length)

    met(_validate, codes, 2)  # the first requests of a process read its modules
    return {
        "a page that does nothing": met(_noop, itertools.cycle(codes), seconds),
        "validations": met(_validate, itertools.cycle(codes), seconds),
        "redemptions": met(_redeem, codes, seconds),
    }


def _at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _noop(_token: str, _code: str) -> tuple[bytes, Any]:
    return b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", None


def _validate(token: str, code: str) -> tuple[bytes, Any]:
    return _post("/api/v1/partner/coupons/validate", token, code), None


def _redeem(token: str, code: str) -> tuple[bytes, Any]:
    return _post("/api/v1/partner/redemptions", token, code, f"Idempotency-Key: {uuid.uuid4()}\r\n"), None


def _post(path: str, token: str, code: str, more: str = "") -> bytes:
    body = json.dumps({"code": code, "shopper": code[:4]})
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{more}"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def _print(met: dict[str, Met], *, bare: float, options: argparse.Namespace) -> None:
    noop = met["a page that does nothing"].rate
    print(f"{options.members:,} members with coupons, {options.at_once} requests at once")
    print(f"{'':<28}{'per s':>9}{'of no-op':>10}{'p50 ms':>8}{'p99 ms':>8}{'failed':>8}")
    for name, row in met.items():
        share, failed = f"{row.rate / noop:>10.2f}", sum(status >= 300 for _, status, _ in row.answered)
        print(f"{name:<28}{row.rate:>9,.0f}{share}{row.quantile_ms(0.5):>8.1f}{row.p99_ms:>8.1f}{failed:>8}")
    print(
        f"{'bare insert and commit':<28}{bare:>9,.0f}   (redemptions reach {met['redemptions'].rate / bare:.2f} of it)"
    )


def _check() -> None:
    """As many uses as redemptions, none doubled."""
    from users.models import ItemUse, Redemption

    redemptions, uses = Redemption.objects.count(), ItemUse.objects.filter(kind="redeemed").count()
    print(f"redemptions kept: {redemptions:,}; uses: {uses:,}")
    if redemptions != uses:
        raise SystemExit("The figures do not add up.")


if __name__ == "__main__":
    main()
