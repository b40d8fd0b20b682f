"""The names of the form's steps, and why each of them is asked."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class StepWords:
    """`name` stands in the list of steps, `title` above the page, `why` below it."""

    name: Any
    title: Any
    why: Any


WORDS = {
    "business": StepWords(
        _("사업자"),
        _("어느 사업자의 피해인가요?"),
        _("피해를 입은 사업자를 확인하고, 결과를 알려 드리기 위해 여쭙니다."),
    ),
    "periods": StepWords(
        _("서비스와 기간"),
        _("어느 서비스가 언제 멈추어 피해를 입으셨나요?"),
        _("서비스마다 멈춘 기간이 달라서 여쭙니다. 여러 서비스나 기간이면 피해를 더해 주세요."),
    ),
    "losses": StepWords(
        _("매출 손실액"),
        _("매출이 얼마나 줄었나요?"),
        _("피해액은 줄어든 매출에서 계산을 시작합니다. 순이익이 아니라 매출로 적어 주세요."),
    ),
    "margin": StepWords(
        _("영업이익률"),
        _("영업이익률은 얼마인가요?"),
        _("줄어든 매출 가운데 이익이었을 부분을 계산하기 위해 여쭙니다. 모르시면 업종 기준을 쓰면 됩니다."),
    ),
    "alternative": StepWords(
        _("대체 서비스"),
        _("그때 쓸 수 있는 대체 서비스가 있었나요?"),
        _("대신 쓸 수 있는 서비스가 없었다면 피해를 전부 인정하고, 있었다면 그 서비스의 점유율만큼 인정합니다."),
    ),
    "account": StepWords(
        _("받을 계좌"),
        _("지원금을 어느 계좌로 보내 드릴까요?"),
        _("지원금을 보내는 데만 씁니다. 계좌번호는 암호로 바꾸어 보관합니다. 비밀번호는 여쭙지 않습니다."),
    ),
    "evidence": StepWords(
        _("증빙 자료"),
        _("증빙 자료"),
        _("협의체 심사를 받는 접수에만 필요합니다. 올린 파일은 접수한 분과 심사하는 사람만 볼 수 있습니다."),
    ),
    "consents": StepWords(
        _("동의"),
        _("읽고 동의해 주세요"),
        _("법에 따라 항목마다 따로 동의를 받습니다."),
    ),
    "check": StepWords(
        _("확인과 접수"),
        _("적은 내용을 확인해 주세요"),
        _("접수한 뒤에는 피해 내용을 직접 고칠 수 없습니다. 계좌는 나중에도 바꿀 수 있습니다."),
    ),
}
