"""Single changes of a host, each with its way back, and the command that would do the same."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal, Protocol

from nfcore.system._links import Address, Links
from nfcore.system._sysctls import Sysctls

__all__ = ["AddAddress", "AddBridge", "Alias", "BringUp", "DeleteAddress", "SetSysctl", "Step"]


class Step(Protocol):
    """One change. It is only made where it is needed, so the way back is just the opposite."""

    @property
    def sign(self) -> Literal["+", "-"]:
        """Whether something is added or taken away."""

    @property
    def command(self) -> str:
        """What would do the same, as ip(8) or sysctl(8) have it."""

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """Make the change.

        Raises:
            OSError: the kernel refused.
        """

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """Take it back.

        Raises:
            OSError: the kernel refused.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBridge:
    """Make a bridge device.

    Args:
        name: its name.
        alias: what marks who made it.
    """

    name: str
    alias: str
    sign: Literal["+"] = "+"

    @property
    def command(self) -> str:
        """See `Step`."""
        return f"ip link add {self.name} type bridge && ip link set {self.name} alias {self.alias}"

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`. The hardware address is fixed, or it would change with every container."""
        del sysctls
        hardware = b"\x02\x42" + secrets.token_bytes(4)
        links.add_bridge(self.name, alias=self.alias, hardware=hardware.hex(":"))

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.delete(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Mark a device anew.

    Args:
        name: the device.
        alias: its alias from now on.
        before: its alias so far.
    """

    name: str
    alias: str
    before: str
    sign: Literal["+"] = "+"

    @property
    def command(self) -> str:
        """See `Step`."""
        return f"ip link set {self.name} alias {self.alias}"

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.change(self.name, ifalias=self.alias)

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.change(self.name, ifalias=self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddress:
    """Give a device an address.

    Args:
        name: the device.
        address: the address, with its prefix.
    """

    name: str
    address: Address
    sign: Literal["+"] = "+"

    @property
    def command(self) -> str:
        """See `Step`."""
        return f"ip addr add {self.address} dev {self.name}{_nodad(self.address)}"

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.add_address(self.name, self.address)

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.delete_address(self.name, self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAddress:
    """Take an address away; arguments are those of `AddAddress`."""

    name: str
    address: Address
    sign: Literal["-"] = "-"

    @property
    def command(self) -> str:
        """See `Step`."""
        return f"ip addr del {self.address} dev {self.name}"

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.delete_address(self.name, self.address)

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.add_address(self.name, self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class BringUp:
    """Bring a device up.

    Args:
        name: the device.
    """

    name: str
    sign: Literal["+"] = "+"

    @property
    def command(self) -> str:
        """See `Step`."""
        return f"ip link set {self.name} up"

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.change(self.name, state="up")

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del sysctls
        links.change(self.name, state="down")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSysctl:
    """Set a sysctl.

    Args:
        key: its name, with slashes.
        value: what it is to be.
        before: the sysctls to write in this order on the way back, each with its value.
    """

    key: str
    value: str
    before: tuple[tuple[str, str], ...]
    sign: Literal["+"] = "+"

    @property
    def command(self) -> str:
        """See `Step`."""
        return f"sysctl -w {self.key}={self.value}"

    def do(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del links
        sysctls.write(self.key, self.value)

    def undo(self, links: Links, sysctls: Sysctls) -> None:
        """See `Step`."""
        del links
        for key, value in self.before:
            if sysctls.read(key) != value:
                sysctls.write(key, value)


def _nodad(address: Address) -> str:
    return " nodad" if address.version == 6 else ""
