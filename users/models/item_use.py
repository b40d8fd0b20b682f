from django.db import models
from django.db.models import Q

from compensation.programmes.models import BenefitItem
from users.models.member import Member


class UseKind(models.TextChoices):
    SEEN = "seen"
    DOWNLOADED = "downloaded"
    ACTIVATED = "activated"
    REDEEMED = "redeemed"
    DECLINED = "declined"


# After one of these there is something that cannot be taken back: a recall leaves the whole grant as it is.
USES_THAT_COUNT: tuple[str, ...] = (UseKind.DOWNLOADED, UseKind.ACTIVATED, UseKind.REDEEMED)


class ItemUse(models.Model):
    """What a member did with an item that was granted, once of each kind. Most members leave no row.

    Whoever writes one first locks the member's grant row (`select_for_update`): a recall locks it too, and then looks
    for uses, so that nothing is used and taken back at once.
    """

    pk = models.CompositePrimaryKey("member_id", "item_id", "kind")
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    item = models.ForeignKey(BenefitItem, on_delete=models.PROTECT, related_name="uses", db_index=False)
    kind = models.CharField(max_length=10, choices=UseKind.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=UseKind.values), name="item_use_kind_known")]

    def __str__(self) -> str:
        return f"{self.member_id}/{self.item_id} {self.kind}"
