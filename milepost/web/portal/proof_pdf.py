"""The proof as a document of one or two pages."""

from __future__ import annotations

from dataclasses import astuple

from fpdf import FPDF
from fpdf.recorder import FPDFRecorder

from milepost import fonts
from milepost.brand.brand import Brand
from milepost.translations.reader import Reader
from milepost.web.portal.proof import ConfirmedResult, Proof

_FONT = "document"
_MARGIN, _BAND = 20, 3  # millimetres, as all lengths here
_INK, _SOFT, _GOOD = (29, 36, 33), (85, 96, 90), (28, 107, 52)


def can_be_printed(proof: Proof) -> bool:
    """Tells whether the document's font has every letter of the proof; a browser prints the page with any."""
    parts = [value for each in proof.confirmed for value in astuple(each)]
    parts += [value for each in proof.agreed for value in astuple(each)]
    texts = [proof.customer, proof.today, *(part for part in parts if isinstance(part, str))]
    return all(fonts.is_known("".join(text.split())) for text in texts)


def proof_pdf(proof: Proof, reader: Reader, brand: Brand) -> bytes:
    """Returns the document; it has the name and the colour of the company."""
    pdf = FPDF(format="A4")
    pdf.set_title(f"{reader.gettext('Results')}: {proof.customer}")
    pdf.set_lang(reader.tag)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(True, _MARGIN)  # noqa: FBT003 - the library's own call
    pdf.add_font(_FONT, "", fonts.font_file(bold=False))
    pdf.add_font(_FONT, "B", fonts.font_file(bold=True))
    pdf.add_page()
    main = _rgb(brand.light.main)
    _band(pdf, main)
    _line(pdf, _name(brand) or reader.gettext("Our shared plan"), 11, main, bold=True)
    _line(pdf, proof.customer, 22, bold=True)
    _line(pdf, reader.gettext("What we agreed on, and what of it is there. As of %(day)s.", day=proof.today), 11, _SOFT)
    _heading(pdf, reader.gettext("Confirmed"), main)
    for each in proof.confirmed:
        _result(pdf, each, reader)
    if not proof.confirmed:
        _line(pdf, reader.gettext("Nothing is confirmed yet."), 11)
    if proof.agreed:
        _heading(pdf, reader.gettext("Agreed, and still to come"), main)
    for agreed in proof.agreed:
        with pdf.unbreakable() as whole:
            _line(whole, agreed.statement, 12, bold=True)
            _line(whole, agreed.promise, 10, _SOFT)
            whole.ln(3)
    return bytes(pdf.output())


def _result(pdf: FPDF, result: ConfirmedResult, reader: Reader) -> None:
    with pdf.unbreakable() as whole:
        _line(whole, result.statement, 13, bold=True)
        _line(whole, result.promise, 10, _SOFT)
        verdict = f"{result.verdict}: {result.value}" if result.value else result.verdict
        _line(whole, verdict, 12, _GOOD if result.is_whole else _INK, bold=True)
        _line(whole, who_confirmed(result, reader), 10, _SOFT)
        _line(whole, f"“{result.words}”" if result.words else None, 11)
        whole.ln(5)


def who_confirmed(result: ConfirmedResult, reader: Reader) -> str:
    """Returns by whom and when a result was confirmed; whoever may not be named is the customer."""
    if result.by:
        return reader.gettext("%(who)s, %(day)s", who=result.by, day=result.day)
    return reader.gettext("Said by the customer, %(day)s", day=result.day)


def _name(brand: Brand) -> str | None:
    """Returns the company's name, if the document's font can write it."""
    return brand.name if brand.name and fonts.is_known("".join(brand.name.split())) else None


def _rgb(colour: str) -> tuple[int, int, int]:
    """Returns a colour that is written as `#rrggbb`."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _band(pdf: FPDF, colour: tuple[int, int, int]) -> None:
    """Draws the company's colour across the head of the first page."""
    pdf.set_fill_color(*colour)
    pdf.rect(0, 0, pdf.w, _BAND, style="F")


def _heading(pdf: FPDF, text: str, colour: tuple[int, int, int]) -> None:
    pdf.ln(6)
    _line(pdf, text, 15, colour, bold=True)
    pdf.ln(1)


def _line(
    pdf: FPDF | FPDFRecorder, text: str | None, size: float, colour: tuple[int, int, int] = _INK, *, bold: bool = False
) -> None:
    if text:
        pdf.set_font(_FONT, "B" if bold else "", size)
        pdf.set_text_color(*colour)
        pdf.multi_cell(0, size * 0.48, text, new_x="LMARGIN", new_y="NEXT", align="L")
