from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost import places
from milepost.customer import Contact, Customer, Mail
from milepost.imports.customer_book import open_rows, read_book
from milepost.imports.layout import COLUMNS
from milepost.imports.row_reader import BookRow
from milepost.imports.rows import Rows, text_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import UnreadableFileError
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.store import customers
from tests.store.book import START

TYPES = {
    "health": AttributeType.NUMBER,
    "renews_on": AttributeType.DATE,
    "vip": AttributeType.FLAG,
    "tier": AttributeType.TEXT,
}
KNOWN = Vocabulary(
    {name: (Attribute(type=kind),) for name, kind in TYPES.items()},
    personas=frozenset({"sponsor", "coordinator", "end_user"}),
    roles=frozenset({"csm", "lead"}),
    segment_attributes={"tier": ("first", "second"), "country": ("second",)},
)
HEADER = "id,name,timezone,country,language,contacts,team,health,renews_on,vip,tier,note\n"


def book(*rows: str):
    """A book with these rows; cells that are left out at their ends are empty."""
    full = (row if '"' in row else row + "," * (HEADER.count(",") - row.count(",")) for row in rows)
    return read_book(HEADER + "".join(f"{row}\n" for row in full), KNOWN)


def only_problem(*rows: str):
    """The one problem of these rows, of which the first is wrong and the others are fine."""
    read = book(*rows, "good,Good,UTC,US")
    assert [customer.id for customer in read.customers] == ["good"]
    (problem,) = read.problems
    return problem


def test_a_row_is_read_in_full():
    read = book(
        'acme,"Acme, Inc.",Europe/Berlin,de,pt_br,'
        '"Sam Poe <sam@acme.example> sponsor+coordinator; Uli <uli@acme.example> end_user",'
        "csm=ana@vendor.example; boss = eve@vendor.example ,75,2027-03-01,yes,007,any text",
    )
    assert read.problems == ()
    assert read.customers == (
        Customer(
            "acme",
            "Acme, Inc.",
            "Europe/Berlin",
            "DE",
            "pt-BR",
            {"health": 75, "renews_on": "2027-03-01", "vip": True, "tier": "007", "note": "any text"},
            (
                Contact("Sam Poe", "sam@acme.example", ("sponsor", "coordinator")),
                Contact("Uli", "uli@acme.example", ("end_user",)),
            ),
            {"csm": "ana@vendor.example", "boss": "eve@vendor.example"},
        ),
    )


def test_what_is_left_empty_is_not_given():
    (customer,) = book("acme").customers
    assert customer == Customer("acme", "acme", "UTC")


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (",No id,UTC,US", "id", "no id"),
        ("a/b,X,UTC,US", "id", "letters, digits"),
        ("sam@acme.example,X,UTC,US", "id", "letters, digits"),
        ("x,X,Europe/Berln,US", "timezone", "Did you mean 'Europe/Berlin'?"),
        ("x,X,berlin,US", "timezone", "Did you mean 'Europe/Berlin'?"),
        ("x,X,Factory,US", "timezone", "Unknown time zone 'Factory'"),
        ("x,X,UTC,Germany", "country", "Did you mean 'DE'?"),
        ("x,X,UTC,UK", "country", "Did you mean 'GB'?"),
        ("x,X,UTC,XX", "country", "Unknown country 'XX'"),
        ("x,X,UTC,GB-EN", "country", "Did you mean 'GB-ENG'?"),
        ("x,X,UTC,PL-MZ", "country", "Did you mean 'PL'?"),
        ("x,X,UTC,US,German", "language", "'de'"),
        ("x,X,UTC,US,,Sam sam@acme.example", "contacts", "Name <email>"),
        ("x,X,UTC,US,,Sam <sam@acme> sponsor", "contacts", "'sam@acme' isn't a mail address"),
        ("x,X,UTC,US,,Sam <sam@acme.example> the sponsor", "contacts", "isn't a persona"),
        ("x,X,UTC,US,,,ana@vendor.example", "team", "role=email"),
        ("x,X,UTC,US,,,csm=ana", "team", "'ana' isn't a mail address"),
        ("x,X,UTC,US,,,csm=a@v.example;csm=b@v.example", "team", "given twice"),
        ("x,X,UTC,US,,Sam <sam@acme.example> sponser", "contacts", "'sponser'; did you mean 'sponsor'?"),
        ("x,X,UTC,US,,,cms=a@v.example", "team", "No map has a role 'cms'; did you mean 'csm'?"),
        ("x,X,UTC,US,,,,high", "health", "isn't a number"),
        ("x,X,UTC,US,,,,nan", "health", "isn't a number"),
        ("x,X,UTC,US,,,,1_000", "health", "isn't a number"),
        ("x,X,UTC,US,,,,,01.03.2027", "renews_on", "YYYY-MM-DD"),
        ("x,X,UTC,US,,,,,2027-02-30", "renews_on", "YYYY-MM-DD"),
        ("x,X,UTC,US,,,,,,perhaps", "vip", "yes or no"),
        ("x,X,UTC,US,,,,,,,,,one,too,many", None, "15 cells for 12 columns"),
        ('x,"X",UTC,US', None, "There are 4 cells for 12 columns, none for 'language', 'contacts', 'team' and 5 more"),
        ('"x"', None, "There is 1 cell for 12 columns"),
        ('x,"X,UTC,US', None, "never closed"),
        ('x,"X" Y,UTC,US', None, "isn't valid CSV"),
        ("x,X\ufffd,UTC,US", "name", "UTF-8"),
        ("x,X\0,UTC,US", "name", "UTF-8"),
    ],
)
def test_a_wrong_row_is_refused_with_row_and_column_and_the_others_are_taken(row, column, says):
    problem = only_problem(row)
    assert (problem.row, problem.column) == (2, column)
    assert says in problem.message


def test_everything_that_is_wrong_with_a_row_is_reported_at_once():
    read = book("good,Good,UTC,US", ",X,Mars/Olympus,XX,,,,many")
    assert [(problem.row, problem.column) for problem in read.problems] == [
        (3, "id"), (3, "timezone"), (3, "country"), (3, "health"),
    ]  # fmt: skip
    assert (read.rows, read.refused) == (2, 1)
    assert str(read.problems[0]).startswith("row 3, column id: ")


def test_an_id_that_comes_twice_is_taken_once():
    read = book("x,First,UTC,US", "y,Other,UTC,US", "x,Second,UTC,US")
    assert [customer.name for customer in read.customers] == ["First", "Other"]
    (problem,) = read.problems
    assert (problem.row, problem.column) == (4, "id")
    assert "row 2" in problem.message


def test_a_row_with_bytes_that_are_no_utf8_is_refused_and_the_others_are_taken():
    read = read_book(b"\xef\xbb\xbfid,name\nx,M\xfcller\ny,M\xc3\xbcller\n")
    assert [(customer.id, customer.name) for customer in read.customers] == [("y", "Müller")]
    assert [(problem.row, problem.column) for problem in read.problems] == [(2, "name")]


def test_files_of_other_spreadsheets_are_read():
    expected = (Customer("x", "a;b\nc", "UTC"),)
    for data in (
        b'id;name\r\nx;"a;b\r\nc"\r\n',
        'id\tname\nx\t"a;b\nc"\n\n \t \n'.encode("utf-16"),
        '\ufeffid,name\rx,"a;b\rc"\r'.encode(),
    ):
        assert read_book(data).customers == expected


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (b"", "id"),
        (b"\n\n", "id"),
        (b"name,country\nX,US\n", "id"),
        (b"id,name,name\nx,X,X\n", "name"),
        (b'"id,name\nx,X\n', None),
    ],
)
def test_a_file_whose_header_cannot_be_used_is_refused_whole(data, column):
    read = read_book(data)
    assert (read.customers, len(read.problems)) == ((), 1)
    assert read.problems[0].column == column


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail(data):
    with suppress(UnreadableFileError):
        assert read_book(data).refused >= 0


ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


@given(
    st.lists(
        st.tuples(
            ids,
            st.text(
                st.characters(codec="utf-8", exclude_characters="\0\ufffd\r", exclude_categories=["Cs"]), max_size=30
            ),
            st.sampled_from(sorted(places.timezones())),
            st.sampled_from(sorted(places.countries())),
        ),
        max_size=8,
        unique_by=lambda row: row[0],
    )
)
def test_whatever_is_quoted_is_read_back(rows):
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    read = read_book("\n".join(["id,name,timezone,country", *lines]).encode())
    assert read.problems == ()
    assert [(c.id, c.name, c.timezone, c.country) for c in read.customers] == [
        (row[0], row[1].strip() or row[0], row[2], row[3]) for row in rows
    ]


async def test_what_was_read_can_be_saved(store):
    read = book("acme,Acme,Europe/Berlin,DE,de,Sam <sam@acme.example> sponsor,csm=ana@vendor.example,75", "beta")
    async with store.transaction() as session:
        assert await customers.save(session, read.customers, START) == (2, 0)
        assert tuple(await customers.all_customers(session)) == read.customers


def test_the_columns_are_those_that_the_documentation_names():
    assert COLUMNS == ("id", "name", "timezone", "country", "language", "contacts", "team")


def test_a_book_is_read_row_by_row_no_further_than_it_must():
    taken = []

    def lines():
        yield HEADER
        for number in range(100_000):
            taken.append(number)
            yield f"c{number},C,{'Mars' if number == 1 else 'UTC'},,,,,,,,,\n"

    opened = open_rows(Rows(text_rows(lines())), KNOWN)
    first, second = next(opened.rows), next(opened.rows)
    assert opened.columns[:2] == ("id", "name")
    assert isinstance(first, BookRow)
    assert [problem.column for problem in second] == ["timezone"]
    assert len(taken) < 1000


def test_a_book_whose_header_is_wrong_has_no_rows():
    opened = open_rows(Rows(text_rows(["name\n", "Acme\n"])))
    assert [problem.row for problem in opened.problems] == [1]
    assert list(opened.rows) == []


def notes(header: str, *rows: str) -> str:
    read = read_book("\n".join([header, *rows]), KNOWN)
    assert read.problems == ()
    return "\n".join([*read.missing, *read.notes])


def test_columns_that_maps_ask_for_and_the_book_has_not_are_noted():
    sentences = notes("id,name", "x,X")
    assert "The book has no column 'tier', which first and second ask for." in sentences
    assert "The book has no column 'country', which second asks for." in sentences
    assert "1 row has no time zone, and no country: new customers get UTC" in sentences
    assert "no column 'team': nobody is named as csm or lead" in sentences
    assert notes("id,timezone,team,tier,country", "x,UTC,,,") == ""


def test_what_no_map_knows_is_noted_with_how_often_it_comes():
    rows = (f"{each},UTC,Sam <s@a.example> boss,billing=b@v.example,,,x" for each in "abc")
    sentences = notes("id,timezone,contacts,team,tier,country,crm_owner", *rows)
    assert sentences.splitlines() == [
        "No map uses 'crm_owner'.",
        "No map has the persona 'boss', which the book names 3 times; there are coordinator, end_user, sponsor.",
        "No map has the role 'billing', which the book names 3 times; there are csm, lead.",
    ]


@pytest.mark.parametrize(("column", "meant"), [("helth", "health"), ("Tier", "tier"), ("time_zone", "timezone")])
def test_a_column_that_is_nearly_a_known_one_refuses_the_file(column, meant):
    read = read_book(f"id,{column}\nx,1\n", KNOWN)
    assert read.customers == ()
    (problem,) = read.problems
    assert (problem.row, problem.column) == (1, column)
    assert f"did you mean {meant!r}?" in problem.message


def test_without_maps_nothing_is_held_against_a_book():
    read = read_book("id,helth,contacts,team\nx,1,Sam <s@a.example> boss,cms=b@v.example\n")
    assert (len(read.customers), read.problems, read.notes) == (1, (), ())


def health_of(*cells: str) -> list[float | str]:
    """The number in each row, or why the row was refused."""
    rows = "\n".join(f"c{number};{cell}" for number, cell in enumerate(cells))
    read = read_book(f"id;health\n{rows}\n", KNOWN)
    refused = {problem.row - 2: problem.message for problem in read.problems}
    numbers = iter(customer.attributes["health"] for customer in read.customers)
    return [refused[number] if number in refused else next(numbers) for number in range(len(cells))]


def test_the_numbers_of_a_book_show_how_it_writes_them():
    assert health_of("1.234", "12", "1.234,50") == [1234, 12, 1234.5]
    assert health_of("1.234", "12", "0.5") == [1.234, 12, 0.5]
    assert health_of("1,234", "1,234,567") == [1234, 1234567]


def test_a_number_with_two_readings_is_refused_where_the_book_does_not_show_how_it_writes_numbers():
    first, second = health_of("1.234", "12")
    assert first == "'1.234' can be read as 1234 or as 1.234. Write 1234 or 1.2340."
    assert second == 12
    assert "can be read as" in str(health_of("1.234", "0,5", "0.5")[0])


@pytest.mark.parametrize("day", ["9999-12-31", "1899-12-31", "0001-01-01"])
def test_a_date_far_off_is_refused(day):
    problem = only_problem(f"x,X,UTC,US,,,,,{day}")
    assert (problem.column, "1900 to 2999" in problem.message) == ("renews_on", True)


def test_a_separator_in_a_quoted_heading_does_not_count():
    read = read_book('id;name;"a,b,c,d"\nacme;Acme;x\n')
    assert [customer.attributes for customer in read.customers] == [{"a,b,c,d": "x"}]


@pytest.mark.parametrize("above", ["sep=;\n", "SEP=;\r\n", "\n\nsep=;\n\n", "\n \n"])
def test_lines_above_the_heading_are_skipped(above):
    read = read_book(f"{above}id;name\nacme;Acme\nx/y;X\n")
    assert [customer.name for customer in read.customers] == ["Acme"]
    assert [problem.row for problem in read.problems] == [above.count("\n") + 3]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Sam (Finance) Poe <sam@c.example> sponsor", "Sam (Finance) Poe"),
        ('"""Poe, Sam"" <sam@c.example>"', "Poe, Sam"),
        ("Poe, Sam <sam@c.example>", "Poe, Sam"),
        ("<sam@c.example>", "sam@c.example"),
    ],
)
def test_a_name_is_kept_as_it_is_written(cell, name):
    ((contact,),) = (customer.contacts for customer in read_book(f"id;contacts\nx;{cell}\n").customers)
    assert contact.name == name


def contact_of(cell: str) -> Contact:
    read = read_book(f"id;contacts\nx;{cell}\n")
    assert read.problems == ()
    return read.customers[0].contacts[0]


def test_what_people_want_and_how_they_are_addressed_stands_behind_their_personas():
    contact = contact_of("Sam Poe <sam@c.example> sponsor+user mail=essential salutation=Dear Dr. Poe first_name=Sam")
    assert contact.personas == ("sponsor", "user")
    assert (contact.mail, contact.salutation, contact.first_name) == (Mail.ESSENTIAL, "Dear Dr. Poe", "Sam")
    assert contact_of("Sam <sam@c.example> mail=none").mail is Mail.NONE


def test_a_setting_of_mail_that_there_is_not_is_refused():
    (problem,) = read_book("id;contacts\nx;Sam <sam@c.example> sponsor mail=some\n").problems
    assert "'some' isn't a setting of 'mail'; write all, essential or none" in problem.message
