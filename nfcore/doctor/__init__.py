"""What this host offers nfcore, what is missing, and the command that mends it."""

from nfcore.doctor._findings import Finding, Level
from nfcore.doctor._probes import Host, examine

__all__ = ["Finding", "Host", "Level", "examine"]
