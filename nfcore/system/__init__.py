"""The host around the rules: tracked connections, bridges, sysctls."""

from nfcore.system._conntrack import StaleFlows, clear_flows

__all__ = ["StaleFlows", "clear_flows"]
