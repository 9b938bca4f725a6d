"""Which role each page and form of colleagues needs. What is not listed needs an admin.

`docs/reference/roles.md` is made of it, and a test walks every address as every role.
"""

from __future__ import annotations

from collections.abc import Mapping

from milepost.errors import MilepostError
from milepost.roles import Role

_ADDRESSES: Mapping[Role, str] = {
    Role.COLLEAGUE: """
        GET  /
        GET  /rehearsal
        GET  /demo/clock
        POST /demo/clock
        POST /demo/take-over
        POST /demo/give-back
        GET  /desk
        GET  /desk/queues
        GET  /desk/away
        GET  /desk/calendar
        POST /desk/calendar
        POST /desk/calendar/end
        GET  /desk/not-mine
        POST /desk/not-mine
        GET  /desk/reactive
        GET  /desk/messages
        POST /desk/messages/morning
        POST /desk/messages/chat
        POST /desk/messages/chat/test
        POST /desk/messages/chat/end
        GET  /desk/hand-over
        GET  /desk/hand-over/{number}
        GET  /desk/agreement/{customer}
        GET  /desk/{person}
        GET  /desk/book
        GET  /desk/{person}/book
        GET  /desk/week
        GET  /desk/{person}/week
        GET  /desk/{person}/waiting
        POST /desk/tasks/done
        POST /desk/tasks/files
        POST /desk/tasks/skip
        POST /desk/tasks/snooze
        POST /desk/tasks/hand-over
        POST /desk/tasks/accept
        POST /desk/tasks/answer
        POST /desk/tasks/agree
        POST /desk/undo
        POST /desk/together/done
        POST /desk/together/take
        POST /desk/together/undo
        POST /desk/rows
        POST /desk/reviews/done
        POST /desk/away/{number}/end
        POST /desk/away/{number}/change
        POST /desk/hand-over
        POST /desk/agreement/{customer}
        POST /desk/agreement/{customer}/mail
        GET  /ops/find
        GET  /ops/customers
        GET  /ops/customers.csv
        POST /ops/views
        POST /ops/views/end
        GET  /ops/customers/{customer}
        GET  /ops/customers/{customer}/plan
        GET  /ops/customers/{customer}/plan/{mark}
        GET  /ops/customers/{customer}/plan/{mark}/outcomes/{outcome}
        GET  /ops/customers/{customer}/plan/{mark}/preferences
        POST /ops/customers/{customer}/plan/{mark}/act
        GET  /ops/customers/{customer}/proof
        GET  /ops/customers/{customer}/proof/pdf
        GET  /ops/files/{file}
        GET  /ops/mail/{customer}/{number}/{message:path}
        GET  /ops/maps
        GET  /ops/maps/{map_id}
        GET  /ops/maps/{map_id}/funnel
        GET  /ops/maps/{map_id}/here/{part}/{id}
        GET  /ops/maps/{map_id}/left/{part}/{id}
        GET  /ops/people
        GET  /ops/results
        GET  /ops/results.csv
        POST /ops/customers/{customer}/answer
        POST /ops/customers/{customer}/revoke
        POST /ops/customers/{customer}/play
        POST /ops/customers/{customer}/note
        POST /ops/customers/{customer}/files
        POST /ops/customers/{customer}/task
        POST /ops/customers/{customer}/event
        POST /ops/customers/{customer}/step-done
        POST /ops/customers/{customer}/step-form
        POST /ops/customers/{customer}/task-done
        POST /ops/customers/{customer}/answer-completed
        POST /ops/customers/{customer}/requested
        POST /ops/customers/{customer}/replied
        POST /ops/customers/{customer}/responded
        POST /ops/customers/{customer}/step-skipped
        POST /ops/customers/{customer}/snoozed
        POST /ops/customers/{customer}/agreed
        POST /ops/customers/{customer}/contacts
        POST /ops/customers/{customer}/mail
        POST /ops/customers/{customer}/void-link
        POST /ops/customers/{customer}/share-results
    """,
    Role.MANAGER: """
        GET  /desk/team
        GET  /desk/queues/share
        POST /desk/queues/share
        POST /ops/customers/{customer}/pause
        POST /ops/customers/{customer}/resume
        POST /ops/customers/{customer}/end
        POST /ops/customers/{customer}/set
        POST /ops/customers/{customer}/step-reopened
        POST /ops/customers/{customer}/team
        POST /ops/customers/{customer}/forget-file
    """,
    Role.OPERATIONS: """
        GET  /ops/health
        GET  /ops/mail
        GET  /ops/maps/{map_id}/versions
        GET  /ops/maps/{map_id}/versions/{number}.zip
        POST /ops/maps/{map_id}/versions/{number}/look
        GET  /ops/publish
        POST /ops/publish
        GET  /ops/publish/{number}
        POST /ops/publish/{number}/look
        POST /ops/publish/{number}/publish
        POST /ops/publish/{number}/roll-out
        POST /ops/publish/{number}/discard
        GET  /ops/rollouts/{number}
        GET  /ops/rollouts/{number}/back
        POST /ops/rollouts/{number}/pause
        POST /ops/rollouts/{number}/resume
        POST /ops/rollouts/{number}/cancel
        POST /ops/rollouts/{number}/back
        POST /ops/maps/{map_id}/links
        POST /ops/maps/{map_id}/links/end
        POST /ops/mail/order
        POST /ops/mail/failed
        POST /ops/mail/undo
        POST /ops/mail/switch
        POST /ops/mail/hold-again
        GET  /ops/customers/{customer}/identity
        POST /ops/customers/{customer}/move
        POST /ops/customers/{customer}/enroll
        POST /ops/customers/{customer}/merge
        POST /ops/customers/{customer}/rename
        GET  /ops/imports
        POST /ops/imports
        GET  /ops/imports/{number}
        GET  /ops/imports/{number}/{kind}.csv
        POST /ops/imports/{number}/choose
        POST /ops/imports/{number}/look
        POST /ops/imports/{number}/go
        POST /ops/imports/{number}/cancel
        GET  /ops/rehearsals
        GET  /ops/rehearsals/new
        POST /ops/rehearsals
        GET  /ops/rehearsals/{number}
        POST /ops/rehearsals/{number}/cancel
        GET  /ops/syncs
        POST /ops/syncs/run
        POST /ops/syncs/accept
    """,
    Role.ADMIN: """
        GET  /ops/customers/{customer}/forget
        GET  /ops/customers/{customer}/person.json
        POST /ops/customers/{customer}/forget
        POST /ops/customers/{customer}/forget-person
        GET  /ops/audit
        GET  /ops/keys
        POST /ops/keys
        POST /ops/keys/end
        POST /ops/people
        POST /ops/people/left
    """,
}
DOORS: Mapping[tuple[str, str], Role] = {
    (method, path): role
    for role, lines in _ADDRESSES.items()
    for method, path in (line.split() for line in lines.strip().splitlines())
}
"""The least role by method and path, as the routes write it."""


class NotAllowedError(MilepostError):
    """What was asked for is for others; `heading` says so in short."""

    code = "not_allowed"
    heading = "Not for your role"


class NotForRoleError(NotAllowedError):
    """The page or form is for colleagues who may do more."""

    def __init__(self, address: str, role: Role, needed: Role) -> None:
        super().__init__(
            f"This is for {_PLURALS[needed]}. You are signed in as {address}, whose role is {role}.",
            "Ask an admin for the role, or somebody who has it to do this.",
        )


class NotInBookError(NotAllowedError):
    """It is about a customer or a colleague whom the reader doesn't look after."""

    heading = "Not in your book"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} isn't in your book.",
            "Your book has the customers on whose team you are, or whose tasks are yours or in a queue, and those of "
            "whoever you stand in for; a manager's has the team's. Somebody on the customer's team can help you.",
        )


_PLURALS = {
    Role.COLLEAGUE: "colleagues",
    Role.MANAGER: "managers, operations and admins",
    Role.OPERATIONS: "operations and admins",
    Role.ADMIN: "admins",
}


def needed_for(method: str, path: str) -> Role:
    """Returns the least role that an address needs, by its path as the route writes it."""
    return DOORS.get((method, path), Role.ADMIN)
