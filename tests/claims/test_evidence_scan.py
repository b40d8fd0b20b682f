"""The client of the malware scanner, against a stand-in that speaks its protocol."""

import io

import pytest

from claims.gateways import malware_scan
from claims.gateways.malware_scan import ScannerUnavailable
from compensation import limits
from tests.claims.malware_standin import EICAR, Clamd, clamd


@pytest.fixture
def scanner(settings):
    with clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        yield server


def verdict_of(content: bytes) -> malware_scan.Verdict:
    return malware_scan.scan(content=io.BytesIO(content))


@pytest.mark.parametrize("content", [b"", b"a", bytes(range(256)) * 1_000])
def test_the_scanner_reads_the_whole_file_and_finds_nothing(scanner: Clamd, content: bytes):
    assert verdict_of(content).is_clean
    assert scanner.read == [content]


def test_malware_is_found_by_name(scanner: Clamd):
    assert verdict_of(bytes(100_000) + EICAR) == malware_scan.Verdict(finding="Eicar-Signature")


def test_a_file_that_is_too_large_for_the_scanner_is_not_clean(scanner: Clamd):
    scanner.size_max = 100_000
    with pytest.raises(ScannerUnavailable):
        verdict_of(bytes(5_000_000))


def test_a_scanner_with_a_fault_gives_no_verdict(scanner: Clamd):
    scanner.mood = "broken"
    with pytest.raises(ScannerUnavailable, match="memory"):
        verdict_of(b"a")


def test_a_scanner_that_says_nothing_is_not_waited_for(scanner: Clamd, monkeypatch):
    scanner.mood = "silent"
    monkeypatch.setattr(limits, "SCAN_SECONDS_MAX", 0.2)
    with pytest.raises(ScannerUnavailable, match=r"timed? ?out|TimeoutError"):
        verdict_of(b"a")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "no address"])
def test_a_scanner_that_is_not_there_gives_no_verdict(settings, address: str):
    settings.CLAMD_ADDRESS = address
    with pytest.raises(ScannerUnavailable):
        verdict_of(b"a")
