"""`milepost tell`: tells a journey what happened."""

from __future__ import annotations

import inspect
import uuid
from typing import Annotated, Any

import typer

from milepost.cli.support.output import AsJson, print_json, say
from milepost.cli.support.running_web import ask_running_web
from milepost.intake.fact_examples import EXAMPLES

Text = str | None


def tell(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    kind: Annotated[str, typer.Argument(metavar="FACT", help="What happened; see above.")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS...", help="What it is about, and details.")
    ] = None,
    *,
    context: typer.Context,
    result: Annotated[Text, typer.Option(help="The result that a task ended with.")] = None,
    note: Annotated[Text, typer.Option(help="What is worth remembering about it.")] = None,
    about: Annotated[Text, typer.Option(help="The step, or the address of the person, that a note is about.")] = None,
    due: Annotated[Text, typer.Option(help="When a task is due: a date, or a duration.")] = None,
    role: Annotated[Text, typer.Option(help="The role that a task is for.")] = None,
    person: Annotated[
        Text, typer.Option(metavar="EMAIL", help="The colleague that a task is for, or who does a step.")
    ] = None,
    effort: Annotated[Text, typer.Option(help="How long a task takes, such as '30 minutes'.")] = None,
    internal: Annotated[bool | None, typer.Option("--internal", help="The customer's plan leaves a task out.")] = None,
    evidence: Annotated[Text, typer.Option(help="What proves it.")] = None,
    reason: Annotated[Text, typer.Option(help="Why.")] = None,
    until: Annotated[Text, typer.Option(metavar="DATE", help="The day until which a step is snoozed.")] = None,
    verdict: Annotated[Text, typer.Option(help="verified, partial or disputed.")] = None,
    value: Annotated[Text, typer.Option(help="The value that an outcome has reached.")] = None,
    comment: Annotated[Text, typer.Option(help="What the customer said about an outcome.")] = None,
    method: Annotated[Text, typer.Option(help="How an answer was given: recorded, portal or product.")] = None,
    why: Annotated[Text, typer.Option(help="Why a message failed.")] = None,
    by: Annotated[Text, typer.Option(metavar="EMAIL", help="Who reports it.")] = None,
    fact_id: Annotated[
        Text, typer.Option("--id", metavar="ID", help="The fact's id: sent again with the same id, it changes nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell a customer's journey what happened. It takes effect now.

    If the journey is running, the command waits a moment for it to say whether that changed anything. If Temporal is
    away, the fact is recorded and delivered later. FACT and WORDS are one of:
    """
    more: dict[str, Any] = {
        "result": result, "note": note, "about": about, "evidence": evidence, "reason": reason, "until": until,
        "verdict": verdict, "value": value, "comment": comment, "method": method, "why": why, "by": by, "due": due,
        "id": fact_id or uuid.uuid4().hex, "role": role, "person": person, "effort": effort, "internal": internal,
    }  # fmt: skip
    if kind == "answer" and method is None:
        more["method"] = "recorded"
    typed = {"customer": customer, "kind": kind, "words": words or [], "options": more}
    told = ask_running_web(context, "/api/v1/typed-facts", typed) or _tell_here(context, typed)
    if as_json:
        print_json(told)
    else:
        _print(told)


def _tell_here(context: typer.Context, typed: dict[str, Any]) -> dict[str, Any]:
    """Tells it without a running web application. What that takes is loaded only now: it needs seconds."""
    import asyncio  # noqa: PLC0415 - slow to load, and not needed beside a running `milepost up`; so are those below

    from milepost.cli.support.command_settings import settings_of  # noqa: PLC0415 - slow to load
    from milepost.cli.support.intake_access import open_intake  # noqa: PLC0415 - slow to load
    from milepost.intake import typed_facts  # noqa: PLC0415 - slow to load

    async def told() -> dict[str, Any]:
        async with open_intake(settings_of(context)) as opened:
            return await typed_facts.tell(opened.intake, **typed)

    return asyncio.run(told())


def _print(told: dict[str, Any]) -> None:
    for warning in told.get("warnings", ()):
        say(f"Warning: {warning}")
    if not told["delivered"]:
        say(told["message"])
        if told["became"] == "pending":
            say("There is nothing to repeat.")
        return
    if not told["taken_in"]:
        say("Recorded and delivered. The journey hasn't said yet whether that changes anything.")
    elif told["ignored"]:
        say(f"Recorded, but it changed nothing: {told['ignored']}.")
    else:
        say("Recorded; the journey has taken it in.")
    say(f"Next: `milepost show {told['customer']}`.")


tell.__doc__ = (
    inspect.cleandoc(tell.__doc__ or "") + "\n" + "".join(f"\n- `{example}`" for example in EXAMPLES.values())
)
