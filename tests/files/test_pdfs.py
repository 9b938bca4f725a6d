"""What a PDF may have in it: nothing that runs, no files, and nothing that nobody can look into."""

from __future__ import annotations

import pytest

from milepost.brand.brand import UNBRANDED
from milepost.files.pdf_check import PdfPart, look_into
from milepost.files.pdf_parts import active_part
from milepost.translations.reader import ENGLISH
from milepost.web.portal.proof import Proof
from milepost.web.portal.proof_pdf import proof_pdf
from tests.files.pdfs import ALERT, WITH_SCRIPT, pdf, written

SCRIPTS = {
    "a script for when it is opened": {"catalog": f"/OpenAction<<{ALERT}>>"},
    "a script behind a reference": {"catalog": "/OpenAction 4 0 R", "more": {4: f"<<{ALERT}>>"}},
    "a script among the names": {
        "catalog": "/Names<</JavaScript<</Names[(a) 4 0 R]>>>>",
        "more": {4: "<</S/JavaScript/JS(1)>>"},
    },
    "a script whose name is written otherwise": {"catalog": "/OpenAction<</S/J#61vaScript/J#53(1)>>"},
    "a script of a page": {"page": f"/AA<</O<<{ALERT}>>>>"},
    "a script of a field": {"page": f"/Annots[<</Subtype/Widget/FT/Tx/AA<</K<<{ALERT}>>>>>>]"},
    "a script that no page leads to": {"more": {4: f"<<{ALERT}>>"}},
    "a program that is started": {"catalog": "/OpenAction<</S/Launch/F(calc.exe)>>"},
    "a form that is sent": {"page": "/Annots[<</Subtype/Widget/A<</S/SubmitForm/F(https://x.example)>>>>]"},
    "a file on a share that is opened": {"page": "/AA<</O<</S/GoToE/F(\\\\\\\\host\\\\share)/D[0/Fit]>>>>"},
    "an address that is opened by itself": {"catalog": "/OpenAction<</S/URI/URI(https://x.example)>>"},
    "an address that a page opens": {"page": "/AA<</O 4 0 R>>", "more": {4: "<</S/URI/URI(https://x.example)>>"}},
    "an address after a jump": {"catalog": "/OpenAction<</S/GoTo/D[0/Fit]/Next[<</S/URI/URI(https://x.example)>>]>>"},
    "a form with a language of its own": {"catalog": "/AcroForm<</XFA 4 0 R>>", "more": {4: "[(template) null]"}},
}
HARMLESS = {
    "nothing else": {},
    "a first page to be shown": {"catalog": "/OpenAction[3 0 R/Fit]"},
    "a jump to it": {"catalog": "/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"},
    "a link to be clicked on": {"page": "/Annots[<</Subtype/Link/A<</S/URI/URI(https://x.example)>>>>]"},
    "a field to be filled in": {"page": "/Annots[<</Subtype/Widget/FT/Tx/T(JavaScript)/V(/Launch)>>]"},
    "a signature": {"catalog": "/AcroForm<</SigFlags 3/Fields[<</FT/Sig/V<</Type/Sig/Contents<00>>>>>]>>"},
}
compressed = pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])


@compressed
@pytest.mark.parametrize("name", SCRIPTS)
def test_what_runs_in_a_pdf_is_found(name: str, *, compressed: bool) -> None:
    data = pdf(**SCRIPTS[name], compressed=compressed)
    assert not compressed or not any(word in data for word in (b"/JS", b"JavaScript", b"Launch", b"/AA", b"OpenAction"))

    assert active_part(data) is PdfPart.SCRIPT


@compressed
@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_shows_something_is_taken(name: str, *, compressed: bool) -> None:
    assert active_part(pdf(**HARMLESS[name], compressed=compressed)) is None


@compressed
def test_a_file_within_is_found(*, compressed: bool) -> None:
    file = {4: "<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>", 5: "null"}
    data = pdf("/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>", more=file, compressed=compressed)
    assert active_part(data) is PdfPart.FILES


def test_a_script_weighs_more_than_a_file() -> None:
    assert active_part(written(WITH_SCRIPT, file=b"MZ")) is PdfPart.SCRIPT


def test_a_stream_that_the_index_does_not_name_is_looked_through() -> None:
    """A damaged index is made anew by programs that show PDFs, and names all streams then."""
    data = pdf(f"/OpenAction<<{ALERT}>>", compressed=True)
    hidden = data.replace(b"/Type/XRef", b"/Type/Xref").partition(b"startxref")[0]
    plain = pdf()
    both = plain.replace(b"%PDF-1.7\n", b"%PDF-1.7\n" + hidden.removeprefix(b"%PDF-1.7\n"))

    assert active_part(both) is PdfPart.SCRIPT


async def test_a_process_of_its_own_says_the_same() -> None:
    assert await look_into(pdf()) is None
    assert await look_into(WITH_SCRIPT) is PdfPart.SCRIPT
    assert await look_into(written(pdf(), file=b"MZ")) is PdfPart.FILES


async def test_a_password_hides_what_is_within() -> None:
    assert await look_into(written(WITH_SCRIPT, password="secret")) is PdfPart.PASSWORD
    assert await look_into(written(WITH_SCRIPT, password="", owner="mine")) is PdfPart.SCRIPT
    assert await look_into(written(pdf(), password="", owner="mine")) is None


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\xff" * 2000, pdf(compressed=True)[:150]])
async def test_what_can_not_be_read_is_not_taken(data: bytes) -> None:
    assert await look_into(data) is PdfPart.UNREADABLE


async def test_what_takes_too_long_is_given_up() -> None:
    assert await look_into(pdf(), seconds=0) is PdfPart.UNREADABLE


async def test_the_document_of_results_may_be_sent_back() -> None:
    data = proof_pdf(Proof("Acme", "March 2, 2026", (), ()), ENGLISH, UNBRANDED)

    assert await look_into(data) is None
