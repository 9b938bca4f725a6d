"""Errors of the intake, each with its data: `code` for programs, `message` and `hint` for people."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.imports.customer_checks import FieldProblem
from milepost.planner.fact_errors import RefusedError, UnknownNameError
from milepost.planner.segment_match import MayNotEnter
from milepost.text import listing


class UnknownMapError(UnknownNameError):
    """No published map has this id."""

    code = "unknown_map"


class InvalidCustomerError(RefusedError):
    """A customer's record can't be taken as it is; `problems` names every field that is wrong."""

    code = "invalid_customer"

    def __init__(self, customer: str, problems: Sequence[FieldProblem]) -> None:
        self.customer = customer
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(str(problem) for problem in problems) + ".",
            f"Nothing was saved for customer {customer!r}; correct what is named and send the whole record again.",
        )


class NoOpenJourneyError(RefusedError):
    """The customer has no journey that hasn't ended."""

    code = "no_open_journey"

    def __init__(self, customer: str, obstacle: str | None = None) -> None:
        """`obstacle` says why no journey can begin now; None if one can."""
        self.customer = customer
        self.obstacle = obstacle
        begin = f"None can begin: {obstacle}." if obstacle else f"`milepost enroll {customer}` begins one."
        super().__init__(
            f"Customer {customer!r} has no open journey.", f"{begin} `milepost show {customer}` tells what was."
        )


class EntryRefusedError(RefusedError):
    """The map's `reenter` doesn't let the customer in again, or not yet."""

    code = "entry_refused"

    def __init__(self, customer: str, why: MayNotEnter) -> None:
        self.customer = customer
        self.why = why
        super().__init__(
            f"Customer {customer!r} can't begin another journey: {why}.",
            f"If the last one ended by mistake: `milepost enroll {customer} --again --reason WHY`.",
        )


class NotTheirStepError(RefusedError):
    """A contact may look at this step, and not do it."""

    code = "not_their_step"

    def __init__(self, step: str, address: str, who: str) -> None:
        """`who` is the title of the persona that does it."""
        self.step, self.address = step, address
        super().__init__(
            f"{address} can't do {step!r} or answer it: it is for the {who}.",
            "Ask them to, or ask the person who looks after you.",
        )


class ReasonMissingError(RefusedError):
    """A colleague wants somebody to get more mail again, and doesn't say why."""

    code = "reason_missing"

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"{address} gets less mail so far; more of it takes a reason.",
            "Say how you know that they want it, such as 'asked for it on the phone on 3 March'.",
        )


class InvalidAddressError(RefusedError):
    """It is no mail address."""

    code = "invalid_address"

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"{address!r} isn't a mail address.", "Write it as 'sam@acme.example'.")


class UnknownContactError(RefusedError):
    """The customer has no contact of this address."""

    code = "unknown_contact"

    def __init__(self, customer: str, address: str, contacts: Sequence[str]) -> None:
        self.customer, self.address = customer, address
        hint = f"Its contacts are: {', '.join(contacts)}." if contacts else "It has no contacts; tell some."
        super().__init__(f"Customer {customer!r} has no contact {address!r}.", hint)


class UnknownLinkError(RefusedError):
    """The customer has no link of this id, or for this address."""

    code = "unknown_link"

    def __init__(self, customer: str, link: str) -> None:
        self.customer, self.link = customer, link
        super().__init__(
            f"Customer {customer!r} has no link {link!r}, nor one for that address.",
            f"`milepost links {customer}` lists them.",
        )


class UnknownFileError(RefusedError):
    """The customer has no file of this id."""

    code = "unknown_file"

    def __init__(self, customer: str, file: str) -> None:
        self.customer, self.file = customer, file
        super().__init__(f"Customer {customer!r} has no file {file!r}.", f"`milepost files {customer}` lists them.")


class UnknownColleagueError(UnknownNameError):
    """Nobody with this address is on a team, has a task or owns a map."""

    code = "unknown_colleague"


class UnnamedPersonError(RefusedError):
    """What was told of a colleague can't be taken; `field` names it: `address`, `name`, `role` and so on."""

    code = "unnamed_person"

    def __init__(self, field: str, message: str, hint: str) -> None:
        self.field = field
        super().__init__(message, hint)


class LastAdminError(RefusedError):
    """Nobody would be left who may give roles."""

    code = "last_admin"

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"{address} is the only admin; nothing was changed.", "Give somebody else the role admin first."
        )


class NotTheirCustomersError(RefusedError):
    """Customers that aren't a colleague's can't be handed over by them."""

    code = "not_their_customers"

    def __init__(self, address: str, customers: Sequence[str]) -> None:
        self.address = address
        self.customers = tuple(customers)
        super().__init__(
            f"{address} has nothing of {listing(customers)}.",
            "`milepost show CUSTOMER` shows who has a customer; leave these out.",
        )


class AbsenceRefusedError(RefusedError):
    """An absence can't be as it was told: it overlaps, runs in a circle, or is over."""

    code = "absence_refused"


class ColleagueError(RefusedError):
    """The address is on customers' teams: it can't be forgotten while tasks are given to it."""

    code = "colleague"

    def __init__(self, address: str, customers: Sequence[str]) -> None:
        self.address = address
        self.customers = tuple(customers)
        super().__init__(
            f"{address} is on the team of {listing(customers)}.",
            "Give the roles to somebody else first; then forget the address.",
        )


class MergeRefusedError(RefusedError):
    """Two customers can't be merged as was asked for."""

    code = "merge_refused"


class IdTakenError(RefusedError):
    """A customer has the id that another should get, or had it before."""

    code = "id_taken"

    def __init__(self, customer: str, new_id: str, owner: str) -> None:
        """`owner` is the customer that has the new id, or had it."""
        self.customer, self.new_id, self.owner = customer, new_id, owner
        if owner == customer:
            super().__init__(f"{customer!r} is the customer's id already.", "Name another one.")
            return
        whose = "is another customer's id" if owner == new_id else f"is an earlier id of customer {owner!r}"
        hint = (
            f"If the two are one customer: `milepost merge {customer} {owner} --dry-run` shows what merging would do."
        )
        super().__init__(f"{new_id!r} {whose}.", hint)


class MailRefusedError(RefusedError):
    """Nothing can be done with a message as it stands; `why` ends the sentence that says so."""

    code = "mail_refused"

    def __init__(self, customer: str, message: str, why: str, hint: str | None = None) -> None:
        self.customer, self.message_id, self.why = customer, message, why
        super().__init__(
            f"Nothing was done with {message!r} of customer {customer!r}: {why}.",
            hint or f"`milepost mail --customer {customer}` shows this customer's mail.",
        )


class AbsentColleagueError(RefusedError):
    """The address is that of somebody who is away or stands in: it can't be forgotten before that is over."""

    code = "absent_colleague"

    def __init__(self, address: str, absence: int) -> None:
        self.address, self.absence = address, absence
        super().__init__(
            f"{address} is away, or stands in for somebody (absence {absence}).",
            f"End it first: `milepost away end {absence}`; then forget the address.",
        )


class RolloutRefusedError(RefusedError):
    """A rollout can't be paused, resumed or cancelled as it stands."""

    code = "rollout_refused"

    def __init__(self, number: int, status: str, wish: str) -> None:
        self.number = number
        self.status = status
        super().__init__(
            f"Rollout {number} is {status}, so it can't be {wish}.",
            f"`milepost rollout {number}` shows it; `milepost rollout back {number}` moves its journeys back.",
        )
