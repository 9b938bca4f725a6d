"""Messages and playbooks: Markdown with Jinja2, checked before it is published, rendered for one reader."""

from __future__ import annotations

from milepost.language.templates.checks import check_template
from milepost.language.templates.context import (
    ContactContext,
    CsmContext,
    CustomerContext,
    Link,
    MapContext,
    MessageContext,
    OutcomeContext,
    PlaybookContext,
    StepContext,
    message_context,
    playbook_context,
)
from milepost.language.templates.renderer import Rendered, render_merged, render_message, render_playbook
from milepost.language.templates.source import (
    MessageTemplate,
    TemplateError,
    TemplateProblem,
    parse_message,
    pick_variant,
    variant_language,
)

__all__ = [
    "ContactContext",
    "CsmContext",
    "CustomerContext",
    "Link",
    "MapContext",
    "MessageContext",
    "MessageTemplate",
    "OutcomeContext",
    "PlaybookContext",
    "Rendered",
    "StepContext",
    "TemplateError",
    "TemplateProblem",
    "check_template",
    "message_context",
    "parse_message",
    "pick_variant",
    "playbook_context",
    "render_merged",
    "render_message",
    "render_playbook",
    "variant_language",
]
