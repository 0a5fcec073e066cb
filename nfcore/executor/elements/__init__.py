"""Transactions of nothing but elements, sent to the kernel past libnftables.

``_forms`` reads what the kernel says of its sets, ``_values`` and ``_encode`` make messages of
operations, both pure; ``_road`` sends them.
"""

from nfcore.executor.elements._road import ElementRoad

__all__ = ["ElementRoad"]
