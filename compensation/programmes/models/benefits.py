import pghistory
import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from compensation.programmes.models.programme import Programme


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class BenefitItem(models.Model):
    """Something that can be granted to a member. `validity` is what `policy.benefits` reads: kind, days or date.

    `offer` is what `policy.quota` reads, of an item that goes to those who apply first: quota and opening; else None.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="benefit_items")
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=10)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    value_won = models.PositiveIntegerField()
    validity = models.JSONField(encoder=DjangoJSONEncoder)
    offer = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="benefit_item_code_once")]

    def __str__(self) -> str:
        return self.code


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class BenefitPackage(models.Model):
    """A set of benefit items that is granted together. `value_won` is the sum of its items' face values."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="benefit_packages")
    code = models.SlugField(max_length=40)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    items = models.ManyToManyField(BenefitItem, related_name="packages")
    value_won = models.PositiveIntegerField()
    grants_from = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="benefit_package_code_once")]
        triggers = [
            pgtrigger.Protect(
                name="frozen_package_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__frozen_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class BudgetScenario(models.Model):
    """Head counts and unit prices of one estimate; `figures` is what `policy.budget` reads."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="budget_scenarios")
    code = models.SlugField(max_length=40)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    figures = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="budget_scenario_code_once")]

    def __str__(self) -> str:
        return self.code
