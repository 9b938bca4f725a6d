"""The addresses of colleagues whom a file only names, where they are known: from the list of people, and mappings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from milepost.customer import address_key, is_forgotten
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposal import name_key
from milepost.intake.context import IntakeContext
from milepost.store import imports, people, syncs

_LATEST = 10  # imports whose mappings are looked into


async def known_addresses(context: IntakeContext) -> Mapping[str, str]:
    """Returns the addresses of colleagues by `name_key` of their names; a name that two have isn't among them."""
    async with context.store.reading() as session:
        listed = {address: name for address, name in (await people.names(session)).items() if not is_forgotten(address)}
        texts = [*await imports.latest_mappings(session, limit=_LATEST), *await syncs.mappings(session)]
    named = await asyncio.to_thread(lambda: list(_named(dict.fromkeys(texts))))
    found: dict[str, dict[str, str]] = {}
    for name, address in (*named, *((name, address) for address, name in listed.items())):
        if not is_forgotten(address):
            found.setdefault(name_key(name), {})[address_key(address)] = address
    return {name: next(iter(each.values())) for name, each in found.items() if len(each) == 1}


def _named(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        mapping = read_mapping(text, "mapping").mapping
        yield from mapping.people.items() if mapping else ()
