"""Makes a call, follows it through cuts, receives its webhooks, and says what it saw."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from callboard import Callboard, WebhookVerificationError, webhooks

LINES = int(os.environ.get("LINES_SAID", "20"))


class Inbox:
    """What was posted to us: each delivery once, in the order in which it came."""

    def __init__(self) -> None:
        self.secret = ""
        self.call = ""
        self.messages: dict[str, webhooks.WebhookMessage] = {}
        self.refused = 0
        self.complete = threading.Event()
        inbox = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(204 if inbox.take(body, dict(self.headers)) else 401)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self._server.server_port}/callboard"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, body: bytes, headers: dict[str, str]) -> bool:
        try:
            message = webhooks.verify(body, headers, self.secret)
        except WebhookVerificationError:
            self.refused += 1
            return False
        named = {name.lower(): value for name, value in headers.items()}
        self.messages.setdefault(named["webhook-id"], message)
        if message["type"] == "call.ended" and message["data"]["sessionId"] == self.call:
            self.complete.set()
        return True


def talk(client: Callboard, call: str) -> None:
    """What another part of a product would do: say things, then hang up."""
    for number in range(1, LINES + 1):
        text = {"utteranceId": f"u{number}", "speaker": "user", "text": f"Line {number}"}
        payload = text | {"startMs": number * 1000, "endMs": number * 1000 + 900}
        client.events.ingest({"sessionId": call, "type": "transcript.final", "payload": payload})
    client.sessions.end(call)


def main() -> None:
    client = Callboard()  # CALLBOARD_URL and CALLBOARD_API_KEY
    inbox = Inbox()
    made = client.webhook_endpoints.create(url=inbox.url, event_types=["call.*", "transcript.final"])
    inbox.secret = made["secret"]

    call = inbox.call = client.sessions.create(metadata={"title": "A stranger's call"})["sessionId"]
    client.sessions.activate(call)
    talking = threading.Thread(target=talk, args=(client, call))
    talking.start()

    cuts = 0

    def cut(error: Exception, wait: float) -> None:
        nonlocal cuts
        cuts += 1

    followed: list[int] = []
    with client.events.follow(call, on_retry=cut) as stream:
        for event in stream:
            followed.append(event["sequence"])
    talking.join()

    inbox.complete.wait(60)
    # The endpoint hears of every call of the tenant.
    ours = [message["data"] for message in inbox.messages.values() if message["data"]["sessionId"] == call]
    posted = [event["sequence"] for event in ours]
    client.webhook_endpoints.delete(made["endpoint"]["endpointId"])
    client.close()
    print(json.dumps({"followed": followed, "posted": posted, "cuts": cuts, "refused": inbox.refused}))


main()
