"""A mailbox that is read by IMAP4rev1 (RFC 3501), as far as the product uses it."""

import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What is in it, by UID, and what was asked of it; `login` may refuse in words of its own."""

    messages: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    uid_validity: int = 7
    refuses: str = ""
    port: int = 0

    def put(self, content: bytes) -> int:
        uid = max(self.messages, default=0) + 1
        self.messages[uid] = content
        return uid


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            if not re.match("LOGIN", command, re.IGNORECASE):
                self.server.box.asked.append(command)
            self.answer(tag, command)
            if command.upper() == "LOGOUT":
                return

    def answer(self, tag: str, command: str) -> None:
        box = self.server.box
        word, _, rest = command.partition(" ")
        match word.upper():
            case "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            case "LOGIN" if box.refuses:
                self.say(f"{tag} NO {box.refuses}")
                return
            case "SELECT":
                self.say(f"* {len(box.messages)} EXISTS")
                self.say(f"* OK [UIDVALIDITY {box.uid_validity}] valid")
            case "UID":
                self.by_uid(rest)
            case "LOGOUT":
                self.say("* BYE")
        self.say(f"{tag} OK done")

    def by_uid(self, rest: str) -> None:
        box = self.server.box
        word, _, rest = rest.partition(" ")
        if word == "SEARCH":
            first = re.match(r"UID (\d+):\*", rest)
            least = min(int(first[1]), max(box.messages, default=0)) if first else 1
            found = [str(uid) for uid in sorted(box.messages) if uid >= least]
            self.say(" ".join(["* SEARCH", *found]))
        elif word == "FETCH":
            uid = int(rest.split()[0])
            most = int(re.findall(r"<0\.(\d+)>", rest)[0])
            content = box.messages[uid][:most]
            self.wfile.write(
                f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode() + content
            )
            self.say(")")
        elif word == "STORE":
            box.seen.add(int(rest.split()[0]))

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Mailbox


class ImapServer:
    """Serves one mailbox on a port of this machine."""

    def __init__(self) -> None:
        self.box = Mailbox()
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.box = self.box
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        assert isinstance(host, str)
        return f"imap://answers%40example.com:pass%2Fword@{host}:{port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
