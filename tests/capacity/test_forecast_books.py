"""`milepost forecast` of books as companies have them: with columns of their own, and customers who are under way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.capacity.test_forecast_command import ACME, HEADER, Forecast, book, forecast, lines

__all__ = ["book", "forecast"]  # fixtures


def test_a_mapping_says_what_the_columns_of_a_book_mean(forecast: Forecast, book: Callable[..., Path]) -> None:
    path = book("acme;US;America/New_York;big;time;Onboarding\n", header="Key;Land;Zone;Size;Bought for;Phase\n")
    mapping = path.with_name("ours.yaml")
    mapping.write_text(
        "mapping: Ours\nseparator: ';'\ncolumns:\n  Key: id\n  Land: country\n  Zone: timezone\n"
        "  Size: {to: attributes.tier, values: {big: enterprise}}\n"
        "  Bought for: {to: attributes.goal, values: {time: save_time}}\n"
        "  Phase: {to: enters.stage, values: {Onboarding: onboarding}}\n"
    )
    first = lines(forecast("--customers", path, "--mapping", mapping, "--json"))[0]
    assert (first["customers"], first["unmatched"]) == (1, 0)
    wrong = forecast("--customers", path, "--mapping", "hubspt")
    assert wrong.exit_code == 1
    assert "did you mean 'hubspot'?" in wrong.output


def test_customers_who_are_under_way_have_the_work_that_is_left_of_them(
    forecast: Forecast, book: Callable[..., Path]
) -> None:
    def stages(path: Path) -> set[str]:
        return {
            line["id"]
            for line in lines(forecast("--customers", path, "--json"))
            if line["kind"] == "hours_by_place" and line["in"] == "stage"
        }

    assert "onboarding" in stages(book(ACME))
    midway = stages(book(ACME.rstrip() + ",value\n", header=HEADER.rstrip() + ",enters.stage\n"))
    assert "value" in midway
    assert "onboarding" not in midway
