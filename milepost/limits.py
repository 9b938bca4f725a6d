"""The limits of what comes in from outside, in one place: the API, pages, files of customers and facts keep to them.

They are far above what people and programs need, and low enough that a request, an advance of a journey and a page stay
quick. `docs/operations.md` lists them.
"""

from __future__ import annotations

# Requests
BODY = 1024 * 1024
"""Bytes of a request to the API."""
FORM = 64 * 1024
"""Bytes of a form that a page sends."""
UPLOAD = 20 * 1024 * 1024
"""Bytes of the files of an import together."""
UPLOAD_READ = 5 * UPLOAD
"""Bytes of an upload that are read, though it is refused: who sends it may not listen before all is sent."""
MAP = 5 * 1024 * 1024
"""Bytes of a map's folder as it is sent to a page, packed or not."""
MAP_FILES = 2000
"""Files of a map's folder."""
MAP_TEXTS = 20 * 1024 * 1024
"""Bytes of all its texts together, unpacked."""
INBOUND = 20 * 1024 * 1024
"""Bytes of a mail that comes in."""
MAPPING = 256 * 1024
"""Bytes of a form with a mapping."""
HEADERS = 32 * 1024
"""Bytes of a request's first line and headers, and so of an address with its query."""
RECEIVING = 20
"""Seconds in which a request has to arrive, headers and body."""
UPLOADING = 300
"""Seconds in which an upload has to arrive."""
SENDING = 60
"""Seconds for which a client may leave an answer unread."""
CONNECTIONS = 1000
"""Connections at once, for each web process; further ones are answered with 503."""
FACTS = 1000
"""Facts in one request."""
SYNC_FILE = 256 * 1024 * 1024
"""Bytes of a file of customers that is kept in step."""
POSITION = 10**15
"""The largest position in a list."""
SEARCH = 200
"""Characters that a list is searched for."""

# Values
NAME = 200
"""Characters of an id or a name: of a fact, a step, an attribute, a contact."""
CUSTOMER_ID = 100
ADDRESS = 320
"""Characters of a mail address."""
TEXT = 10_000
"""Characters of a note, reason, comment or piece of evidence."""
VALUE = 2000
"""Characters of a text that is the value of an attribute, an event's property or an outcome."""
NUMBER = 10**20
"""The largest number, and with a minus the smallest."""

# How many
ATTRIBUTES = 200
"""Attributes of a customer, or in one fact."""
CONTACTS = 200
"""Contacts of a customer."""
FILES = 200
"""Uploaded files of a journey."""
PERSONAS = 20
"""Personas of a contact."""
TEAM = 50
"""Roles in a customer's team."""
ASKS = 100
"""Fields of a form."""
STEPS = 200
"""Steps in one agreement."""
MINUTES = 1440
"""Minutes that something takes that people agreed on: a day."""
PROPERTIES = 100
"""Properties of an event."""
VALUES = 1000
"""Values in all properties of an event together, those in lists and objects included."""
NESTING = 5
"""Lists and objects inside each other in a property."""
REFUSED_ROWS = 1000
"""Refused rows that a run of a book in step tells one by one; the rest is counted."""


def is_number(value: float) -> bool:
    """Tells whether a number is finite and not too large."""
    return -NUMBER <= value <= NUMBER
