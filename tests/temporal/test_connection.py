from __future__ import annotations

from pathlib import Path

import pytest

from milepost.temporal.connection import (
    TemporalAddress,
    TemporalSettingsError,
    TemporalUnreachableError,
    connect,
    resolve,
)
from tests.ports import free_port

PROFILES = """
[profile.default]
address = "profile.example:7233"
namespace = "of-the-profile"
[profile.cloud]
address = "cloud.example:7233"
api_key = "of-the-cloud"
"""


@pytest.fixture(autouse=True)
def _own_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporal.toml").write_text(PROFILES)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))


def test_options_go_before_variables_and_variables_before_the_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resolve(TemporalAddress()).address == "profile.example:7233"
    monkeypatch.setenv("TEMPORAL_ADDRESS", "variable.example:7233")
    assert resolve(TemporalAddress()).address == "variable.example:7233"
    given = resolve(TemporalAddress(address="option.example:7233"))
    assert (given.address, given.namespace) == ("option.example:7233", "of-the-profile")


def test_another_profile_can_be_named() -> None:
    cloud = resolve(TemporalAddress(profile="cloud"))
    assert (cloud.address, cloud.api_key) == ("cloud.example:7233", "of-the-cloud")
    assert cloud.tls


def test_alone_a_place_takes_nothing_from_around_it() -> None:
    alone = resolve(TemporalAddress(alone=True))
    assert (alone.address, alone.namespace, alone.tls) == ("localhost:7233", "default", False)


def test_tls_files_switch_tls_on_and_are_read(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(b"authority")
    (tmp_path / "key.pem").write_bytes(b"key")
    tls = resolve(TemporalAddress(tls_ca=tmp_path / "ca.pem", tls_key=tmp_path / "key.pem")).tls
    assert not isinstance(tls, bool)
    assert (tls.server_root_ca_cert, tls.client_private_key) == (b"authority", b"key")


def test_tls_can_be_switched_on_and_off() -> None:
    assert resolve(TemporalAddress(tls=True)).tls
    assert resolve(TemporalAddress(profile="cloud", tls=False)).tls is False


@pytest.mark.parametrize(
    "place",
    [
        TemporalAddress(profile="nowhere"),
        TemporalAddress(address="no-port"),
        TemporalAddress(tls_ca=Path("/no/such/file.pem")),
    ],
)
def test_settings_that_can_not_be_read_are_a_clear_error(place: TemporalAddress) -> None:
    with pytest.raises(TemporalSettingsError, match=r"nowhere|HOST:PORT|/no/such/file\.pem"):
        resolve(place)


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(TemporalAddress(api_key="s3cret"))
    assert "s3cret" not in repr(resolve(TemporalAddress(api_key="s3cret")))


async def test_nobody_there_is_a_clear_error_with_what_to_do() -> None:
    port = free_port()
    with pytest.raises(TemporalUnreachableError) as unreachable:
        await connect(TemporalAddress(address=f"127.0.0.1:{port}"))
    assert str(unreachable.value).startswith(f"Can't reach Temporal at 127.0.0.1:{port}: nobody listens there.")
    assert "milepost up" in str(unreachable.value)


async def test_a_lazy_client_does_not_need_temporal_yet() -> None:
    client = await connect(TemporalAddress(address=f"127.0.0.1:{free_port()}"), lazy=True)
    assert client.namespace == "of-the-profile"
