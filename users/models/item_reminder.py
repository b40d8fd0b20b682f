from django.db import models

from compensation.programmes.models import BenefitItem
from users.models.grant_job import GrantChunk
from users.models.member import Member


class ItemReminder(models.Model):
    """That the members of one chunk were reminded of an item's end: for each chunk one row, however many its members.

    `members` is how many of them there was a notice for.
    """

    pk = models.CompositePrimaryKey("item_id", "chunk_id")
    item = models.ForeignKey(BenefitItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    chunk = models.ForeignKey(GrantChunk, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    members = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.item_id}/{self.chunk_id}"


class ItemNotice(models.Model):
    """What a member is still to be told of an item: it ends soon. Left by set-based statements, once per item.

    `ends_at` is the first moment at which the item is no longer valid.
    """

    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    item = models.ForeignKey(BenefitItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    ends_at = models.DateTimeField()
    at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "item"], name="item_notice_once")]
        indexes = [
            models.Index(fields=["id"], name="item_notice_to_write", condition=models.Q(written_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.member_id}/{self.item_id}"
