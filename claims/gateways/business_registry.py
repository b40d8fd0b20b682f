"""The tax service's public register of businesses (국세청 사업자등록정보 상태조회), where its address is set.

By its public documentation: `POST <address>/status?serviceKey=…` with `{"b_no": ["1234567890", …]}`, at most
100 numbers, answers `{"data": [{"b_no": …, "b_stt_cd": "01"}, …]}`. 01 is active, 02 suspended, 03 closed; without a
code the number is not registered. New businesses appear a day or two later.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from urllib.parse import urlencode

import urllib3
from django.conf import settings

from compensation import limits

NUMBERS_PER_CALL = 100
_CODES = ("01", "02", "03", "")


class RegistryUnavailable(Exception):
    """The register cannot be reached, took too long, or gave no answer that can be read."""


def registry_is_set_up() -> bool:
    return bool(settings.BUSINESS_REGISTRY["address"])


def states_of(*, business_numbers: Sequence[str]) -> dict[str, str]:
    """The code of each business (10 digits): "01" active, "02" suspended, "03" closed, "" not registered.

    Raises RegistryUnavailable.
    """
    found: dict[str, str] = {}
    for start in range(0, len(business_numbers), NUMBERS_PER_CALL):
        found |= _asked(business_numbers[start : start + NUMBERS_PER_CALL])
    return found


def _asked(business_numbers: Sequence[str]) -> dict[str, str]:
    options = settings.BUSINESS_REGISTRY
    try:
        answer = _connections().request(
            "POST",
            f"{options['address'].rstrip('/')}/status?{urlencode({'serviceKey': options['key']})}",
            body=json.dumps({"b_no": list(business_numbers)}).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            redirect=False,
        )
        if answer.status != 200:
            raise RegistryUnavailable(f"HTTP {answer.status}")
        rows = json.loads(answer.data)["data"]
        return {number: code for number, code in map(_read, rows) if number in business_numbers}
    except (urllib3.exceptions.HTTPError, ValueError, LookupError, TypeError) as fault:
        raise RegistryUnavailable(type(fault).__name__) from fault  # without its text: that names the key


def _read(row: Mapping[str, str]) -> tuple[str, str]:
    number, code = row["b_no"], row["b_stt_cd"]
    if code not in _CODES:
        raise ValueError("unknown state")
    return number, code


@cache
def _connections() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=limits.REGISTRY_CONNECT_SECONDS, read=limits.REGISTRY_ANSWER_SECONDS)
    return urllib3.PoolManager(timeout=timeout, retries=False, maxsize=1)
