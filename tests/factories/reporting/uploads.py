"""A reporter who uploads files by tus, and what officers see of them."""

import base64
import resource
from dataclasses import dataclass
from typing import Any

import httpx

from huiyin.kit.files import objects
from tests.client import Client
from tests.factories.house import House, Lead

TUS = {"Tus-Resumable": "1.0.0"}


PERMIT, UPLOADS = "/api/v1/public/receipts/uploads", "/api/v1/public/uploads"


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)


def stored() -> list[str]:
    return sorted(objects.names("attachments"))


@dataclass
class Reporter:
    """Whoever holds the receipt code of a lead's tip."""

    http: Client
    lead: Lead

    def permit(self) -> dict[str, Any]:
        answer = self.http.post(PERMIT, {"token": self.lead.code.token})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @property
    def headers(self) -> dict[str, str]:
        return TUS | {"Upload-Token": str(self.permit()["upload_token"])}

    def announce(self, length: int, name: str = "照片.png", **headers: str) -> httpx.Response:
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        more = {"Upload-Length": str(length), "Upload-Metadata": metadata} | headers
        return self.http.request("POST", UPLOADS, self.headers | more)

    def send(self, url: str, offset: int, content: Any, **headers: str) -> httpx.Response:
        more = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)} | headers
        return self.http.request("PATCH", url, self.headers | more, content=content)

    def offset(self, url: str) -> int:
        answer = self.http.request("HEAD", url, self.headers)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    def add(self, content: bytes, name: str = "照片.png") -> str:
        """A whole file; its id."""
        url = self.announce(len(content), name).headers["location"]
        assert self.send(url, 0, content).status_code == 204
        return str(url.rpartition("/")[2])


def files(house: House, lead: Lead) -> list[dict[str, Any]]:
    """Those that were looked at."""
    return [file for file in all_files(house, lead) if file["state"] not in {"checking", "set_aside"}]


def all_files(house: House, lead: Lead) -> list[dict[str, Any]]:
    """Also those that wait for it."""
    tips = house.signed_in("city", "intake").get(lead.url).json()["tips"]
    return [file for tip in tips for file in tip["attachments"]]


def peak() -> int:
    """The most memory that this process ever had, in bytes (getrusage(2): KB on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
