"""What exports call the columns that every customer has, in English, German and French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

KNOWN_HEADINGS: Mapping[str, Sequence[str]] = {
    "id": (
        *("id", "customer id", "record id", "company id", "account id", "customer number", "client id"),
        *("kundennummer", "kunden nr", "kundennr", "kunden id", "debitorennummer"),
        *("numéro client", "numéro de client", "n client", "id client", "code client"),
    ),
    "name": (
        *("name", "company name", "account name", "company", "customer", "customer name", "client", "organization"),
        *("firma", "firmenname", "unternehmen", "kunde", "kundenname"),
        *("société", "entreprise", "raison sociale", "nom du client"),
    ),
    "timezone": ("timezone", "time zone", "zeitzone", "fuseau horaire"),
    "country": (
        *("country", "country region", "billing country", "billing country region", "shipping country"),
        *("land", "pays"),
    ),
    "city": ("city", "billing city", "shipping city", "town", "ort", "stadt", "ville"),
    "language": ("language", "preferred language", "sprache", "langue"),
    "contacts": (
        *("contacts", "associated contact", "associated contacts", "primary contact", "main contact"),
        *("ansprechpartner", "ansprechpartnerin", "kontakt", "kontakte", "contact principal", "interlocuteur"),
    ),
    "team.csm": (
        *("csm", "customer success manager", "company owner", "account owner", "owner", "success manager"),
        *("betreuer", "betreuerin", "kundenbetreuer", "responsable", "chargé de compte", "chargée de compte"),
    ),
    "team.account_executive": ("account executive", "sales owner", "sales rep", "account manager"),
}
"""Headings in small letters, without signs between the words, by the target of their column."""
