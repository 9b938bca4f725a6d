"""How the commands, the worker and the web application of a data folder find Temporal."""

from __future__ import annotations

from milepost.devserver.data_folder import owner_of
from milepost.settings import Settings
from milepost.temporal.connection import TemporalAddress


def address_of(settings: Settings) -> TemporalAddress:
    """The address from the settings, else that of a running `milepost up`, else that of Temporal's own configuration.

    An embedded server has one namespace and no TLS, so the other settings are ignored for it.
    """
    owner = owner_of(settings.data) if settings.temporal_address is None else None
    embedded = owner.listens.get("temporal") if owner else None
    if embedded:
        return TemporalAddress(address=embedded, alone=True)
    key = settings.temporal_api_key
    return TemporalAddress(
        address=settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=settings.temporal_tls,
        tls_ca=settings.temporal_tls_ca,
        tls_cert=settings.temporal_tls_cert,
        tls_key=settings.temporal_tls_key,
        tls_server_name=settings.temporal_tls_server_name,
        profile=settings.temporal_profile,
    )
