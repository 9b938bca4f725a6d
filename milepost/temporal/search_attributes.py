"""Registers the search attributes of journeys, through the operator API."""

from __future__ import annotations

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from milepost.errors import MilepostError
from milepost.text import listing
from milepost.wire.search_attributes import ALL


class SearchAttributesMissingError(MilepostError):
    """The namespace lacks some search attributes, and we may not add them."""

    code = "search_attributes_missing"

    def __init__(self, namespace: str, missing: list[str], why: str) -> None:
        self.missing = missing
        super().__init__(
            f"Namespace {namespace!r} lacks the search attributes {listing(missing)}, and adding them failed: {why}.",
            f"Let an administrator run: {_command(namespace, missing)}",
        )


async def register_search_attributes(client: Client) -> None:
    """Add the search attributes that the client's namespace lacks; it is safe to repeat.

    Raises:
        SearchAttributesMissingError: we may not add them.
    """
    existing = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {key.name: key.indexed_value_type for key in ALL if key.name not in existing.custom_attributes}
    if not missing:
        return
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for name, kind in missing.items():
        request.search_attributes[name] = kind.value  # type: ignore[assignment]
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:  # another worker was faster
            raise SearchAttributesMissingError(client.namespace, sorted(missing), error.message) from error


def _command(namespace: str, missing: list[str]) -> str:
    options = (
        f"--name {key.name} --type {key.indexed_value_type.name.title().replace('_', '')}"
        for key in ALL
        if key.name in missing
    )
    return f"temporal operator search-attribute create --namespace {namespace} {' '.join(options)}"
