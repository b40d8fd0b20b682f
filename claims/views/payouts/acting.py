"""What people do with a batch or a payout: one button, one service; a refusal is told on the page it came from."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from claims.models import Payout, PayoutBatch
from claims.selectors.payouts import batch_named, payout_named
from claims.services.payouts.batches import cancel_batch, freeze_batch, take_out, take_out_unfit, thaw_batch
from claims.services.payouts.holding import hold_payout, lift_hold, retry_payout
from claims.services.payouts.releasing import approve_batch, release_batch
from claims.views.payouts.overview import HANDLE
from compensation import limits
from compensation.programmes.access import open_programme, staff_page
from compensation.runtime.forms import told
from compensation.values.refused import ValueRefused

Act = Callable[[HttpRequest, PayoutBatch], object]


def _freeze(request: HttpRequest, batch: PayoutBatch) -> object:
    digest = request.POST.get("digest", "")
    return freeze_batch(batch=batch, digest=digest, actor=request.user, at=timezone.now())


def _approve(request: HttpRequest, batch: PayoutBatch) -> object:
    digest = request.POST.get("digest", "")
    return approve_batch(batch=batch, digest=digest, actor=request.user, at=timezone.now())


def _release(request: HttpRequest, batch: PayoutBatch) -> object:
    return release_batch(batch=batch, actor=request.user, at=timezone.now())


def _thaw(request: HttpRequest, batch: PayoutBatch) -> object:
    return thaw_batch(batch=batch, reason=_reason(request), actor=request.user, at=timezone.now())


def _cancel(request: HttpRequest, batch: PayoutBatch) -> object:
    return cancel_batch(batch=batch, reason=_reason(request), actor=request.user, at=timezone.now())


def _take_out(request: HttpRequest, batch: PayoutBatch) -> object:
    named = [text.replace("\0", "") for text in request.POST.getlist("payout")[: limits.BULK_CASES_MAX]]
    chosen = list(batch.payouts.filter(reference__in=named).values_list("pk", flat=True))
    return take_out(batch=batch, payouts=chosen, reason=_reason(request), actor=request.user, at=timezone.now())


def _take_out_unfit(request: HttpRequest, batch: PayoutBatch) -> object:
    return take_out_unfit(batch=batch, actor=request.user, at=timezone.now())


BATCH_ACTS: Mapping[str, tuple[Act, object]] = {
    "freeze": (_freeze, gettext_lazy("목록을 확정했습니다. 다른 담당자의 승인을 기다립니다.")),
    "approve": (_approve, gettext_lazy("승인했습니다.")),
    "release": (_release, gettext_lazy("집행했습니다. 은행에 보낼 파일을 만들고 있습니다.")),
    "thaw": (_thaw, gettext_lazy("확정을 풀었습니다. 목록이 바뀌면 승인을 다시 받아야 합니다.")),
    "cancel": (_cancel, gettext_lazy("지급 묶음을 취소했습니다. 담긴 건은 다시 지급 예정이 되었습니다.")),
    "take-out": (_take_out, gettext_lazy("고른 건을 뺐습니다.")),
    "take-out-unfit": (_take_out_unfit, gettext_lazy("지급하면 안 되는 건을 뺐습니다.")),
}


@require_POST
@staff_page
def batch_act(request: HttpRequest, code: str, reference: str, step: str) -> HttpResponse:
    """Does one step with a batch."""
    programme = open_programme(request, code, permission=HANDLE)
    try:
        act, done = BATCH_ACTS[step]
        batch = batch_named(programme=programme, reference=reference)
    except (KeyError, PayoutBatch.DoesNotExist) as error:
        raise Http404 from error
    try:
        act(request, batch)
    except ValueRefused as refused:
        messages.error(request, told(refused))
    else:
        messages.success(request, str(done))
    return redirect("payout-batch", programme.code, batch.reference)


@require_POST
@staff_page
def payout_act(request: HttpRequest, code: str, reference: str, step: str) -> HttpResponse:
    """Keeps a payout back, lets it go, or has a returned one tried again."""
    programme = open_programme(request, code, permission=HANDLE)
    try:
        payout = payout_named(programme=programme, reference=reference)
    except Payout.DoesNotExist as error:
        raise Http404 from error
    try:
        if step == "hold":
            hold_payout(payout=payout, reason=_reason(request), actor=request.user, at=timezone.now())
            messages.success(request, gettext("지급을 보류했습니다."))
        elif step == "lift":
            lift_hold(payout=payout, actor=request.user, at=timezone.now())
            messages.success(request, gettext("보류를 풀었습니다."))
        elif step == "retry":
            payout = retry_payout(payout=payout, reason=_reason(request), actor=request.user, at=timezone.now())
            messages.success(request, gettext("같은 계좌로 다시 지급할 건을 만들었습니다."))
        else:
            raise Http404
    except ValueRefused as refused:
        messages.error(request, told(refused))
    return redirect("payout", programme.code, payout.reference)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")
