"""One connection to the system bus, and firewalld on it.

The interface is that of firewalld.dbus(5).
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import Any, Final

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

from nfcore.firewalld._refused import FirewalldRefused

__all__ = ["FirewalldBus"]

_NAME: Final = "org.fedoraproject.FirewallD1"
_BUS_NAME: Final = "org.freedesktop.DBus"
_ROOT: Final = "/org/fedoraproject/FirewallD1"
_BUS: Final = DBusAddress("/org/freedesktop/DBus", bus_name=_BUS_NAME, interface=_BUS_NAME)
_TIMEOUT: Final = 60.0  # seconds; a reload of many zones takes some
_SIGNALS: Final = (
    MatchRule(type="signal", interface=_NAME, path=_ROOT, member="Reloaded"),
    MatchRule(type="signal", interface=_BUS_NAME, member="NameOwnerChanged"),
)


class FirewalldBus:
    """A connection to the system bus.

    Raises:
        OSError: there is no bus, or it does not answer.
    """

    def __init__(self) -> None:
        self._connection: DBusConnection = _connect()
        self._heard: deque[Message] = deque()
        for rule in _SIGNALS:
            self._connection.filter(rule, queue=self._heard)

    def fileno(self) -> int:
        """What becomes readable when a message has come."""
        number: int = self._connection.sock.fileno()
        return number

    def is_running(self) -> bool:
        """Whether firewalld is on the bus."""
        return bool(self._call_bus("NameHasOwner", "s", _NAME))

    def governs(self, netns: str | None) -> bool:
        """Whether firewalld is in this network namespace; if its process is unseen, it counts as.

        Args:
            netns: the namespace's name; None is the calling thread's.
        """
        pid = self._call_bus("GetConnectionUnixProcessID", "s", _NAME)
        own = Path("/proc/thread-self/ns/net") if netns is None else Path("/run/netns", netns)
        try:
            its = Path(f"/proc/{pid}/ns/net").stat()
        except OSError:
            return True
        return os.path.samestat(own.stat(), its)

    def subscribe(self) -> None:
        """Ask for the signals that `heard` tells of."""
        for rule in _SIGNALS:
            self._call_bus("AddMatch", "s", rule.serialise())

    @property
    def has_news(self) -> bool:
        """Whether a signal came while a call waited for its answer."""
        return bool(self._heard)

    def heard(self) -> bool:
        """Take in what has come, and say whether firewalld has reloaded or appeared since."""
        try:
            while True:
                self._connection.recv_messages(timeout=0)
        except TimeoutError:
            pass
        messages = [self._heard.popleft() for _ in range(len(self._heard))]
        return any(_is_fresh_start(message) for message in messages)

    def call(
        self, interface: str, method: str, signature: str = "", *body: Any, path: str = ""
    ) -> Any:
        """Call a method of firewalld's.

        Args:
            interface: the interface's last part (``zone``); empty is the main one.
            method: the method.
            signature: the arguments' D-Bus types.
            body: the arguments.
            path: the object's last part, or all of it from ``/`` on; empty is the main one.

        Returns:
            What was answered: None, one value, or several.

        Raises:
            FirewalldRefused: firewalld, or the bus, answered with an error.
            OSError: no answer came.
        """
        address = DBusAddress(
            path if path.startswith("/") else f"{_ROOT}/{path}" if path else _ROOT,
            bus_name=_NAME,
            interface=f"{_NAME}.{interface}" if interface else _NAME,
        )
        return self._send(address, method, signature, body)

    def _call_bus(self, method: str, signature: str, *body: Any) -> Any:
        return self._send(_BUS, method, signature, body)

    def _send(self, to: DBusAddress, method: str, signature: str, body: tuple[Any, ...]) -> Any:
        message = new_method_call(to, method, signature or None, body)
        reply = self._connection.send_and_get_reply(message, timeout=_TIMEOUT)
        if reply.header.message_type is MessageType.error:
            name = reply.header.fields.get(HeaderFields.error_name, "")
            raise FirewalldRefused(name, str(reply.body[0]) if reply.body else "")
        values = reply.body
        return values[0] if len(values) == 1 else values or None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _connect() -> DBusConnection:
    try:
        return open_dbus_connection("SYSTEM")
    except (DBusErrorResponse, AuthenticationError, RuntimeError, ValueError) as error:
        raise OSError(str(error)) from error


def _is_fresh_start(message: Message) -> bool:
    member = message.header.fields.get(HeaderFields.member)
    if member == "Reloaded":
        return True
    name, _, new_owner = message.body
    return bool(name == _NAME and new_owner)
