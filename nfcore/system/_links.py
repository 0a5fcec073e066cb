"""Network devices of the calling thread's network namespace, through pyroute2."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from types import TracebackType
from typing import Any, Final, Self

__all__ = ["Address", "Device", "Links"]

Address = IPv4Interface | IPv6Interface

_NODAD: Final = 0x02  # IFA_F_NODAD of linux/if_addr.h
_UP: Final = 0x1  # IFF_UP of linux/if.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A network device.

    Attributes:
        index: its number.
        kind: what it is (``bridge``, ``veth``), or None for what the kernel has no word for.
        alias: its alias; empty where it has none.
        up: whether it is up.
        addresses: its addresses.
    """

    index: int
    kind: str | None = None
    alias: str = ""
    up: bool = False
    addresses: frozenset[Address] = frozenset()


class Links:
    """Reads and changes devices. Opened lazily: importing pyroute2 takes 0.15 s."""

    def __init__(self) -> None:
        self._opened: Any = None

    def devices(self, names: Iterable[str]) -> Mapping[str, Device]:
        """Those of these devices that are there.

        Raises:
            OSError: the kernel refused.
        """
        indexes = {name: index for name in names if (index := _index_or_none(name)) is not None}
        if not indexes:
            return {}
        addresses: dict[int, set[Address]] = {}
        for message in self._route.get_addr():
            attributes = dict(message["attrs"])
            text = attributes.get("IFA_LOCAL", attributes.get("IFA_ADDRESS"))
            address = ip_interface(f"{text}/{message['prefixlen']}")
            addresses.setdefault(message["index"], set()).add(address)
        return {
            name: self._device(index, frozenset(addresses.get(index, ())))
            for name, index in indexes.items()
        }

    def _device(self, index: int, addresses: frozenset[Address]) -> Device:
        (message,) = self._route.get_links(index)
        information = message.get_attr("IFLA_LINKINFO")
        return Device(
            index=index,
            kind=None if information is None else information.get_attr("IFLA_INFO_KIND"),
            alias=message.get_attr("IFLA_IFALIAS") or "",
            up=bool(message["flags"] & _UP),
            addresses=addresses,
        )

    def add_bridge(self, name: str, *, alias: str, hardware: str) -> None:
        """Make a bridge.

        Args:
            name: its name.
            alias: its alias.
            hardware: its MAC address, with colons.

        Raises:
            OSError: the kernel refused.
        """
        self._do("link", "add", ifname=name, kind="bridge", address=hardware)
        try:
            self.change(name, ifalias=alias)
        except BaseException:
            self.delete(name)
            raise

    def delete(self, name: str) -> None:
        """Remove a device.

        Raises:
            OSError: there is none, or the kernel refused.
        """
        self._do("link", "del", index=socket.if_nametoindex(name))

    def change(self, name: str, **properties: str) -> None:
        """Change a device's properties, named as pyroute2 names them.

        Raises:
            OSError: there is none, or the kernel refused.
        """
        self._do("link", "set", index=socket.if_nametoindex(name), **properties)

    def add_address(self, name: str, address: Address) -> None:
        """Give a device an address; an IPv6 one is usable at once, with no search for another.

        Raises:
            OSError: there is no such device, or the kernel refused.
        """
        flags = {"flags": _NODAD} if address.version == 6 else {}
        self._address("add", name, address, **flags)

    def delete_address(self, name: str, address: Address) -> None:
        """Take an address from a device.

        Raises:
            OSError: there is no such device, or the kernel refused.
        """
        self._address("del", name, address)

    def _address(self, command: str, name: str, address: Address, **more: int) -> None:
        index = socket.if_nametoindex(name)
        self._do(
            "addr",
            command,
            index=index,
            address=str(address.ip),
            prefixlen=address.network.prefixlen,
            **more,
        )

    def _do(self, what: str, command: str, **arguments: Any) -> None:
        from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415 - see the class

        try:
            getattr(self._route, what)(command, **arguments)
        except NetlinkError as error:
            raise OSError(error.code, os.strerror(error.code)) from error

    @property
    def _route(self) -> Any:
        if self._opened is None:
            from pyroute2 import IPRoute  # noqa: PLC0415 - see the class

            self._opened = IPRoute()
        return self._opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _index_or_none(name: str) -> int | None:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return None
