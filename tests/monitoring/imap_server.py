"""A mailbox that speaks as much of IMAP (RFC 3501) as a client needs to read letters and mark them."""

import re
import socketserver
from base64 import b64decode
from urllib.parse import quote


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            verb = command.upper()
            if verb == "AUTHENTICATE PLAIN":
                self._say("+ ")
                _zone, user, password = b64decode(self.rfile.readline()).decode().split("\0")
                self._say(f"{tag} {'OK in' if (user, password) == self.server.account else 'NO who are you'}")
            elif verb.startswith("LOGIN"):
                _login, user, password = command.split(" ", 2)
                is_known = (user.strip('"'), password.strip('"')) == self.server.account
                self._say(f"{tag} {'OK in' if is_known else 'NO who are you'}")
            elif verb.startswith("UID SEARCH"):
                found = [str(uid) for uid, (_raw, flags) in self.server.letters.items() if not flags]
                self._done(tag, f"* SEARCH {' '.join(found)}")
            elif verb.startswith("UID FETCH"):
                self._fetch(tag, int(command.split(" ")[2]), verb)
            elif verb.startswith("UID STORE"):
                if self.server.dies_before_marking:
                    return
                uid, flags = int(command.split(" ")[2]), re.findall(r"\\\w+", command)
                self.server.letters[uid][1].update(flags)
                self._done(tag)
            elif verb.startswith("SELECT"):
                self._done(tag, f"* {len(self.server.letters)} EXISTS")
            else:
                self._done(tag, f"* CAPABILITY IMAP4rev1{' AUTH=PLAIN' if self.server.has_plain else ''}")

    def _fetch(self, tag, uid, verb):
        raw = self.server.letters[uid][0]
        if "RFC822.SIZE" in verb:
            self._done(tag, f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            return
        assert "BODY.PEEK[]" in verb, "reading must not mark"
        self._say(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}")
        self.wfile.write(raw)
        self._done(tag, ")")

    def _done(self, tag, *lines):
        for line in lines:
            self._say(line)
        self._say(f"{tag} OK done")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class ImapServer(socketserver.ThreadingTCPServer):
    """`letters`: by UID, as they came, with their flags. `has_plain`: takes passwords outside of ASCII."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.account = ("support@volta.example", "p@ss/word")
        self.letters, self.dies_before_marking, self.has_plain = {}, False, False

    def put(self, letter):
        uid = len(self.letters) + 1
        self.letters[uid] = (letter.as_bytes(), set())
        return uid

    def flags(self, uid):
        return self.letters[uid][1]

    @property
    def url(self):
        user, password = (quote(part, safe="") for part in self.account)
        return f"imap://{user}:{password}@127.0.0.1:{self.server_address[1]}/INBOX"
