from compensation.programmes.selectors.programmes import (
    current_policy,
    customer_centres,
    programme_by_code,
    services_of,
    window_at,
)
from compensation.programmes.selectors.roles import programmes_of, roles_of

__all__ = [
    "current_policy",
    "customer_centres",
    "programme_by_code",
    "programmes_of",
    "roles_of",
    "services_of",
    "window_at",
]
