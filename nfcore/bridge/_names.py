"""The chains of Docker's bridge driver."""

from __future__ import annotations

from typing import Final

from translate import IPVersion

__all__ = [
    "DOCKER_CHAIN",
    "ISOLATION_CHAIN_1",
    "ISOLATION_CHAIN_2",
    "LOOPBACK",
    "OLD_ISOLATION_CHAIN",
    "USER_CHAIN",
]

DOCKER_CHAIN: Final = "DOCKER"
ISOLATION_CHAIN_1: Final = "DOCKER-ISOLATION-STAGE-1"
"""Matches what leaves one bridge network, and sends it to stage 2."""
ISOLATION_CHAIN_2: Final = "DOCKER-ISOLATION-STAGE-2"
"""Drops what arrives at another bridge network."""
OLD_ISOLATION_CHAIN: Final = "DOCKER-ISOLATION"
"""What versions before 17.06 left behind."""
USER_CHAIN: Final = "DOCKER-USER"
"""The user's own rules: never flushed and never removed."""

LOOPBACK: Final = {IPVersion.V4: "127.0.0.0/8", IPVersion.V6: "::1/128"}
"""Docker's ``LoopbackByVersion``."""
