"""What exports call the columns that every customer has, in English, German and French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from milepost.imports.known_words import folded

KNOWN_HEADINGS: Mapping[str, Sequence[str]] = {
    "id": (
        *("id", "customer id", "record id", "company id", "account id", "customer number", "client id"),
        *("datensatz id", "unternehmens id", "kundennummer", "kunden nr", "kundennr", "kunden id", "debitorennummer"),
        *("numéro client", "numéro de client", "n client", "id client", "code client"),
    ),
    "name": (
        *("name", "company name", "account name", "company", "customer", "customer name", "client", "organization"),
        *("firma", "firmenname", "unternehmen", "unternehmensname", "name des unternehmens", "kunde", "kundenname"),
        *("associated company", "zugeordnetes unternehmen", "account"),
        *("société", "entreprise", "raison sociale", "nom du client"),
    ),
    "timezone": ("timezone", "time zone", "zeitzone", "fuseau horaire"),
    "country": (
        *("country", "country region", "billing country", "billing country region", "shipping country"),
        *("land", "land region", "rechnungsland", "pays", "pays région"),
    ),
    "city": ("city", "billing city", "shipping city", "town", "ort", "stadt", "ville"),
    "language": ("language", "preferred language", "sprache", "bevorzugte sprache", "langue"),
    "contacts": (
        *("contact", "contacts", "associated contact", "associated contacts", "primary contact", "main contact"),
        *("ansprechpartner", "ansprechpartnerin", "kontakt", "kontakte", "contact principal", "interlocuteur"),
    ),
    "team.csm": (
        *("csm", "customer success manager", "company owner", "account owner", "owner", "success manager"),
        *("inhaber", "unternehmensinhaber", "inhaber des unternehmens", "zuständig", "zuständiger mitarbeiter"),
        *("zuständige mitarbeiterin", "kundenverantwortlicher", "kundenverantwortliche"),
        *("betreuer", "betreuerin", "kundenbetreuer", "responsable", "chargé de compte", "chargée de compte"),
    ),
    "team.account_executive": ("account executive", "sales owner", "sales rep", "account manager"),
}
"""Headings in small letters, without signs between the words, by the target of their column."""


@cache
def known_targets() -> Mapping[str, str]:
    """Returns the targets of known headings, each heading as `folded` writes it."""
    return {folded(heading): target for target, headings in KNOWN_HEADINGS.items() for heading in headings}
