"""What every chaos run stands on."""

from pathlib import Path

from chaos.rig import free_port


def test_a_port_is_none_that_an_outgoing_connection_could_take_while_its_server_is_down() -> None:
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(outgoing.read_text().split()[0]) if outgoing.exists() else 49_152
    assert all(free_port() < first for _ in range(50))
