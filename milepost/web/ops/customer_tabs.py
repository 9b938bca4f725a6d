"""The addresses of a customer's page: one for each of its tabs, and for the form of what can be done there."""

from __future__ import annotations

from urllib.parse import quote, urlencode

NOW, RESULTS, PEOPLE, HISTORY = "now", "results", "people", "history"
TABS = {NOW: "Now", RESULTS: "Results", PEOPLE: "People", HISTORY: "History"}
"""The tabs with their titles; the page without one shows the first."""


def tab_address(customer: str, tab: str = NOW, **more: str) -> str:
    """Returns the address of a tab; `more` are further parameters, such as the `act` whose form is shown."""
    parameters = {**({} if tab == NOW else {"tab": tab}), **more}
    return f"/ops/customers/{quote(customer)}" + (f"?{urlencode(parameters)}" if parameters else "")
