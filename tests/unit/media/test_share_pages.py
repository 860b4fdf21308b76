"""Links that people copy from cloud drives."""

import pytest

from publicist.media.share_pages import recognise

_ID = "1AbC_dEf-GhIjKlMnOpQrStUvWxYz0123"
_DIRECT = f"https://drive.usercontent.google.com/download?id={_ID}&export=download&confirm=t"


@pytest.mark.parametrize(
    "url",
    [
        f"https://drive.google.com/file/d/{_ID}/view?usp=sharing",
        f"https://drive.google.com/file/d/{_ID}/view",
        f"https://drive.google.com/file/d/{_ID}/edit#x",
        f"https://drive.google.com/file/u/1/d/{_ID}/view",
        f"https://drive.google.com/a/example.com/file/d/{_ID}/preview",
        f"https://drive.google.com/open?id={_ID}",
        f"https://drive.google.com/uc?id={_ID}&export=download",
        f"https://drive.google.com/uc?export=view&id={_ID}",
        f"https://docs.google.com/uc?export=download&id={_ID}",
        f"https://drive.usercontent.google.com/download?id={_ID}",
        f"HTTPS://DRIVE.GOOGLE.COM/file/d/{_ID}/view",
    ],
)
def test_a_drive_link_has_the_address_of_its_file(url: str) -> None:
    page = recognise(url)
    assert page is not None
    assert (page.name, page.direct) == ("a Google Drive share page", _DIRECT)


def test_the_key_of_an_older_drive_link_goes_along() -> None:
    page = recognise(f"https://drive.google.com/file/d/{_ID}/view?resourcekey=0-k_9&usp=sharing")
    assert page is not None
    assert page.direct == f"{_DIRECT}&resourcekey=0-k_9"


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        (
            "https://www.dropbox.com/scl/fi/a1b2c3/photo.jpg?rlkey=k&st=s&dl=0",
            "https://www.dropbox.com/scl/fi/a1b2c3/photo.jpg?rlkey=k&st=s&dl=1",
        ),
        ("https://www.dropbox.com/s/a1b2c3/photo.jpg", "https://www.dropbox.com/s/a1b2c3/photo.jpg?dl=1"),
        ("https://dropbox.com/s/a1b2c3/photo.jpg?raw=1", "https://dropbox.com/s/a1b2c3/photo.jpg?dl=1"),
    ],
)
def test_a_dropbox_link_has_the_address_of_its_file(url: str, direct: str) -> None:
    page = recognise(url)
    assert page is not None
    assert (page.name, page.direct) == ("a Dropbox share page", direct)


def test_a_sharepoint_link_has_the_address_of_its_file() -> None:
    page = recognise("https://example-my.sharepoint.com/:i:/g/personal/me/EaBc?e=1&web=1")
    assert page is not None
    assert page.direct == "https://example-my.sharepoint.com/:i:/g/personal/me/EaBc?e=1&download=1"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://drive.google.com/drive/folders/1AbC_dEf", "a Google Drive folder"),
        ("https://drive.google.com/drive/u/0/folders/1AbC_dEf", "a Google Drive folder"),
        ("https://www.dropbox.com/scl/fo/a1b2/x?rlkey=k&dl=0", "a Dropbox folder"),
        ("https://www.dropbox.com/sh/a1b2/x", "a Dropbox folder"),
        ("https://docs.google.com/document/d/1AbC/edit", "a Google Docs page"),
        ("https://docs.google.com/presentation/d/1AbC/edit", "a Google Docs page"),
        ("https://photos.app.goo.gl/AbC123", "a Google Photos share page"),
        ("https://photos.google.com/share/AbC123", "a Google Photos share page"),
        ("https://1drv.ms/i/s!AbC", "a OneDrive share page"),
        ("https://onedrive.live.com/?id=1", None),
        ("https://onedrive.live.com/embed?id=1", "a OneDrive share page"),
        ("https://example.sharepoint.com/:f:/g/x", "a SharePoint share page"),
        ("https://www.icloud.com/photos/#0AbC", "an iCloud share page"),
        ("https://share.icloud.com/photos/0AbC", "an iCloud share page"),
        ("https://we.tl/t-AbC", "a WeTransfer page"),
        ("https://app.box.com/s/abc", "a Box share page"),
        ("https://drive.google.com/", None),
        ("https://drive.google.com.example.com/file/d/1AbC_dEf-GhIjK/view", None),
        ("https://example.com/drive.google.com/file/d/1AbC_dEf-GhIjK/view", None),
        ("https://dropbox.com/", None),
        ("https://dl.dropboxusercontent.com/s/a/photo.jpg", None),
        ("https://example.com/a.jpg", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_pages_without_an_address_of_their_file_are_named_and_other_urls_are_not(url: str, name: str | None) -> None:
    page = recognise(url)
    assert (page.name if page else None) == name
    assert page is None or page.direct is None
