"""Messages and playbooks: Markdown with Jinja2, checked before it is published, rendered for one reader.

It knows nothing of channels: who gets a mail, and when, is decided elsewhere. Begin with `renderer.py` for one message,
`context.py` for what templates may use, and `checks.py` for what `milepost lint` reports.
"""
