"""The host around the rules: tracked connections, bridges, sysctls."""

from nfcore.system._conntrack import StaleFlows, clear_flows
from nfcore.system._steps import Step
from nfcore.system._sysctls import Sysctls
from nfcore.system._system import System, SystemChange
from nfcore.system._view import DeviceView, Flow, HostView

__all__ = [
    "DeviceView",
    "Flow",
    "HostView",
    "StaleFlows",
    "Step",
    "Sysctls",
    "System",
    "SystemChange",
    "clear_flows",
]
