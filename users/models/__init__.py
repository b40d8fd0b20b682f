from users.models.grant import Grant
from users.models.grant_job import GrantChunk, GrantJob
from users.models.member import Member, MemberStatus
from users.models.user import SignInAttempt, User

__all__ = ["Grant", "GrantChunk", "GrantJob", "Member", "MemberStatus", "SignInAttempt", "User"]
