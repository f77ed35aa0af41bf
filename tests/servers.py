"""Real servers on this machine for tests: one that takes e-mail, one that answers as group robots do."""

from __future__ import annotations

import base64
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

HERE = "127.0.0.1"
PATIENCE = 30
"""Seconds after which a test that waits has failed."""
Server = TypeVar("Server", "MailServer", "Robot")


class MailServer(socketserver.ThreadingTCPServer):
    """Takes letters; `says` replaces its answers by command, one answer at a time."""

    daemon_threads = True

    def __init__(self, certificate: Path | None = None, password: str = "") -> None:
        super().__init__((HERE, 0), _Post)
        self.certificate, self.password = certificate, password
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.secure: list[bool] = []
        self.says: dict[str, list[str]] = {}

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up is the test's business."""

    @property
    def address(self) -> str:
        """host:port"""
        return f"{HERE}:{self.server_address[1]}"


class _Post(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.sender, self.to, self.encrypted, self.known = "", [], False, not self.server.password
        self._say("220 here")
        while line := self.rfile.readline():
            words = line.decode().split()
            verb = words[0].upper()
            said = self.server.says.get(verb)
            if said:
                answer = said.pop(0)
                if answer == "hang up":
                    return
                self._say(answer)
            elif not self._answered(verb, words[1:]):
                return

    def _answered(self, verb: str, words: list[str]) -> bool:
        match verb:
            case "EHLO":
                offers = ["here"]
                if self.server.certificate and not self.encrypted:
                    offers.append("STARTTLS")
                if self.server.password:
                    offers.append("AUTH PLAIN")
                for offer in offers[:-1]:
                    self._say(f"250-{offer}")
                self._say(f"250 {offers[-1]}")
            case "STARTTLS":
                self._say("220 go on")
                self._encrypt()
            case "AUTH":
                given = base64.b64decode(words[1]).decode().split("\0")
                self.known = given[2] == self.server.password
                self._say("235 welcome" if self.known else "535 who are you")
            case "MAIL":
                self.sender = " ".join(words)
                self._say("250 ok" if self.known else "530 log in first")
            case "RCPT":
                self.to.append(" ".join(words))
                self._say("250 ok")
            case "DATA":
                self._say("354 go on")
                return self._letter()
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("500 what")
        return True

    def _letter(self) -> bool:
        content = b""
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        letter = message_from_bytes(content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.server.letters.append(letter)
        self.server.envelopes.append((self.sender, self.to))
        self.server.secure.append(self.encrypted)
        said = self.server.says.get("LETTER")
        answer = said.pop(0) if said else "250 taken"
        if answer == "hang up":
            return False
        self._say(answer)
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self.server.certificate is not None
        context.load_cert_chain(self.server.certificate)
        self.connection = self.request = context.wrap_socket(self.connection, server_side=True)
        self.rfile.close()
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.encrypted = True

    def finish(self) -> None:
        super().finish()
        self.connection.close()


class Robot(ThreadingHTTPServer):
    """A group robot; `says` are its next answers as (status, body), None for none at all, an event for none until then."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HERE, 0), _Chat)
        self.posts: list[dict[str, Any]] = []
        self.bodies: list[str] = []
        self.paths: list[str] = []
        self.says: list[tuple[int, Any] | threading.Event | None] = []
        self.asked = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up is the test's business."""

    @property
    def url(self) -> str:
        """The robot's address, with the key that makes it secret."""
        return f"http://{HERE}:{self.server_address[1]}/send?key=s3cret"


class _Chat(BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.bodies.append(body)
        self.server.posts.append(json.loads(body))
        self.server.paths.append(self.path)
        answer = self.server.says.pop(0) if self.server.says else (200, {"errcode": 0, "errmsg": "ok"})
        self.server.asked.set()
        if isinstance(answer, threading.Event):
            answer.wait(PATIENCE)
            answer = None
        if answer is None:
            self.close_connection = True
            return
        status, said = answer
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """A server at work."""
    worker = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    worker.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        worker.join()


def nobody_there() -> str:
    """host:port where nobody answers."""
    with socketserver.TCPServer((HERE, 0), socketserver.BaseRequestHandler) as server:
        return f"{HERE}:{server.server_address[1]}"
