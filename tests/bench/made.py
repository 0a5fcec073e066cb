from bench.results import Measurement, Point


def measurement(
    *values: float,
    question: str = "create",
    networks: int = 0,
    batch: int = 1,
    peer: str = "nfcore rules",
    unit: str = "s",
    ports: int = 0,
    rules: int = 0,
) -> Measurement:
    """A measurement with these values."""
    point = Point(
        question=question, stack="ipv4", networks=networks, batch=batch, peer=peer, ports=ports
    )
    return Measurement(point=point, values=values, cpu=values, unit=unit, rules=rules)
