"""What each role may do in a programme: `user.has_perm("programmes.view_claims", programme)`.

Denied unless granted, and granted by a ProgrammeRole row only: to be a superuser opens nothing here.
"""

from typing import Any

import rules

from compensation.programmes.models import Programme, Role
from compensation.programmes.selectors.roles import roles_of


def works_as(*roles: Role) -> rules.Predicate:
    """True for a user with at least one of the roles in the programme that is asked about. Without a programme: no."""

    @rules.predicate(name=f"works_as:{','.join(roles)}")
    def has_one_of_the_roles(user: Any, programme: Programme | None) -> bool:
        return programme is not None and not roles_of(user=user, programme=programme).isdisjoint(roles)

    return has_one_of_the_roles


rules.add_perm("programmes.view_overview", works_as(Role.OFFICER, Role.COUNCIL, Role.OPS, Role.AGENT, Role.AUDITOR))
rules.add_perm("programmes.view_claims", works_as(Role.OFFICER, Role.OPS, Role.AGENT, Role.AUDITOR))
rules.add_perm("programmes.view_council_claims", works_as(Role.COUNCIL))  # only those on the agendas of own sessions
rules.add_perm("programmes.view_evidence", works_as(Role.OFFICER, Role.AUDITOR))
rules.add_perm("programmes.ask_merchant", works_as(Role.OFFICER))
rules.add_perm("programmes.view_reviews", works_as(Role.OFFICER, Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.prepare_cases", works_as(Role.OFFICER))
rules.add_perm("programmes.look_twice", works_as(Role.OFFICER))
rules.add_perm("programmes.call_sessions", works_as(Role.OFFICER))
rules.add_perm("programmes.undo_decisions", works_as(Role.OFFICER))
rules.add_perm("programmes.vote", works_as(Role.COUNCIL))
rules.add_perm("programmes.seat_council", works_as(Role.OPS))
rules.add_perm("programmes.view_decisions", works_as(Role.OFFICER, Role.COUNCIL, Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.file_for_merchants", works_as(Role.AGENT))
rules.add_perm("programmes.handle_messages", works_as(Role.OPS, Role.AGENT))
rules.add_perm("programmes.view_partners", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.manage_partners", works_as(Role.OPS))
rules.add_perm("programmes.view_handover", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.hand_over", works_as(Role.OPS))
rules.add_perm("programmes.view_payouts", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.handle_payouts", works_as(Role.OPS))
rules.add_perm("programmes.view_accounts", works_as(Role.OFFICER, Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.check_accounts", works_as(Role.OFFICER, Role.OPS))
rules.add_perm("programmes.view_channel_cash", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.handle_channel_cash", works_as(Role.OPS))
rules.add_perm("programmes.view_coupons", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.run_programme", works_as(Role.OPS))
rules.add_perm("programmes.view_grants", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.run_grants", works_as(Role.OPS))
rules.add_perm("programmes.view_capacity", works_as(Role.OPS))
rules.add_perm("programmes.view_passes", works_as(Role.OPS, Role.AUDITOR))
rules.add_perm("programmes.change_quota", works_as(Role.OPS))
