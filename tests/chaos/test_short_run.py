"""A short run under fire, on both engines: nothing twice, nothing lost."""

import pytest

from chaos.__main__ import chaos


@pytest.mark.parametrize("engine", [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_kills_and_faults_lose_nothing_and_double_nothing(engine: str) -> None:
    report = chaos(16, "in-the-tests", [engine])
    assert (report["twice"], report["lost"], report["refused"]) == (0, 0, 0), report["engines"]
    assert report["kills"] >= 4
    assert report["once"] + report["failed"] + report["unconfirmed"] == 16
