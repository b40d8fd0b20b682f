"""Personal data as screens show it."""

import pytest

from compensation.runtime.masking import masked_account, masked_email, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("홍", "*"),
        ("홍길", "홍*"),
        ("홍길동", "홍*동"),
        ("남궁민수", "남**수"),
        ("John Smith", "J********h"),
    ],
)
def test_a_name_keeps_its_first_and_last_character(name, shown):
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+821012345678", "010-****-5678"),
        ("+82212345678", "02-****-5678"),
        ("+82311234567", "031-***-4567"),
        ("+827012345678", "070-****-5678"),
        ("+8215771234", "1577-****"),
        ("not a number", "************"),
        ("", ""),
    ],
)
def test_a_phone_number_loses_its_middle(phone, shown):
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("email", "shown"),
    [("hong@example.kr", "h***@example.kr"), ("h@example.kr", "h***@example.kr"), ("", ""), ("nonsense", "********")],
)
def test_an_address_keeps_its_first_letter_and_its_domain(email, shown):
    assert masked_email(email) == shown


@pytest.mark.parametrize(("last_digits", "shown"), [("1234", "****1234"), ("123456", "****3456"), ("", "")])
def test_an_account_shows_four_digits_at_most(last_digits, shown):
    assert masked_account(last_digits) == shown
