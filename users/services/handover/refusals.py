"""Why a step of a hand-over is refused."""

from django.utils.translation import gettext_lazy as _

from compensation.runtime.refusals import StepRefused


class HandoverRefused(StepRefused):
    """A step that is not taken now. `str(error)` is the sentence for the person who asked."""

    sentence = _("지금은 인계할 수 없습니다.")


class NothingToHandOver(HandoverRefused):
    sentence = _("이 제휴사에 새로 인계할 내역이 없습니다. 이미 인계했거나 아직 처리된 구간이 없습니다.")


class NothingToSendAgain(HandoverRefused):
    sentence = _("다시 보낼 이용자가 없습니다. 이미 다시 보냈거나 거절된 이용자가 없습니다.")


class NobodyReceives(HandoverRefused):
    """Ours: files are written only for a partner whose program may read them."""

    sentence = _("이 제휴사에는 '지급 내역 받기' 권한의 토큰이 없습니다. 제휴사 화면에서 먼저 만들어 주세요.")
