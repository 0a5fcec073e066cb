"""The laboratory: program rules, send a packet, see where it comes out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from tests.conftest import new_netns
from tests.translate.evaluate.lab.build import build, environment_of
from tests.translate.evaluate.lab.flows import Flows
from tests.translate.evaluate.lab.plan import LINKS, ROUTER
from tests.translate.evaluate.lab.programs import Program
from tests.translate.evaluate.lab.sockets import Sockets
from translate import IPAddress
from translate.evaluate import Environment, Ruleset

__all__ = ["Lab", "Probe", "Seen"]

_ATTEMPTS = 3


class Probe(NamedTuple):
    """A UDP datagram to send.

    Attributes:
        sender: a host, or the router.
        source: one of its addresses.
        sport: the port to send from.
        destination: where to.
        dport: and the port there.
    """

    sender: str
    source: IPAddress
    sport: int
    destination: IPAddress
    dport: int


class Seen(NamedTuple):
    """A datagram where it arrived.

    Attributes:
        receiver: the host, or the router.
        source: whom it says it is from.
        sport: and that port.
        destination: the address it was delivered to.
        dport: and that port.
    """

    receiver: str
    source: IPAddress
    sport: int
    destination: IPAddress
    dport: int


class Lab:
    """A router that can be programmed, with a host behind each of its links.

    Args:
        router: the router's namespace.
        sockets: the hosts' and the router's sockets.
        flows: the router's flows.
        environment: what the router knows of itself.
    """

    def __init__(
        self, router: str, sockets: Sockets, flows: Flows, environment: Environment
    ) -> None:
        self._router = router
        self._sockets = sockets
        self._flows = flows
        self.environment = environment

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Lab]:
        """Build one, for as long as the block runs."""
        with ExitStack() as stack:
            owners = (ROUTER, *(link.name for link in LINKS))
            namespaces = {owner: stack.enter_context(new_netns()) for owner in owners}
            build(namespaces)
            router = namespaces[ROUTER]
            sockets, flows = Sockets(namespaces), Flows(router)
            stack.callback(sockets.close)
            stack.callback(flows.close)
            yield cls(router, sockets, flows, environment_of(router))

    def program(self, ruleset: Ruleset, program: Program) -> None:
        """Replace all of the router's rules of this IP version."""
        program.load(self._router, ruleset)

    def first_of_flow(self, probe: Probe, *, expected: Seen | None) -> Seen | None:
        """Send a datagram that belongs to no known flow.

        Args:
            probe: the datagram.
            expected: where it should arrive. One that doesn't is sent again: a processor's queue of
                packets is shared by the whole machine, and drops some when it is full.

        Returns:
            Where it arrived; None is nowhere.
        """
        for _ in range(_ATTEMPTS):
            self._flows.forget()
            seen = self._send(probe)
            if seen is not None or expected is None:
                return seen
        return None

    def next_of_flow(self, probe: Probe, *, expected: Seen | None) -> Seen | None:
        """The same of a datagram of the flow that was begun last."""
        for _ in range(_ATTEMPTS):
            seen = self._send(probe)
            if seen is not None or expected is None:
                return seen
        return None

    def _send(self, probe: Probe) -> Seen | None:
        payload = os.urandom(8)
        arrivals = self._sockets.exchange(
            probe.sender,
            (probe.source, probe.sport),
            (probe.destination, probe.dport),
            payload,
        )
        assert [a.payload for a in arrivals] in ([], [payload]), arrivals
        return next((Seen(*arrival[:5]) for arrival in arrivals), None)
