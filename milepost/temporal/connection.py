"""How every part of Milepost reaches Temporal: where, as whom, and how values are written."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfigProfile, ClientConfigTLS
from temporalio.service import RPCError, TLSConfig

from milepost.temporal.encryption import EncryptionCodec

_DEFAULT_ADDRESS = "localhost:7233"
_DEFAULT_NAMESPACE = "default"
_MEANINGS = {
    "Connection refused": "nobody listens there",
    "dns error": "its name is not known",
    "invalid peer certificate": "its certificate is not one that we trust",
    "InvalidContentType": "it does not speak TLS",
}


class TemporalSettingsError(ValueError):
    """What we were told about Temporal can't be read: a profile, a file, an address."""


class TemporalUnreachableError(Exception):
    """Nobody answers there, or we are not let in."""

    def __init__(self, address: str, why: str) -> None:
        self.address = address
        super().__init__(
            f"Can't reach Temporal at {address}: {why}. Start an embedded server with `milepost up`, "
            "or name yours with --server HOST:PORT (and --namespace, --api-key, --tls-...)."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalAddress:
    """Where Temporal is. What is None comes from `TEMPORAL_*` variables, then from Temporal's profile file.

    Attributes:
        address: HOST:PORT; in the end `localhost:7233`.
        namespace: In the end `default`.
        api_key: Also switches TLS on.
        tls: True or False to force it; None: on if a TLS file or an API key is given.
        tls_ca: PEM file with the server's certificate authority.
        tls_cert: PEM file with our certificate.
        tls_key: PEM file with our certificate's key.
        tls_server_name: The name in the server's certificate, where it is not the host's.
        profile: Which profile of the file; in the end `default`.
        alone: Look into neither variables nor file: what is None takes its last value.
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
    """A place with nothing left open."""

    address: str
    namespace: str
    api_key: str | None = dataclasses.field(repr=False)
    tls: TLSConfig | bool
    metadata: dict[str, str] = dataclasses.field(repr=False)


def resolve(place: TemporalAddress) -> Resolved:
    """Fill in what `place` leaves open.

    Raises:
        TemporalSettingsError: A profile or a file is missing or can't be read.
    """
    try:
        profile = ClientConfigProfile() if place.alone else ClientConfigProfile.load(place.profile)
        given = _over(profile, place)
        found = given.to_client_connect_config()
    except (RuntimeError, OSError) as error:
        raise TemporalSettingsError(
            f"Can't read the Temporal settings: {error}. Look at --tls-..., the TEMPORAL_* variables and "
            "Temporal's profile file (TEMPORAL_CONFIG_FILE)."
        ) from error
    return Resolved(
        address=_check_address(found.get("target_host", _DEFAULT_ADDRESS)),
        namespace=found.get("namespace", _DEFAULT_NAMESPACE),
        api_key=found.get("api_key"),
        tls=found.get("tls", False),
        metadata=dict(found.get("rpc_metadata", {})),
    )


async def connect(
    place: TemporalAddress,
    *,
    encryption_keys: str | None = None,
    lazy: bool = False,
    identity: str | None = None,
) -> Client:
    """Connect to Temporal, with Milepost's way to write values.

    `lazy` connects at the first call only: for parts that must work while Temporal is away.

    Raises:
        TemporalSettingsError: The settings can't be read.
        EncryptionKeyError: The encryption key is none.
        TemporalUnreachableError: Nobody answers there, or we are not let in.
    """
    resolved = resolve(place)
    try:
        return await Client.connect(
            resolved.address,
            namespace=resolved.namespace,
            api_key=resolved.api_key,
            tls=resolved.tls,
            rpc_metadata=resolved.metadata,
            data_converter=data_converter(encryption_keys),
            identity=identity,
            lazy=lazy,
        )
    except (RuntimeError, RPCError) as error:
        raise TemporalUnreachableError(resolved.address, _short(error)) from error


def data_converter(encryption_keys: str | None = None) -> DataConverter:
    """How values travel: as JSON by pydantic, and with keys encrypted, failures included."""
    if not encryption_keys:
        return pydantic_data_converter
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(encryption_keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def _over(profile: ClientConfigProfile, place: TemporalAddress) -> ClientConfigProfile:
    """What was given to us goes before what the profile says."""
    tls = profile.tls or ClientConfigTLS()
    tls = dataclasses.replace(
        tls,
        disabled=tls.disabled if place.tls is None else not place.tls,
        server_name=place.tls_server_name or tls.server_name,
        server_root_ca_cert=place.tls_ca or tls.server_root_ca_cert,
        client_cert=place.tls_cert or tls.client_cert,
        client_private_key=place.tls_key or tls.client_private_key,
    )
    return dataclasses.replace(
        profile,
        address=place.address or profile.address,
        namespace=place.namespace or profile.namespace,
        api_key=place.api_key or profile.api_key,
        tls=None if tls == ClientConfigTLS() else tls,
    )


def _check_address(address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise TemporalSettingsError(f"{address!r} is no address of a Temporal server: write it as HOST:PORT.")
    return address


def _short(error: Exception) -> str:
    """The SDK's message is a chain of Rust errors; people need its last link."""
    text = str(error)
    for sign, meaning in _MEANINGS.items():
        if sign in text:
            return meaning
    return text.removeprefix("Failed client connect: ")
