"""nfcore's events as Prometheus metrics, with the official client.

It needs ``prometheus-client``: ``pip install 'nfcore[metrics]'``.

>>> from nfcore.metrics import PrometheusMetrics
>>> metrics = PrometheusMetrics()  # give it to an Engine, a Host, a System as their observer
>>> metrics.text().splitlines()[0]
'# HELP nfcore_transactions_total Transactions, by what became of them.'
"""

from nfcore.metrics._prometheus import PrometheusMetrics
from nfcore.metrics._serving import Address, serve

__all__ = ["Address", "PrometheusMetrics", "serve"]
