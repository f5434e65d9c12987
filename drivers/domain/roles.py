"""Roles of a network's people and what each may do: deny, then allow."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    OPERATOR = "operator"
    TECHNICIAN = "technician"
    SUPPORT = "support"
    FINANCE = "finance"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What can be done with the things of an organization."""

    VIEW_NETWORK = "view_network"
    MANAGE_NETWORK = "manage_network"
    COMMAND = "command"
    ASSIST = "assist"  # remote start, stop and unlock: what a helpline does for a driver
    VIEW_SESSIONS = "view_sessions"
    MANAGE_SESSIONS = "manage_sessions"
    VIEW_TOKENS = "view_tokens"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_AUDIT = "view_audit"
    RESPOND = "respond"  # acknowledge, assign and comment incidents; answer drivers
    MAINTAIN = "maintain"  # work orders, inspections, maintenance windows
    MANAGE_MONITORING = "manage_monitoring"  # rules, who is told of what, plans, exclusions from uptime
    VIEW_TICKETS = "view_tickets"  # what drivers report, with their names and addresses
    DECIDE_REFUNDS = "decide_refunds"  # of those that somebody else has asked for
    MANAGE_MEMBERS = "manage_members"  # and what the organization asks of them


_P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    # Who runs the desk asks for refunds; who looks after the money decides.
    Role.OPERATOR: frozenset(Permission) - {_P.MANAGE_MEMBERS, _P.DECIDE_REFUNDS},
    Role.TECHNICIAN: frozenset(
        {_P.VIEW_NETWORK, _P.COMMAND, _P.ASSIST, _P.VIEW_SESSIONS, _P.RESPOND, _P.MAINTAIN, _P.VIEW_TICKETS}
    ),
    Role.SUPPORT: frozenset(
        {_P.VIEW_NETWORK, _P.ASSIST, _P.VIEW_SESSIONS, _P.VIEW_TOKENS, _P.RESPOND, _P.VIEW_TICKETS}
    ),
    Role.FINANCE: frozenset({_P.VIEW_NETWORK, _P.VIEW_SESSIONS, _P.VIEW_TICKETS, _P.DECIDE_REFUNDS}),
    Role.VIEWER: frozenset({_P.VIEW_NETWORK}),
}


def roles_granting(permission: Permission) -> list[Role]:
    """The roles that hold `permission`, in their order of declaration."""
    return [role for role, granted in GRANTS.items() if permission in granted]
