"""Mails that come in: read from MIME, told apart, and cut to what their sender wrote. Begin with `mail.read_mail`.

Nothing here knows whose mail it is; `milepost.intake.replies` does.
"""
