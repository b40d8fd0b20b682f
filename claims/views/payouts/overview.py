"""Where the money of a programme is on its way to merchants: due, kept back and why, with the bank, paid, returned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.selectors.payouts import batches_of, kept_back, plan, rules_of, states_of_programme
from compensation.policy.transitions import PAYOUT
from compensation.programmes.access import may, open_programme, staff_page
from compensation.runtime.forms import number_sent

VIEW, HANDLE = "programmes.view_payouts", "programmes.handle_payouts"
BATCHES_SHOWN, KEPT_BACK_SHOWN = 20, 100
_DIGITS_MAX = 15


@require_safe
@staff_page
def payouts(request: HttpRequest, code: str) -> HttpResponse:
    """The figures, what the next batch could hold, and the batches."""
    programme = open_programme(request, code, permission=VIEW)
    states = states_of_programme(programme=programme)
    content = {
        "programme": programme,
        "states": [(state, states[state]) for state in PAYOUT.states if state in states and state != "cancelled"],
        "plan": plan(programme=programme),
        "budget_won": rules_of(programme=programme).budget_won,
        "batches": batches_of(programme=programme)[:BATCHES_SHOWN],
        "may_handle": may(request, HANDLE, programme),
    }
    return render(request, "ops/payouts/payouts.html", content)


@require_safe
@staff_page
def kept_back_list(request: HttpRequest, code: str) -> HttpResponse:
    """What is kept back, each with its reason, in the order in which it became due."""
    programme = open_programme(request, code, permission=VIEW)
    number = number_sent(request.GET.get("after", ""), digits_max=_DIGITS_MAX)
    rows = kept_back(programme=programme, after=number, size=KEPT_BACK_SHOWN + 1)
    shown, more = rows[:KEPT_BACK_SHOWN], len(rows) > KEPT_BACK_SHOWN
    content = {"programme": programme, "rows": shown, "next_after": shown[-1][0].pk if more else None, "after": number}
    return render(request, "ops/payouts/kept_back.html", content)
