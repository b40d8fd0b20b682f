"""The pages about the losses, line by line: which service and when, how much, whether there was an alternative."""

from django.http import QueryDict

from claims.services.drafts import Typed
from claims.services.drafts.losses import PERIOD_NAMES, keys_of, settled_alternatives, typed_lines
from claims.views.form.fields import AlternativeForm, LostSalesForm, PeriodForm, StepForm
from claims.views.form.lines import caption_of, outage_days, service_choices
from claims.views.form.step_page import Content, Problems, StepPage
from claims.views.form.visits import Visit
from compensation import limits
from compensation.policy.seoul import day_in_seoul


class PeriodsPage(StepPage):
    template = "merchant/form/periods.html"

    def typed_from(self, post: QueryDict, visit: Visit) -> Typed:  # noqa: ARG002 - as all pages
        """With one line more, or without one, where a button asks for that."""
        change = post.get("change", "")
        lines: list[Typed] = [
            {"key": key} | {name: post.get(f"line-{key}-{name}", "") for name in PERIOD_NAMES}
            for key in post.getlist("line")
        ]
        lines = [line for line in lines if change != f"remove-{line['key']}" or len(lines) == 1]
        if change == "add" and len(lines) < limits.LOSSES_PER_CLAIM_MAX:
            lines.append({"key": ""})
        return {"lines": lines}

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        first, last = visit.context.rules.reach_from.date(), visit.context.programme.incident.ended_at
        lines = typed.get("lines") or [{"key": "1", "service": "", "began": first.isoformat(), "ended": ""}]
        forms = []
        for line in lines:
            form = PeriodForm(line, problems, prefix=f"line-{line['key']}", at=f"lines.{line['key']}")
            form.fields["service"].widget.choices = service_choices(visit.context)
            for name in ("began", "ended"):
                form.fields[name].widget.attrs |= {"min": first.isoformat(), "max": day_in_seoul(last).isoformat()}
            forms.append(form)
        if visit.has_new_line:
            forms[-1].fields["service"].widget.attrs["autofocus"] = True
        return {
            "forms": forms,
            "lines": [{"key": line["key"], "form": form} for line, form in zip(lines, forms, strict=True)],
            "outage_days": outage_days(visit.context),
            "can_add": len(lines) < limits.LOSSES_PER_CLAIM_MAX,
        }


class LinePage(StepPage):
    """A page that asks one thing of every line."""

    name = ""
    form: type[StepForm] = StepForm

    def typed_from(self, post: QueryDict, visit: Visit) -> Typed:
        keys = self.keys(visit)
        return {"lines": {key: {self.name: post.get(f"line-{key}-{self.name}", "")} for key in keys}}

    def keys(self, visit: Visit) -> list[str]:
        return keys_of(visit.context)

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        rows, asked = [], self.keys(visit)
        for number, line in enumerate(typed_lines(visit.context), start=1):
            key = line["key"]
            answers = typed.get("lines", {}).get(key, {})
            form = self.form(answers, problems, prefix=f"line-{key}", at=f"lines.{key}") if key in asked else None
            row = {"number": number, "key": key, "form": form, "comparison": visit.comparison_address(key)}
            rows.append(row | caption_of(visit.context, line))
        return {"forms": [row["form"] for row in rows if row["form"]], "lines": rows}


class LossesPage(LinePage):
    template, name, form = "merchant/form/losses.html", "lost_sales", LostSalesForm


class AlternativePage(LinePage):
    template, name, form = "merchant/form/alternative.html", "alternative", AlternativeForm

    def keys(self, visit: Visit) -> list[str]:
        return [key for key, settled in settled_alternatives(visit.context).items() if settled is None]
