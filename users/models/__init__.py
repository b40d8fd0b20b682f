from users.models.api_token import ApiToken
from users.models.contact import Contact, ContactKind
from users.models.grant import Grant
from users.models.grant_job import GrantChunk, GrantJob
from users.models.member import Member, MemberStatus
from users.models.sign_in_code import SignInCode
from users.models.user import SignInAttempt, User

__all__ = [
    "ApiToken",
    "Contact",
    "ContactKind",
    "Grant",
    "GrantChunk",
    "GrantJob",
    "Member",
    "MemberStatus",
    "SignInAttempt",
    "SignInCode",
    "User",
]
