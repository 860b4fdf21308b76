"""A file keeps its identity as long as it lives, and no other file has it."""

import shutil
from pathlib import Path

import pytest

from publicist.kit.file_identity import file_identity
from tests.support.served import wait_for


def test_writing_and_renaming_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"first")
    before = file_identity(file)
    (tmp_path / "other").write_bytes(b"second")
    shutil.copyfile(tmp_path / "other", file)
    assert file_identity(file.rename(tmp_path / "renamed")) == before


def test_a_copy_is_another_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"first")
    shutil.copy2(file, tmp_path / "copy")
    assert file_identity(tmp_path / "copy") != file_identity(file)


def test_a_file_in_the_place_of_a_removed_one_is_another_one(tmp_path: Path) -> None:
    """Also where the file system gives it the number that has just become free, as ext4 does."""
    file = tmp_path / "file"
    file.write_bytes(b"first")
    before = file_identity(file)

    def again() -> bool:
        file.unlink()
        file.write_bytes(b"first")
        return file_identity(file) != before  # birth times are as fine as the kernel's ticks

    assert wait_for(again)


def test_there_has_to_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_identity(tmp_path / "none")
