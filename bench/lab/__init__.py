"""A router in a network namespace, hosts in namespaces around it, and traffic between them.

Nothing here needs numpy or matplotlib: it runs in processes of which there are many at once.
"""

from bench.lab.remote_router import NO_RULES, RemoteRouter
from bench.lab.router import ChurnSpell, Router

__all__ = ["NO_RULES", "ChurnSpell", "RemoteRouter", "Router"]
