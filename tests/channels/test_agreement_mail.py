"""What was agreed, as its mail has it line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from milepost.channels.agreement_mail import agreement_mail
from milepost.channels.links import MessageLinks
from milepost.explain.agreement import Agreement, FiguresLine, StepLine
from milepost.language.steps import Figures
from milepost.translations.reader import ENGLISH

STEP = StepLine(
    step="set_up", title="Set up", is_ours=True, person=None, who="Ana", is_named=False, is_dated=False, title_of="CSM",
    due=date(2026, 3, 5), time=None, has_guests=False,
)  # fmt: skip
FIGURES = FiguresLine("faster", "Is it faster now?", Figures("hours a week", "h", 40, 10), None, None)


def text_of(*steps: StepLine) -> str:
    agreement = Agreement(steps, (FIGURES,), ())
    mail = agreement_mail(agreement, "Acme", MessageLinks("https://plans.example.com", "m"), ENGLISH, "UTC")
    return mail.text or ""


def test_no_colon_follows_a_title_that_ends_with_a_sign_of_its_own() -> None:
    text = text_of(STEP, replace(STEP, title="Who sets it up?"), replace(STEP, title="Set it up."))
    assert "\n- Set up: Ana, by Thu, Mar 5, 2026\n" in text
    assert "\n- Who sets it up? Ana, by Thu, Mar 5, 2026\n" in text
    assert "\n- Set it up. Ana, by Thu, Mar 5, 2026\n" in text


def test_figures_stand_on_a_line_of_their_own() -> None:
    assert "\n- Is it faster now?\n  hours a week: from 40 to 10 h\n" in text_of(STEP)
