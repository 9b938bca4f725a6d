"""Which scope each address of the API needs, and which one a fact beside that of telling.

`docs/reference/roles.md` is made of it, and a test walks every address.
"""

from __future__ import annotations

from collections.abc import Mapping

from milepost.scopes import Scope

_ADDRESSES: Mapping[Scope, str] = {
    Scope.READ: """
        GET    /api/v1/absences
        GET    /api/v1/customers
        GET    /api/v1/customers/{customer}
        GET    /api/v1/customers/{customer}/agreement
        GET    /api/v1/customers/{customer}/files
        GET    /api/v1/customers/{customer}/files/{file}
        GET    /api/v1/customers/{customer}/links
        GET    /api/v1/customers/{customer}/timeline
        GET    /api/v1/customers/{customer}/undoable
        GET    /api/v1/imports
        GET    /api/v1/imports/{number}
        GET    /api/v1/mail
        GET    /api/v1/mail/switches
        GET    /api/v1/opt-outs
        GET    /api/v1/people
        GET    /api/v1/preferences
        GET    /api/v1/steps
        GET    /api/v1/syncs
        GET    /api/v1/syncs/{name}
        GET    /api/v1/tasks
    """,
    Scope.TELL: """
        POST   /api/v1/bounces
        POST   /api/v1/bounces/{provider}
        POST   /api/v1/customers/{customer}/agreement
        POST   /api/v1/customers/{customer}/facts/{fact:path}/undo
        POST   /api/v1/customers/{customer}/files
        DELETE /api/v1/customers/{customer}/files/{file}
        POST   /api/v1/facts
        POST   /api/v1/inbound/mail
        POST   /api/v1/inbound/mail/{provider}
        POST   /api/v1/typed-facts
    """,
    Scope.CUSTOMERS: """
        POST   /api/v1/customers
        PATCH  /api/v1/customers/{customer}
        POST   /api/v1/customers/{customer}/journeys
        POST   /api/v1/customers/{customer}/merge
        POST   /api/v1/customers/{customer}/rename
        POST   /api/v1/imports
        POST   /api/v1/imports/{number}/cancel
        POST   /api/v1/imports/{number}/dry-run
        POST   /api/v1/imports/{number}/go
        POST   /api/v1/preferences
    """,
    Scope.MAIL: """
        POST   /api/v1/customers/{customer}/links
        POST   /api/v1/customers/{customer}/links/{link}/void
        POST   /api/v1/mail
        POST   /api/v1/mail/switch
    """,
    Scope.PEOPLE: """
        POST   /api/v1/absences
        PATCH  /api/v1/absences/{number}
        DELETE /api/v1/absences/{number}
        POST   /api/v1/hand-overs
        PUT    /api/v1/people/{address}
    """,
}
ADDRESSES: Mapping[tuple[str, str], Scope] = {
    (method, path): scope
    for scope, lines in _ADDRESSES.items()
    for method, path in (line.split() for line in lines.strip().splitlines())
}
"""The scope by method and path, as the routes write it. What is not in it needs all scopes."""

_FACTS: Mapping[Scope, str] = {
    Scope.CUSTOMERS: "contacts map_changed mail_chosen team",
    Scope.MAIL: "message_cancelled message_released message_retried",
    Scope.PEOPLE: "away back handed_over",
}
FACTS: Mapping[str, Scope] = {kind: scope for scope, kinds in _FACTS.items() for kind in kinds.split()}
"""The scope that facts of a kind need, too: what they tell is done elsewhere by an address of that scope."""
