"""Both places for files: a folder, and a bucket of a real server that speaks S3."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from milepost.files.places import FilePlace, FilesUnreachableError, Folder, place_for
from milepost.settings import Settings

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 4096
KEY_ID, SECRET = "testing", "not-a-secret"


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str) -> FilePlace:
    keys = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=s3_server, **keys).create_bucket(Bucket="milepost")
    return place_of(s3_server, "milepost")


def place_of(server: str, name: str) -> FilePlace:
    keys = {"files_s3_key_id": KEY_ID, "files_s3_secret_key": SECRET, "files_s3_region": "us-east-1"}
    return place_for(Settings(files=f"s3://{name}/files", files_s3_endpoint=server, **keys))


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.server)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> FilePlace:
    return Folder(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("bucket")


async def test_a_content_is_kept_until_it_is_deleted(place: FilePlace) -> None:
    assert await place.get("aB3") is None
    await place.delete("aB3")

    await place.put("aB3", b"before")
    await place.put("aB3", CONTENT)
    assert await place.get("aB3") == CONTENT

    await place.delete("aB3")
    await place.delete("aB3")
    assert await place.get("aB3") is None


async def test_files_of_a_folder_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    await Folder(folder).put("aB3", CONTENT)

    assert [(each.name, stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir()] == [("aB3", 0o600)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_folder_that_cannot_be_used_is_said_by_its_name(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    with pytest.raises(FilesUnreachableError, match=r"The folder '.*/file' can't be used"):
        await Folder(blocked).put("aB3", CONTENT)


@pytest.mark.server
async def test_a_bucket_that_is_not_there_is_said_without_keys(s3_server: str) -> None:
    missing = place_of(s3_server, "nobodyhasit")

    with pytest.raises(FilesUnreachableError) as refused:
        await missing.put("aB3", CONTENT)

    assert "'s3://nobodyhasit/files'" in refused.value.message
    assert SECRET not in str(refused.value)


def test_files_are_kept_in_the_data_folder_unless_it_is_said_where(tmp_path: Path) -> None:
    assert place_for(Settings(data=tmp_path)) == Folder(tmp_path / "files")
    assert place_for(Settings(data=tmp_path, files="/srv/files")) == Folder(Path("/srv/files"))
