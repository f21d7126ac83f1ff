"""A real HTTP server in this process that answers what a test tells it to, and a proxy in front of a service."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Callable

Answer = tuple[int, dict[str, str], bytes]


class Stub:
    """Hands each request's JSON body to `answer(body, number)`; counts requests and connections.

    `answer` gives (status, headers, body), or None to cut the connection.
    """

    def __init__(self, answer: Callable[[dict[str, Any], int], Answer | None]) -> None:
        self.bodies: list[bytes] = []
        self.connections = 0
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                stub.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stub.bodies.append(body)
                stub.headers = dict(self.headers)
                given = answer(json.loads(body), len(stub.bodies))
                if given is None:
                    self.close_connection = True
                    return
                status, headers, content = given
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                with contextlib.suppress(BrokenPipeError):  # the client did not wait for it
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.headers: dict[str, str] = {}
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def data(value: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps({"data": value}).encode()


def error(code: str, status: int = 200, **headers: str) -> Answer:
    content = {"errors": [{"message": f"This is {code}.", "extensions": {"code": code}}]}
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(content).encode()


class Proxy(Stub):
    """Passes requests on to a service, unless `trouble(number)` gives an answer, or None to cut; it may also wait."""

    def __init__(self, url: str, trouble: Callable[[int], Any]) -> None:
        super().__init__(lambda body, number: self._pass(number, trouble))
        self._target = url

    def _pass(self, number: int, trouble: Callable[[int], Any]) -> Answer | None:
        given = trouble(number)
        if given is CUT_AFTER:
            self._forward(number)
            return None
        if given is PASS:
            return self._forward(number)
        answer: Answer | None = given
        return answer

    def _forward(self, number: int) -> Answer:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if "Authorization" in self.headers:
            headers["Authorization"] = self.headers["Authorization"]
        request = urllib.request.Request(self._target, self.bodies[number - 1], headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, {"Content-Type": "application/json"}, answer.read()
        except urllib.error.HTTPError as problem:
            return problem.code, {"Content-Type": "application/json"}, problem.read()
        except OSError:
            return error("UNAVAILABLE", 503)


PASS = object()
CUT_AFTER = object()
"""The service gets the request, the client never sees the answer."""


def slowly(seconds: float) -> Any:
    time.sleep(seconds)
    return PASS
