"""People with accounts: the system's own, and giving a person a role in a programme."""

from django.db import transaction

from compensation.audit.services import because
from compensation.programmes.models import Programme, ProgrammeRole, Role
from users.models import User

SYSTEM_USERNAME = "system"


def system_user() -> User:
    """The account in whose name the machine acts. Nobody can sign in with it."""
    user, created = User.objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"name": "자동 처리", "is_active": False}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def give_role(*, user: User, programme: Programme, role: Role, actor: User) -> None:
    """Lets `user` work on `programme` as `role`. A role the person has already stays as it is."""
    with because(actor=actor, reason="role given"):
        ProgrammeRole.objects.get_or_create(programme=programme, user=user, role=role)
