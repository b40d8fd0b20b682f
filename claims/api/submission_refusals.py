"""Why a draft is not filed now, as answers of the API."""

from dataclasses import replace

from claims.services.submission import (
    AlreadyFiled,
    DraftIncomplete,
    NotDeclared,
    NotYourDay,
    SubmissionRefused,
    WindowClosed,
)
from compensation.runtime.api_errors import ApiProblem, FieldProblem, general, refused_fields


def as_problem(refused: SubmissionRefused) -> ApiProblem:
    """422 for what can be put right in the request or the draft, 409 for what cannot."""
    if isinstance(refused, DraftIncomplete):
        problems = [
            replace(problem, field=f"{step}.{problem.field}")
            for step, found in refused.problems.items()
            for problem in found
        ]
        return refused_fields(*problems)
    if isinstance(refused, NotDeclared):
        return refused_fields(
            FieldProblem(
                "declared",
                "not_declared",
                "사실대로 적었다는 확인이 필요합니다. 지금 문구의 digest를 보내 주세요.",
                "The declaration is needed. Please send the digest of its present text.",
            )
        )
    if isinstance(refused, NotYourDay):
        return ApiProblem(
            409,
            "not_your_day",
            f"접수 첫 며칠은 사업자등록번호 끝자리에 따라 나누어 받습니다. {refused.day}에 제출해 주세요.",
            f"On the first days the last digit of the business number counts. Please file on {refused.day}.",
        )
    if isinstance(refused, AlreadyFiled):
        return _already_filed(refused)
    if isinstance(refused, WindowClosed):
        return ApiProblem(
            409,
            "window_closed",
            "지금은 접수 기간이 아니어서 제출할 수 없습니다. 적은 내용은 그대로 있습니다.",
            "No intake window is open, so it cannot be filed now. What you wrote is kept.",
        )
    return general(409)


def _already_filed(refused: AlreadyFiled) -> ApiProblem:
    if refused.claim is None:
        return ApiProblem(
            409,
            "already_filed",
            "이 사업자의 같은 서비스 피해가 이 접수 기간에 이미 접수되어 있습니다. 고객센터에 문의해 주세요.",
            "A claim of this business for the same service is there already. Please contact the customer centre.",
        )
    reference = refused.claim.reference
    return ApiProblem(
        409,
        "already_filed",
        f"같은 서비스의 피해가 이 접수 기간에 이미 접수되어 있습니다. 접수번호: {reference}",
        f"A claim for the same service is there already. Its reference is {reference}.",
    )
