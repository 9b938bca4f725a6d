"""What the audit tells: the kinds of changes that stand on no customer's timeline."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What somebody did."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_LINK_MADE = "sign_in_link_made"
    PERSON_CHANGED = "person_changed"
    PERSON_LEFT = "person_left"
    PERSON_RETURNED = "person_returned"
    KEY_MADE = "key_made"
    KEY_ENDED = "key_ended"
    MAIL_SWITCHED = "mail_switched"
    MAP_PUBLISHED = "map_published"
    WALL_LINK_MADE = "wall_link_made"
    WALL_LINK_ENDED = "wall_link_ended"
    ROLLOUT_STARTED = "rollout_started"
    ROLLOUT_CHANGED = "rollout_changed"
    IMPORT_STARTED = "import_started"
    IMPORT_CANCELLED = "import_cancelled"
    CUSTOMER_FORGOTTEN = "customer_forgotten"
    PERSON_FORGOTTEN = "person_forgotten"
