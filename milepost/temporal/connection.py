"""How every part of Milepost reaches Temporal: address and credentials."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfigProfile, ClientConfigTLS
from temporalio.service import RPCError, TLSConfig

from milepost.errors import MilepostError

_DEFAULT_ADDRESS = "localhost:7233"
_DEFAULT_NAMESPACE = "default"
_REASONS = {
    "Connection refused": "nobody listens there",
    "dns error": "its name is unknown",
    "invalid peer certificate": "its certificate isn't trusted",
    "InvalidContentType": "it doesn't speak TLS",
}


class TemporalSettingsError(MilepostError, ValueError):
    """The settings of Temporal can't be read: a profile, a file, an address."""

    code = "temporal_settings"


class TemporalUnreachableError(MilepostError):
    """Temporal doesn't answer, or refuses us."""

    code = "temporal_unreachable"

    def __init__(self, address: str, why: str) -> None:
        self.address = address
        super().__init__(
            f"Can't reach Temporal at {address}: {why}.",
            "Start an embedded server with `milepost up`, or name yours with --server HOST:PORT (and --namespace, "
            "--api-key, --tls-...).",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalAddress:
    """Where Temporal is. Fields that are None come from `TEMPORAL_*` variables, then from Temporal's profile file.

    Attributes:
        address: HOST:PORT; `localhost:7233` if nothing names one.
        namespace: `default` if nothing names one.
        api_key: Also switches TLS on.
        tls: True or False to force it; None: on if a TLS file or an API key is given.
        tls_ca: PEM file with the server's certificate authority.
        tls_cert: PEM file with our certificate.
        tls_key: PEM file with our certificate's key.
        tls_server_name: The name in the server's certificate, where it isn't the host's.
        profile: Which profile of the file; `default` if nothing names one.
        alone: Ignore variables and profile file.
    """

    address: str | None = None
    namespace: str | None = None
    api_key: str | None = dataclasses.field(default=None, repr=False)
    tls: bool | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_server_name: str | None = None
    profile: str | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A complete address."""

    address: str
    namespace: str
    api_key: str | None = dataclasses.field(repr=False)
    tls: TLSConfig | bool
    metadata: dict[str, str] = dataclasses.field(repr=False)


def resolve(address: TemporalAddress) -> Resolved:
    """Fill in the fields that `address` leaves open.

    Raises:
        TemporalSettingsError: a profile or a file is missing or can't be read.
    """
    try:
        profile = ClientConfigProfile() if address.alone else ClientConfigProfile.load(address.profile)
        config = _merged(profile, address).to_client_connect_config()
    except (RuntimeError, OSError) as error:
        raise TemporalSettingsError(
            f"Can't read the Temporal settings: {error}.",
            "Check --tls-..., the TEMPORAL_* variables and Temporal's profile file (TEMPORAL_CONFIG_FILE).",
        ) from error
    return Resolved(
        address=_check_address(config.get("target_host", _DEFAULT_ADDRESS)),
        namespace=config.get("namespace", _DEFAULT_NAMESPACE),
        api_key=config.get("api_key"),
        tls=config.get("tls", False),
        metadata=dict(config.get("rpc_metadata", {})),
    )


async def connect(
    address: TemporalAddress,
    *,
    lazy: bool = False,
    identity: str | None = None,
) -> Client:
    """Connect to Temporal, with Milepost's encoding of values.

    `lazy` connects only at the first call, for parts that must work while Temporal is away.

    Raises:
        TemporalSettingsError: the settings can't be read.
        TemporalUnreachableError: Temporal doesn't answer, or refuses us.
    """
    resolved = resolve(address)
    try:
        return await Client.connect(
            resolved.address,
            namespace=resolved.namespace,
            api_key=resolved.api_key,
            tls=resolved.tls,
            rpc_metadata=resolved.metadata,
            data_converter=pydantic_data_converter,
            identity=identity,
            lazy=lazy,
        )
    except (RuntimeError, RPCError) as error:
        raise TemporalUnreachableError(resolved.address, _short(error)) from error


def _merged(profile: ClientConfigProfile, ours: TemporalAddress) -> ClientConfigProfile:
    """The profile, overridden by our own settings."""
    tls = profile.tls or ClientConfigTLS()
    tls = dataclasses.replace(
        tls,
        disabled=tls.disabled if ours.tls is None else not ours.tls,
        server_name=ours.tls_server_name or tls.server_name,
        server_root_ca_cert=ours.tls_ca or tls.server_root_ca_cert,
        client_cert=ours.tls_cert or tls.client_cert,
        client_private_key=ours.tls_key or tls.client_private_key,
    )
    return dataclasses.replace(
        profile,
        address=ours.address or profile.address,
        namespace=ours.namespace or profile.namespace,
        api_key=ours.api_key or profile.api_key,
        tls=None if tls == ClientConfigTLS() else tls,
    )


def _check_address(address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise TemporalSettingsError(f"{address!r} isn't the address of a Temporal server.", "Write it as HOST:PORT.")
    return address


def _short(error: Exception) -> str:
    """The reason in a few words: the SDK's message is a chain of Rust errors."""
    text = str(error)
    for sign, reason in _REASONS.items():
        if sign in text:
            return reason
    return text.removeprefix("Failed client connect: ")
