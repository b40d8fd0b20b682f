import pytest

from compensation.policy.agenda import group_key, group_name


@pytest.mark.parametrize(
    ("assessed_won", "size"),
    [(0, 0), (1_000_000, 0), (1_000_001, 1), (2_000_000, 1), (5_000_000, 2), (50_000_000, 4), (50_000_001, 5)],
)
def test_a_case_belongs_to_the_band_whose_upper_bound_it_does_not_exceed(assessed_won, size):
    assert group_key(losses=[("pay", 1)], industry_code="561", assessed_won=assessed_won) == f"pay|561|{size}"


def test_the_service_with_the_largest_loss_counts():
    key = group_key(losses=[("pay", 5), ("map", 9), ("taxi", 1)], industry_code="", assessed_won=1)
    assert key == "map||0"


@pytest.mark.parametrize(
    ("key", "korean", "english"),
    [
        ("pay||0", "카카오페이 · 피해액 1,000,000원 이하", "KakaoPay · loss up to 1,000,000 won"),
        ("gone|nobody|5", "피해액 50,000,000원 초과", "loss over 50,000,000 won"),
        (
            "map||1",
            "카카오맵 · 피해액 1,000,000원 초과 2,000,000원 이하",
            "KakaoMap · loss over 1,000,000 won up to 2,000,000 won",
        ),
    ],
)
def test_a_group_has_a_name_in_both_languages(policy, key, korean, english):
    assert group_name(key=key, policy=policy, language="ko") == korean
    assert group_name(key=key, policy=policy, language="en") == english
