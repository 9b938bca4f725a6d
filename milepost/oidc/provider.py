"""Speaks with the provider: where to send the browser, and who comes back.

Nothing of it is kept between two requests, so that several processes and restarts don't matter, nor new keys of the
provider.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from milepost.oidc.discovery import PATH, Document, DocumentError, document_of
from milepost.oidc.errors import (
    CancelledError,
    ClientRefusedError,
    NotBegunHereError,
    ProviderUnreachableError,
    ProviderUnusableError,
    UntrueAnswerError,
)
from milepost.oidc.flow import Flow
from milepost.oidc.id_token import verified
from milepost.oidc.identity import merged, wanted
from milepost.settings import Settings

SIGN_IN_PATH = "/sign-in"
RETURN_PATH = "/sign-in/oidc/return"
_PATIENCE = 10.0  # seconds, for each answer
_MOST = 1024 * 1024  # bytes of an answer
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
_NOT_LET_IN = frozenset(
    {"access_denied", "consent_required", "interaction_required", "login_required", "account_selection_required"}
)
_NOT_NOW = frozenset({"server_error", "temporarily_unavailable"})
_PLAIN = re.compile(r"[a-z_]{1,60}")
_NOT_US = ("invalid_client", "unauthorized_client", "redirect_uri_mismatch")


class Provider:
    """The provider of the settings, which name its issuer, and Milepost's id and secret there.

    `back` is the address of ours that it leads browsers back to; it has to know it beforehand.
    """

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        assert settings.oidc_client_secret is not None
        self.name, self.back = settings.oidc_called, settings.links_begin_with + RETURN_PATH
        self._settings = settings
        self._issuer, self._client_id = settings.oidc_issuer, settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value()
        self._tls = httpx.create_ssl_context()  # once: it reads a file of 200 kB

    async def check(self) -> None:
        """Asks the provider what it says about itself, and for its keys.

        Raises:
            ProviderUnreachableError: it doesn't answer.
            ProviderUnusableError: what it says can't be used.
        """
        async with self._client() as client:
            await self._get(client, (await self._document(client)).jwks_uri, "its keys")

    async def address_to_sign_in(self, flow: Flow) -> str:
        """Returns the provider's address for a browser that wants to sign in.

        Raises:
            ProviderUnreachableError: it doesn't answer.
            ProviderUnusableError: what it says can't be used.
        """
        async with self._client() as client:
            document = await self._document(client)
        address: str = prepare_grant_uri(
            document.authorization_endpoint,
            client_id=self._client_id,
            response_type="code",
            redirect_uri=self.back,
            scope=self._settings.oidc_scopes,
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return address

    def code_in(self, answer: Mapping[str, str]) -> str:
        """Returns the code with which the provider leads a browser back, from the query of the address.

        Raises:
            OidcError: there is none, or it is another provider's; the provider's own reason is told if it gives one.
        """
        if answer.get("iss", self._issuer).rstrip("/") != self._issuer.rstrip("/"):
            raise UntrueAnswerError(self.name, "it is another provider's")
        error = answer.get("error")
        if error in _NOT_LET_IN:
            raise CancelledError(self.name)
        if error in _NOT_NOW:
            raise ProviderUnreachableError(self.name, f"it answered {error}")
        if error:
            raise ClientRefusedError(self.name, error if _PLAIN.fullmatch(error) else "it doesn't say why")
        if not answer.get("code"):
            raise UntrueAnswerError(self.name, "it has no code")
        return answer["code"]

    async def claims(self, code: str, flow: Flow, *, now: int) -> dict[str, Any]:
        """Returns what the provider says of whoever came back with a code; `now` is of the wall clock.

        Raises:
            OidcError: it says nothing, or nothing that can be believed.
        """
        async with self._client() as client:
            document = await self._document(client)
            tokens = await self._tokens(client, document, code, flow)
            access_token = tokens.get("access_token")
            claims = verified(
                tokens.get("id_token"),
                keys=await self._get(client, document.jwks_uri, "its keys"),
                document=document,
                client_id=self._client_id,
                nonce=flow.nonce,
                access_token=access_token,
                provider=self.name,
                now=now,
            )
            if document.userinfo_endpoint is None or not access_token or wanted(self._settings) <= claims.keys():
                return claims
            told = await self._get(client, document.userinfo_endpoint, "who you are", access_token)
        if told.get("sub") != claims["sub"]:
            raise UntrueAnswerError(self.name, "it tells of somebody else beside the token")
        return merged(claims, told)

    async def address_to_sign_out(self) -> str | None:
        """Returns the address at which one signs out there; None if the provider has none.

        Raises:
            ProviderUnreachableError: it doesn't answer.
            ProviderUnusableError: what it says can't be used.
        """
        async with self._client() as client:
            endpoint = (await self._document(client)).end_session_endpoint
        if endpoint is None:
            return None
        query = urlencode(
            {"client_id": self._client_id, "post_logout_redirect_uri": self._settings.links_begin_with + SIGN_IN_PATH}
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=_PATIENCE, verify=self._tls, follow_redirects=False)

    async def _document(self, client: httpx.AsyncClient) -> Document:
        address = self._issuer.rstrip("/") + PATH
        try:
            return document_of(await self._get(client, address, "what it says about itself"), self._issuer)
        except DocumentError as error:
            raise ProviderUnusableError(self.name, error.message) from error

    async def _tokens(self, client: httpx.AsyncClient, document: Document, code: str, flow: Flow) -> Mapping[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=self.back, code=code, code_verifier=flow.verifier
        )
        auth = ClientAuth(self._client_id, self._secret, document.client_auth)
        _, headers, content = auth.prepare("POST", document.token_endpoint, dict(_FORM), body)
        status, data = await self._ask(client, "POST", document.token_endpoint, headers=headers, content=content)
        error = data.get("error") if isinstance(data, Mapping) else None
        if error in _NOT_US or (status == httpx.codes.UNAUTHORIZED and error is None):
            raise ClientRefusedError(self.name, str(error or status))
        if error == "invalid_grant":
            raise NotBegunHereError("invalid_grant")
        if not isinstance(data, Mapping) or status != httpx.codes.OK:
            raise ProviderUnusableError(self.name, f"{status} where its token was asked for")
        return data

    async def _get(
        self, client: httpx.AsyncClient, address: str, what: str, token: str | None = None
    ) -> Mapping[str, Any]:
        headers = {"accept": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        status, data = await self._ask(client, "GET", address, headers=headers)
        if status != httpx.codes.OK or not isinstance(data, Mapping):
            raise ProviderUnusableError(self.name, f"{status} where {what} was asked for")
        return data

    async def _ask(self, client: httpx.AsyncClient, method: str, address: str, **more: Any) -> tuple[int, Any]:
        """Returns the status of an answer and what it says; None where that isn't JSON.

        Raises:
            ProviderUnreachableError: there is no answer, or the provider says that it can't.
        """
        content = b""
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                client.stream(method, address, **more) as response,
            ):
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > _MOST:
                        raise ProviderUnusableError(self.name, "it answers without an end")
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ProviderUnreachableError(self.name, f"it didn't answer within {_PATIENCE:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderUnreachableError(self.name, f"no connection ({type(error).__name__})") from error
        if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise ProviderUnreachableError(self.name, f"it answered {response.status_code}")
        try:
            return response.status_code, json.loads(content)
        except ValueError:
            return response.status_code, None


def provider_of(settings: Settings) -> Provider | None:
    """Returns the provider of the settings, if they name one."""
    return None if settings.oidc_issuer is None else Provider(settings)
