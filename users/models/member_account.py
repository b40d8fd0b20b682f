import pghistory
from django.db import models

from users.models.member import Member
from users.models.user import User


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class MemberAccount(models.Model):
    """That a person with an account here is this member of the platform, as the identity provider said.

    One account is one member, and a member has one account.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="member_account")
    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="account")
    linked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} is member {self.member_id}"
