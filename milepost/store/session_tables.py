"""The tables of who has signed in, and of the links to sign in with. Secrets are kept as digests alone."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class SessionRow(Base):
    """A browser in which a colleague has signed in. Instants are of the wall clock.

    `digest` is that of the cookie; `way` is how they came in, a `sessions.Way`.
    """

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(index=True)
    way: Mapped[str]
    began_at: Mapped[At]
    seen_at: Mapped[At] = mapped_column(doc="the last request, give or take five minutes")


class SignInLinkRow(Base):
    """A link that signs its colleague in, once; the row goes when it is used. Instants are of the wall clock.

    `digest` is that of the link's secret; `address` is empty for whoever runs Milepost; `way` is how the link reaches
    them, a `sessions.Way`.
    """

    __tablename__ = "sign_in_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(index=True)
    way: Mapped[str]
    created_at: Mapped[At]
    expires_at: Mapped[At]
