"""Why a question cannot be asked, or an answer not be taken: sentences for the page."""

from collections.abc import Sequence

from compensation.policy.document import EvidenceKind
from compensation.values.refused import ValueRefused


class QuestionRefused(ValueRefused):
    """What an officer asked cannot be asked (or not any more)."""


class AnswerRefused(ValueRefused):
    """What a merchant answered cannot be taken (or not any more)."""


def nothing_asked() -> QuestionRefused:
    return QuestionRefused(
        "question_empty",
        "필요한 자료를 고르거나 물어볼 내용을 적어 주세요.",
        "Please choose the papers that are needed, or write what you want to know.",
    )


def kind_unknown() -> QuestionRefused:
    return QuestionRefused(
        "question_kind_unknown",
        "이 지원 프로그램에 없는 증빙 자료입니다. 목록에서 골라 주세요.",
        "The programme knows no such document. Please choose from the list.",
    )


def reason_unfit() -> QuestionRefused:
    return QuestionRefused(
        "question_reason_unfit",
        "소상공인이 고칠 수 있는 이유만 고를 수 있습니다. 지원할 수 없는 이유는 제안에 적어 주세요.",
        "Only what the merchant can mend can be asked. A reason for refusing goes into a proposal.",
    )


def already_asked() -> QuestionRefused:
    return QuestionRefused(
        "question_already_asked",
        "답변을 기다리는 요청이 이미 있습니다. 그 요청을 취소한 뒤 한 번에 모아 다시 요청해 주세요.",
        "A question is open already. Please cancel it, and ask for everything at once.",
    )


def not_under_review() -> QuestionRefused:
    return QuestionRefused(
        "question_not_under_review",
        "협의체 심사나 이의신청을 처리하는 동안에만 자료를 요청할 수 있습니다.",
        "Papers can be asked for while the council's review or an objection is open.",
    )


def no_longer_open() -> QuestionRefused:
    return QuestionRefused(
        "question_not_open",
        "이미 답변을 받았거나 취소한 요청입니다. 화면을 새로 고쳐 확인해 주세요.",
        "The question was answered or cancelled meanwhile. Please reload the page.",
    )


def already_answered() -> AnswerRefused:
    return AnswerRefused(
        "answer_already_there",
        "이 요청에는 이미 답변이 접수되었습니다. 진행 상황 화면에서 보낸 답변을 확인해 주세요.",
        "This question has been answered already. The page of the claim shows the answer.",
    )


def nothing_answered() -> AnswerRefused:
    return AnswerRefused(
        "answer_empty",
        "답변을 적거나 자료를 올려 주세요.",
        "Please write an answer, or add papers.",
    )


def papers_missing(kinds: Sequence[EvidenceKind]) -> AnswerRefused:
    korean, english = (", ".join(getattr(kind, name) for kind in kinds) for name in ("name_ko", "name_en"))
    return AnswerRefused(
        "answer_papers_missing",
        f"아직 올리지 않은 자료가 있습니다: {korean}. 올릴 수 없다면 그 이유를 답변에 적어 주세요.",
        f"Still missing: {english}. If you cannot send it, please write why.",
    )


def paper_unfit() -> AnswerRefused:
    return AnswerRefused(
        "answer_paper_unfit",
        "받지 못한 파일이 있습니다. 올린 자료를 확인해 주세요.",
        "One of the files was not taken. Please check your papers.",
    )
