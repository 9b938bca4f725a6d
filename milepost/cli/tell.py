"""`milepost tell`: tells a journey what happened."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say
from milepost.cli.support.typed_facts import EXAMPLES, fact_of, number_or_text
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.acknowledgement import Acknowledgement, acknowledgement_of
from milepost.intake.facts import FactReceipt, FactStatus
from milepost.intake.intake import Intake

Text = str | None


async def tell(
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
    person: Annotated[Text, typer.Option(metavar="EMAIL", help="The colleague that a task is for.")] = None,
    effort: Annotated[Text, typer.Option(help="How long a task takes, such as '30 minutes'.")] = None,
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
        "verdict": verdict, "value": number_or_text(value), "comment": comment, "method": method, "why": why,
        "id": fact_id, "by": by, "due": due, "role": role, "person": person, "effort": effort,
    }  # fmt: skip
    if kind == "answer" and method is None:
        more["method"] = "recorded"
    async with open_intake(settings_of(context)) as opened:
        receipt, answer = await _record(opened.intake, customer, kind, words or [], more)
    if as_json:
        print_json(_to_json(customer, receipt, answer))
    else:
        _print(customer, receipt, answer)


async def _record(
    intake: Intake, customer: str, kind: str, words: list[str], more: dict[str, Any]
) -> tuple[FactReceipt, Acknowledgement | None]:
    vocabulary = Vocabulary.of(await intake.context.compiled_maps.current())
    fact = fact_of(kind, words, more, vocabulary.types, vocabulary.asks)
    receipt = await intake.record_fact(customer, fact, source="cli")
    if not receipt.delivered:
        return receipt, None
    return receipt, await acknowledgement_of(intake.context.store, customer, receipt.fact_id)


def _print(customer: str, receipt: FactReceipt, answer: Acknowledgement | None) -> None:
    for warning in receipt.warnings:
        say(f"Warning: {warning}")
    if not receipt.delivered:
        say(receipt.message)
        if receipt.status == FactStatus.PENDING:
            say("There is nothing to repeat.")
        return
    if answer is None:
        say("Recorded and delivered. The journey hasn't said yet whether that changes anything.")
    elif answer.ignored:
        say(f"Recorded, but it changed nothing: {answer.ignored}.")
    else:
        say("Recorded; the journey has taken it in.")
    say(f"Next: `milepost show {customer}`.")


tell.__doc__ = (
    inspect.cleandoc(tell.__doc__ or "") + "\n" + "".join(f"\n- `{example}`" for example in EXAMPLES.values())
)


def _to_json(customer: str, receipt: FactReceipt, answer: Acknowledgement | None) -> dict[str, Any]:
    return {
        "customer": customer,
        "fact": receipt.fact_id,
        "new": receipt.new,
        "delivered": receipt.delivered,
        "counted": receipt.counted,
        "became": receipt.status,
        "message": receipt.message,
        "taken_in": answer is not None,
        "ignored": answer.ignored if answer else None,
        **({"warnings": list(receipt.warnings)} if receipt.warnings else {}),
    }
