"""A real provider of identities on loopback, Canaille, with people, groups and Milepost as a client."""

from __future__ import annotations

import threading
from functools import cache
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from joserfc.jwk import RSAKey
from pydantic import SecretStr

from tests.ports import free_port

SECRET = "client-secret-of-milepost"
PASSWORD = "correct horse battery"
UNVERIFIED, UNTOLD = "unverified", "untold"
"""How the addresses begin of which the provider says that they aren't verified, and says nothing."""
_VERIFIED = (
    "{% if not user.preferred_email.startswith('untold') %}"
    "{{ not user.preferred_email.startswith('unverified') }}{% endif %}"
)


class _ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class IdentityProvider:
    """One provider, with its own pages to sign in and to consent."""

    def __init__(self) -> None:
        import pytest_iam  # noqa: PLC0415 - it takes a second, which most tests needn't wait for
        from canaille import create_app  # noqa: PLC0415
        from canaille.backends import Backend  # noqa: PLC0415

        port = free_port()
        key = RSAKey.generate_key(2048)
        key.ensure_kid()
        app = create_app(config=_config(port, key), env_file=None)
        app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]["EMAIL_VERIFIED"] = _VERIFIED
        self.server = pytest_iam.Server(app, port, Backend.instance)
        self.server.httpd.server_close()  # it answers one after the other, and browsers open connections in advance
        self.server.httpd = make_server("localhost", port, app, _ThreadingServer, _QuietHandler)
        self.issuer = f"http://localhost:{port}"
        threading.Thread(target=self.server.httpd.serve_forever, daemon=True).start()

    def register(self, links_begin_with: str) -> dict[str, Any]:
        """Makes Milepost at that address a client; returns its settings."""
        client_id = f"milepost at {links_begin_with}"
        with self.server.app.app_context():
            client = self.server.models.Client(
                client_id=client_id,
                client_secret=SECRET,
                client_name="Milepost",
                redirect_uris=[f"{links_begin_with}/sign-in/oidc/return"],
                post_logout_redirect_uris=[f"{links_begin_with}/sign-in"],
                grant_types=["authorization_code"],
                response_types=["code"],
                scope=["openid", "email", "profile", "groups"],
                token_endpoint_auth_method="client_secret_post",
            )
            self.server.backend.save(client)
            client.audience = [client]
            self.server.backend.save(client)
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": client_id,
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_name": "Vendor accounts",
            "oidc_scopes": "openid email profile groups",
        }

    def person(self, address: str, name: str, *, groups: tuple[str, ...] = ()) -> Any:
        """Gives somebody an account."""
        user = self.server.random_user(
            user_name=address,
            emails=[address],
            formatted_name=name,
            password=PASSWORD,
            preferred_language="en",
            groups=[],
        )
        for group in groups:
            self.server.random_group(display_name=group, members=[user])
        return user

    def signs_in(self, user: Any) -> None:
        """Lets somebody be signed in at the provider, who has agreed that Milepost may know them; None: nobody is."""
        self.server.logged_user = user
        if user is not None:
            self.server.consent(user)

    def clear(self) -> None:
        """Forgets all people and clients."""
        self.signs_in(None)
        with self.server.app.app_context():
            for model in ("Consent", "Token", "AuthorizationCode", "Group", "User", "Client"):
                for each in self.server.backend.query(getattr(self.server.models, model)):
                    self.server.backend.delete(each)


@cache
def identity_provider() -> IdentityProvider:
    """The provider of this process: Canaille can run once in each."""
    return IdentityProvider()


def _config(port: int, key: RSAKey) -> dict[str, Any]:
    return {
        "TESTING": True,
        "ENV_FILE": None,
        "SECRET_KEY": "s" * 32,
        "WTF_CSRF_ENABLED": False,
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
            "LOGGING": {"version": 1, "disable_existing_loggers": False},
        },
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    }
