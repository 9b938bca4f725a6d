"""The tables. Names are those of the field; instants are whole UTC seconds (`milepost.planner.instants`).

Rows that belong to a journey are written by `milepost.store.advance` alone, in the transaction that takes its facts
from the inbox; what deliveries report is written to their messages.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store import (  # noqa: F401 - all have tables
    absence_tables,
    agreement_tables,
    aliases,
    audit_tables,
    calendar_feed_table,
    candidate_tables,
    desk_message_tables,
    earlier_end_table,
    file_tables,
    form_drafts,
    hand_over_tables,
    import_tables,
    key_tables,
    link_tables,
    list_indexes,
    mail_choice_row,
    mail_tables,
    outcome_tables,
    people,
    rehearsal_tables,
    review_tables,
    saved_view_table,
    session_tables,
    single_rows,
    successors,
    sync_tables,
    undo_tables,
    wall_link_tables,
)
from milepost.store.table_types import LONG, At, Base, OfCustomer, OfJourney, Serial, SortKey

METADATA = Base.metadata
"""Of all tables."""


class CustomerRow(Base):
    """A customer of the book. Some columns mirror attributes, for lists: see `customers.mirrored`."""

    __tablename__ = "customers"
    __table_args__ = list_indexes.CUSTOMERS

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str | None]
    language: Mapped[str | None]
    attributes: Mapped[dict[str, Any]]
    team: Mapped[dict[str, str]]
    health: Mapped[float | None]
    renews_on: Mapped[str | None] = mapped_column(doc="the local date of renewal, `YYYY-MM-DD`")
    contract_value: Mapped[float | None]
    sort_key: Mapped[SortKey] = mapped_column(
        server_default="", doc="what lists are ordered and searched by, see `customers.sort_key`"
    )
    latest_journey: Mapped[str | None] = mapped_column(doc="the id of the latest journey; null: there was none")
    unmatched_why: Mapped[str | None] = mapped_column(
        doc="why no map took the customer; null: one did, or none was tried"
    )
    created_at: Mapped[At]
    updated_at: Mapped[At]


class ContactRow(Base):
    """A person on the customer's side; `position` keeps the order, as the first of a persona is written to."""

    __tablename__ = "contacts"

    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    personas: Mapped[list[str]]
    timezone: Mapped[str | None]
    country: Mapped[str | None]
    language: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    salutation: Mapped[str | None]
    mail: Mapped[str] = mapped_column(server_default="all", doc="all, essential or none")
    address_key: Mapped[str] = mapped_column(
        server_default="", index=True, doc="the address in the form that is compared, see `customer.address_key`"
    )
    refused: Mapped[bool] = mapped_column(server_default=false(), doc="the mail server refused the address for good")


class TeamMemberRow(Base):
    """A colleague on a customer's team, as `CustomerRow.team` says; the address is in lower case."""

    __tablename__ = "team_members"

    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(index=True)


class MapVersionRow(Base):
    """An immutable version of a map: `files` maps relative names to text, `hash` is made of them.

    `current` marks the version that new journeys of the map begin on.
    """

    __tablename__ = "map_versions"
    __table_args__ = (UniqueConstraint("map", "number"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    map: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    files: Mapped[dict[str, str]]
    current: Mapped[bool]
    published_at: Mapped[At]
    published_by: Mapped[str | None]
    why: Mapped[str | None]


class JourneyRow(Base):
    """One customer on one version of one map, with its state.

    The id is `CUSTOMER/NUMBER`; the number counts the customer's journeys. `revision` is the number of the last
    advance, `clock` the instant that it reached. An index holds that a customer has one open journey at the most.
    """

    __tablename__ = "journeys"
    __table_args__ = (
        UniqueConstraint("customer_id", "number"),
        Index(
            "ix_journeys_customer_id_not_ended",
            "customer_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        *list_indexes.JOURNEYS,
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer]
    number: Mapped[int]
    map: Mapped[str] = mapped_column(index=True)
    version: Mapped[str] = mapped_column(ForeignKey("map_versions.hash"))
    status: Mapped[str] = mapped_column(doc="open, paused or ended")
    reason: Mapped[str | None] = mapped_column(doc="why it ended")
    started_at: Mapped[At]
    ended_at: Mapped[At | None]
    wake_at: Mapped[At | None] = mapped_column(doc="when the next thing happens by itself")
    silent_from: Mapped[At | None] = mapped_column(doc="see `planner.silence`; null: nothing is awaited")
    held_messages: Mapped[int] = mapped_column(server_default="0", default=0, doc="messages that are due and held back")
    touched_at: Mapped[At | None] = mapped_column(doc="when the customer was last touched, see `store.last_touches`")
    touched_in: Mapped[str | None] = mapped_column(doc="the id of the journey whose timeline says how")
    touched_seq: Mapped[int | None] = mapped_column(doc="the number of that entry")
    state: Mapped[dict[str, Any]]
    revision: Mapped[int]
    clock: Mapped[At]
    updated_at: Mapped[At]
    blocked_since: Mapped[At | None] = mapped_column(doc="since when it can't be planned; null: it can")
    blocked_why: Mapped[str | None] = mapped_column(doc="the error of the last attempt")
    planned_with: Mapped[str | None] = mapped_column(
        doc="the zones and holidays of its last plan, see `milepost.calendar_data`; null: none was made, or before 0007"
    )


class RolloutRow(Base):
    """Open journeys that move to another version of their map, batch by batch.

    `version` is None for one that moves journeys back to the versions that an earlier one, `back_of`, found them on.
    """

    __tablename__ = "rollouts"

    number: Mapped[Serial]
    map: Mapped[str]
    version: Mapped[str | None] = mapped_column(ForeignKey("map_versions.hash"))
    policy: Mapped[str] = mapped_column(doc="now or next_stage")
    batch: Mapped[int]
    per_minute: Mapped[int] = mapped_column(doc="the most journeys that are told in a minute, on the wall clock")
    status: Mapped[str] = mapped_column(doc="running, paused, cancelling, cancelled or done")
    started_at: Mapped[At]
    ended_at: Mapped[At | None]
    started_by: Mapped[str | None]
    why: Mapped[str | None]
    back_of: Mapped[int | None] = mapped_column(LONG, ForeignKey("rollouts.number"))


class RolloutMoveRow(Base):
    """A journey of a rollout; `why` says why it is parked."""

    __tablename__ = "rollout_moves"
    __table_args__ = (Index(None, "rollout", "status"),)

    rollout: Mapped[int] = mapped_column(LONG, ForeignKey("rollouts.number"), primary_key=True)
    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True, index=True)
    from_version: Mapped[str]
    to_version: Mapped[str]
    status: Mapped[str] = mapped_column(doc="waiting, told, parked or kept")
    why: Mapped[str | None]


class OpenStageRow(Base):
    """A stage that a journey is in, in the order of the map."""

    __tablename__ = "open_stages"
    __table_args__ = list_indexes.OPEN_STAGES

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
    title: Mapped[str]
    opened_at: Mapped[At | None]
    target_at: Mapped[At | None]
    stuck: Mapped[bool]


class OpenPlayRow(Base):
    """A play that runs in a journey; one of kind `risk` is an open risk on the operations page."""

    __tablename__ = "open_plays"
    __table_args__ = (Index(None, "kind", "journey_id"),)

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    play: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    started_at: Mapped[At | None]


class TaskRow(Base):
    """A colleague's task. `person` and `escalated_person` are addresses in lower case; null: the role's team queue."""

    __tablename__ = "tasks"
    __table_args__ = list_indexes.TASKS

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer] = mapped_column(index=True)
    role: Mapped[str]
    person: Mapped[str | None]
    step: Mapped[str | None]
    title: Mapped[str]
    why: Mapped[str | None]
    about: Mapped[str | None] = mapped_column(doc="the subject of a system task")
    invite: Mapped[list[str]] = mapped_column(doc="personas")
    opened_at: Mapped[At]
    due_at: Mapped[At | None]
    agreed_at: Mapped[At | None] = mapped_column(doc="the time of day that people agreed on")
    agreed_minutes: Mapped[int | None] = mapped_column(doc="how long it takes from then")
    urgency: Mapped[At] = mapped_column(server_default="0", doc="orders open tasks, see `advance_tasks.urgency`")
    escalated_to: Mapped[str | None] = mapped_column(doc="the role that a late task was given to as well")
    escalated_person: Mapped[str | None]
    results: Mapped[list[str]]
    playbook: Mapped[str | None]
    effort_minutes: Mapped[int | None]
    status: Mapped[str] = mapped_column(doc="open, done, skipped or withdrawn")
    closed_at: Mapped[At | None]
    elsewhere: Mapped[str | None] = mapped_column(doc="the kind of a customer's request that was for others")
    opened_revision: Mapped[int]
    closed_revision: Mapped[int | None]


class MessageRow(Base):
    """A message to a customer's contact, and its delivery.

    `version` is the map version that ordered it: its template lies there, wherever the journey has moved to since.
    `status`: queued, sent, failed or cancelled; `cause` is the kind of failure, `last_error` its words. The rendered
    parts (`subject`, `text`, `html`) are kept from the first attempt on, so that every attempt sends the same.
    """

    __tablename__ = "messages"
    __table_args__ = list_indexes.MESSAGES

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer]
    version: Mapped[str] = mapped_column(ForeignKey("map_versions.hash"))
    revision: Mapped[int]
    at: Mapped[At]
    reason: Mapped[str]
    template: Mapped[str]
    persona: Mapped[str]
    contact: Mapped[str]
    steps: Mapped[list[str]]
    templates: Mapped[list[str]]
    subject: Mapped[str | None]
    text: Mapped[str | None]
    html: Mapped[str | None]
    status: Mapped[str]
    attempts: Mapped[int]
    last_error: Mapped[str | None]
    tried_at: Mapped[At | None]
    sent_at: Mapped[At | None]
    not_before: Mapped[At | None] = mapped_column(
        doc="until when what brought it about can be undone; a delivery that begins after that sets it to null"
    )
    link: Mapped[str | None] = mapped_column(doc="the id of the link in its words; null: not written, or before 0017")
    channel: Mapped[str | None]
    cause: Mapped[str | None]
    retries: Mapped[int] = mapped_column(server_default="0", doc="how often people sent it again after it had failed")
    released: Mapped[bool] = mapped_column(server_default=false(), doc="a person looked at it before it went")
    hold: Mapped[int] = mapped_column(server_default="0", doc="how many holds that person overruled")
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), doc="see `CalendarEntry`")
    channel_id: Mapped[str | None] = mapped_column(doc="the id by which the channel knows the message")
    reply_key: Mapped[str | None] = mapped_column(doc="what is in the address that replies go to; null: there was none")


class FactRow(Base):
    """A fact as it was received; `data` is its JSON form, `serial` the order in which facts arrived.

    `status`: pending (not delivered to the journey yet), delivered, kept (there was no journey), or undone.
    """

    __tablename__ = "facts"
    __table_args__ = list_indexes.FACTS

    serial: Mapped[Serial]
    customer_id: Mapped[OfCustomer]
    id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[At]
    received_at: Mapped[At]
    told_by: Mapped[str | None]
    source: Mapped[str]
    data: Mapped[dict[str, Any]]
    status: Mapped[str]
    journey_id: Mapped[str | None] = mapped_column(ForeignKey("journeys.id", ondelete="SET NULL"))
    revision: Mapped[int | None] = mapped_column(doc="the journey's advance that took it in")


class EventCountRow(Base):
    """Product events that no map asks for: how many of each name a customer had on a UTC day (`YYYY-MM-DD`)."""

    __tablename__ = "event_counts"

    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class TimelineRow(Base):
    """One entry of a journey's timeline; `data` holds the fields of its kind.

    `serial` orders the entries of all journeys as they were written.
    """

    __tablename__ = "timeline"
    __table_args__ = (UniqueConstraint("journey_id", "seq"), {"sqlite_autoincrement": True})

    serial: Mapped[Serial]
    journey_id: Mapped[OfJourney]
    seq: Mapped[int]
    at: Mapped[At]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
