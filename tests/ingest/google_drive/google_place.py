"""A place on the fake Google Drive, what can lie there, and who may read it."""

import io
from dataclasses import replace

from cloud_kit import QUICK
from docx import Document

from ingest.addresses import AddressPolicy
from ingest.cloud.google_drive import open_drive
from ingest.credentials import Credentials
from ingest.locate import readable_suffixes
from ingest.options import DriveOptions


class Place:
    """A folder of the fake, and how to open it anew, as each run does."""

    def __init__(self, cloud, folder, root):
        self.cloud, self.root = cloud, root
        self.key = cloud.key_file(folder)
        self.credentials = Credentials(folder / "credentials.toml", {"gdrive://": self.table()})

    def table(self, **more):
        origin = self.cloud.origin
        return {
            "key_file": self.key.name,
            "base_url": f"{origin}/drive/v3",
            "token_url": f"{origin}/token",
            "export_url": origin,
            **more,
        }

    def open(self, *readers, patience=QUICK, **table):
        credentials = replace(self.credentials, tables={"gdrive://": self.table(**table)})
        options = DriveOptions(readers=readers)
        policy = AddressPolicy()
        return open_drive(
            f"gdrive://{self.root}", readable_suffixes(), credentials, options, policy, patience
        )

    def listed(self, *readers):
        return [*self.open(*readers).list({})]


def word(heading: str, text: str) -> bytes:
    document, file = Document(), io.BytesIO()
    document.add_heading(heading, level=1)
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def paths(found):
    return sorted(item.path for item in found)


def grants(**named):
    return {"permissions": [{"id": f"p-{name}", "role": "reader", **one} for name, one in named.items()]}


ANNA = {"type": "user", "emailAddress": "Anna@X.org"}
HR = {"type": "group", "emailAddress": "hr@x.org"}
X_ORG = {"type": "domain", "domain": "x.org"}
ANYONE = {"type": "anyone"}
