"""Why somebody could not sign in with the provider. Messages are for them; `why` is for the log, without secrets."""

from __future__ import annotations

from typing import ClassVar

from milepost.errors import MilepostError

_FOR_OPERATORS = "If it lasts, whoever runs Milepost finds out more with `milepost doctor`."


class OidcError(MilepostError):
    """Signing in with the provider failed. `heading` says so in short; `why` is a reason for the log."""

    code: ClassVar[str] = "oidc"
    heading: ClassVar[str] = "You aren't signed in"

    def __init__(self, message: str, hint: str, why: str = "") -> None:
        self.why = why
        super().__init__(message, hint)


class ProviderUnreachableError(OidcError):
    """The provider doesn't answer, or answers that it can't."""

    code = "provider_unreachable"

    def __init__(self, provider: str, why: str) -> None:
        message = f"{provider} can't be reached right now: {why}."
        super().__init__(message, f"Try again in a few minutes. {_FOR_OPERATORS}", why)


class ProviderUnusableError(OidcError):
    """What the provider answers isn't what the standard says, or isn't for the issuer in the settings."""

    code = "provider_unusable"

    def __init__(self, provider: str, why: str) -> None:
        message = f"{provider} answered something that can't be used: {why}."
        super().__init__(message, f"Whoever runs Milepost should look at MILEPOST_OIDC_ISSUER. {_FOR_OPERATORS}", why)


class ClientRefusedError(OidcError):
    """The provider doesn't know Milepost by its id and secret, or doesn't take the address to return to."""

    code = "client_refused"

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(
            f"{provider} doesn't accept Milepost: {why}.",
            "Whoever runs Milepost should compare MILEPOST_OIDC_CLIENT_ID, MILEPOST_OIDC_CLIENT_SECRET and "
            "MILEPOST_BASE_URL with what is registered there.",
            why,
        )


class CancelledError(OidcError):
    """Somebody didn't want to, or the provider doesn't let them."""

    code = "sign_in_cancelled"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"Signing in at {provider} was cancelled, or {provider} doesn't let you use Milepost.",
            "Try again. If you didn't cancel it, ask whoever looks after your account there.",
            "access_denied",
        )


class NotBegunHereError(OidcError):
    """An answer that no sign-in of this browser waits for: forged, used, too old, or without the cookie."""

    code = "sign_in_not_begun_here"

    def __init__(self, why: str) -> None:
        super().__init__(
            "This sign-in wasn't begun in this browser in the last ten minutes, or was used already.",
            "Sign in again from here. If that leads back to this page, allow cookies for Milepost.",
            why,
        )


class UntrueAnswerError(OidcError):
    """The provider's token isn't what was asked for: not signed by it, for somebody else, or of another sign-in."""

    code = "sign_in_untrue"

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(
            f"What came as an answer of {provider} isn't one to this sign-in: {why}.",
            f"Sign in again. {_FOR_OPERATORS}",
            why,
        )


class ClocksDifferError(OidcError):
    """The provider's token is of another time."""

    code = "clocks_differ"

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(
            f"The answer of {provider} is of another time: the clock of this server and that of {provider} differ.",
            "Sign in again. If it lasts, whoever runs Milepost should set the server's clock by a time server.",
            why,
        )


class NoAddressError(OidcError):
    """The provider didn't tell a mail address, or one that could be taken for another."""

    code = "no_address"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"{provider} doesn't tell a mail address of yours that can be used; Milepost knows colleagues by it.",
            "Whoever looks after your account there should enter one. If everybody sees this page, the scope `email` "
            "is missing.",
            "the claim email is missing or can't be used",
        )


class UnverifiedAddressError(OidcError):
    """The provider doesn't say that the address is the person's own."""

    code = "address_not_verified"

    def __init__(self, provider: str, address: str) -> None:
        super().__init__(
            f"{provider} doesn't say that {address} was verified, so it may be somebody else's.",
            "Verify the address at your account there, then sign in again. If everybody sees this page, whoever runs "
            "Milepost finds in docs/people.md what to do.",
            "email_verified isn't true",
        )


class ForeignDomainError(OidcError):
    """The address is of a domain that isn't let in."""

    code = "foreign_domain"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} is no address of the company that runs this Milepost.",
            "Sign in with your account at work. If that was it, whoever runs Milepost should look at "
            "MILEPOST_OIDC_DOMAINS.",
            "the domain isn't in MILEPOST_OIDC_DOMAINS",
        )


class HasLeftError(OidcError):
    """The person is no colleague any more."""

    code = "has_left"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} belongs to somebody who has left, and can't sign in.",
            "If that is wrong, an admin can say so on the page People.",
            "they have left",
        )
