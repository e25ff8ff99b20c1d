"""Every change to what is kept: how long, and letting it go."""

from keeping.services.settings import change_keeping
from keeping.services.sweeping import sweep_due

__all__ = ["change_keeping", "sweep_due"]
