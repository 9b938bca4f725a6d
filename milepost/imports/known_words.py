"""Words of exports, in English, German and French, and what maps tend to call the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from milepost.imports.audience import Reach
from milepost.text import listing

ATTRIBUTE_WORDS: Mapping[str, Sequence[str]] = {
    "renews on": (
        *("renewal date", "contract renewal", "verlängerungsdatum", "vertragsverlängerung", "nächste verlängerung"),
        *(
            "verlängert am",
            "vertragsende",
            "vertragsablauf",
            "laufzeitende",
            "verlängerung",
            "contract end",
            "fin de contrat",
        ),
    ),
    "contract ends on": ("vertragsende", "vertragsablauf", "contract end", "contract end date", "fin de contrat"),
    "renewal date": (
        "verlängerungsdatum",
        "vertragsverlängerung",
        "vertragsende",
        "vertragsablauf",
        "contract end",
        "contract end date",
        "fin de contrat",
    ),
    "contract starts on": ("vertragsbeginn", "vertragsstart", "début de contrat"),
    "tier": ("grösse", "groesse", "unternehmensgrösse", "kundensegment", "segment", "size", "taille"),
    "size": ("grösse", "groesse", "unternehmensgrösse", "company size", "taille"),
    "segment": ("kundensegment", "grösse", "kundengruppe"),
    "industry": ("branche", "sector", "secteur", "secteur d activité"),
    "seats": ("lizenzen", "mitarbeiter", "mitarbeiterzahl", "nutzer", "users", "licences", "number of employees"),
    "employees": ("mitarbeiter", "mitarbeiterzahl", "effectif", "number of employees"),
    "revenue": ("umsatz", "jahresumsatz", "chiffre d affaires"),
    "product": ("produkt", "produit"),
    "goal": ("ziel", "kaufziel", "kundenziel", "objectif", "objective", "customer goal"),
    "plan": ("tarif", "paket", "forfait"),
}
"""Headings in small letters (with `ss` for `ß`), by the words of an attribute's name or title."""
_SAME_VALUES = (
    ("live", "customer", "active customer", "kunde", "kundin", "bestandskunde", "client", "aktiv", "active", "actif"),
    ("trial", "test", "testphase", "evaluation", "essai"),
    ("prospect", "lead", "interessent", "opportunity"),
    ("churned", "former customer", "ehemaliger kunde", "gekündigt", "ancien client", "inactive", "inaktiv"),
)
_ROLES: Mapping[str, Sequence[str]] = {
    "sponsor": ("entscheid", "geschäftsführ", "decision", "executive", "dirigeant", "décideur"),
    "champion": ("fürsprech", "key user", "keyuser", "power user"),
    "admin": ("admin", "techni", "it contact", "it kontakt"),
    "coordinator": ("projektleit", "project", "koordinat", "coordinat", "chef de projet"),
}
_FIRST = ("sponsor", "champion")
_MOST_MAPS = 3
_SHORT = 3  # letters of a word whose last `s` is no plural
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def attribute_called(words: str, names: Collection[str]) -> str | None:
    """Returns which of the names, in words, is what a heading in another language says; None if none or several do."""
    found = [name for name in names if folded(words) in map(folded, ATTRIBUTE_WORDS.get(name, ()))]
    return found[0] if len(found) == 1 else None


def value_meant(value: str, allowed: Collection[str]) -> str | None:
    """Returns the allowed value that is the same but for its spelling, or means the same; None for neither."""
    spelled = {_plain(each): each for each in allowed}
    word = _plain(value)
    if word in spelled:
        return spelled[word]
    same = next((group for group in _SAME_VALUES if word in group), ())
    found = [spelled[each] for each in same if each in spelled]
    return found[0] if len(found) == 1 else None


def value_akin(value: str, allowed: Collection[str]) -> str | None:
    """Returns the only allowed value whose words are all among a value's, or the other way round; plurals are alike.

    `Small Business` is akin to `small`, and `Enterprises` to `enterprise`.
    """
    own = _singular(value)
    akin = [each for each in dict.fromkeys(allowed) if own and ((theirs := _singular(each)) <= own or own <= theirs)]
    return akin[0] if len(akin) == 1 else None


def _singular(text: str) -> set[str]:
    return {word.removesuffix("s") if len(word) > _SHORT else word for word in _plain(text).split()}


def lone_persona(words: str, personas: Collection[str], reach: Reach | None = None) -> tuple[str, str]:
    """Returns the persona of a customer's only contact, and by which rule; there must be some personas.

    A word of its role in the heading decides; else it is whoever gets the most of the customers' maps, by their
    `reach`; else the sponsor, else the champion, else the first by alphabet.
    """
    for persona in sorted(personas):
        of_role = (*_ROLES.get(persona, ()), persona.replace("_", " "))
        if any(word in words for word in of_role):
            return persona, f"it is the {persona}, by the heading"
    usual = [persona for persona in _FIRST if persona in personas]
    best = min((*usual, *sorted(personas)), key=lambda each: -reach.counts.get(each, 0) if reach else 0)
    if reach is not None and reach.counts.get(best):
        share = f"{reach.counts[best]} of the {reach.total} steps and messages" if len(reach.maps) == 1 else "the most"
        return best, f"it is the {best}, who gets {share} of {listing(reach.maps, most=_MOST_MAPS)}"
    if usual:
        return best, f"it is the {best}, as the heading doesn't say"
    return best, f"it is the {best}, the first by alphabet, as the heading doesn't say"


def persona_of_role(role: str, personas: Collection[str]) -> str | None:
    """Returns the persona that a person's role in words stands for; None for none, or several."""
    word = _plain(role)
    same = [persona for persona in personas if _plain(persona) == word]
    of_role = [persona for persona in personas if any(each in word for each in _ROLES.get(persona, ()))]
    found = same or of_role
    return found[0] if len(found) == 1 else None


def without_roles(words: str) -> str:
    """Returns a heading's words without those that say somebody's role."""
    roles = [role for names in _ROLES.values() for role in names]
    return " ".join(word for word in words.split() if not any(role in word for role in roles))


def folded(words: str) -> str:
    """Returns words without umlauts and accents, so that `Zuständig` and `zustaendig` are one."""
    spelled = words.casefold().translate(_UMLAUTS)
    return "".join(sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))
