"""Signing in by OpenID Connect: what is asked of a provider of identities, and what of its answers is believed.

Begin with `provider.Provider`. Nothing here knows the database or the pages; who gets in is decided in
`intake/oidc_people.py`, and the way through the browser is in `web/sign_in_oidc.py`.
"""
