from django.db import models

from compensation.programmes.models import BenefitPackage
from users.models.grant_job import GrantChunk
from users.models.member import Member


class Grant(models.Model):
    """That one member got one package. What is in it follows from the package; when it was granted, from the chunk.

    One row per member and package, keyed by both: nothing can be granted twice, whatever runs twice. Foreign keys are
    not checked row by row (48 million times); the chunk's statement selects the members that it grants to.
    """

    pk = models.CompositePrimaryKey("package_id", "member_id")
    package = models.ForeignKey(BenefitPackage, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    chunk = models.ForeignKey(GrantChunk, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)

    def __str__(self) -> str:
        return f"{self.package_id}/{self.member_id}"


class RecalledGrant(models.Model):
    """A grant that was taken back: who had it, from which chunk, and which chunk of a recall took it."""

    pk = models.CompositePrimaryKey("package_id", "member_id", "recall_chunk_id")
    package = models.ForeignKey(BenefitPackage, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    chunk = models.ForeignKey(
        GrantChunk, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    recall_chunk = models.ForeignKey(
        GrantChunk, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.package_id}/{self.member_id}"
