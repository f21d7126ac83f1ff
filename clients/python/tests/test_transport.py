from __future__ import annotations

import json
import os
import pickle
import socket
import time
import unittest
import uuid
from typing import Any, Callable
from unittest import mock

import runledger
from runledger import (
    AuthenticationError,
    Client,
    InvalidCallError,
    NotFoundError,
    UnavailableError,
    log_metadata,
)
from runledger._settings import endpoint

from .stub import Answer, Stub, data, error

LOGGED = data({"logMetadataBatch": [{"replayed": False}]})


class Transport(unittest.TestCase):
    def serve(self, answers: Any) -> Stub:
        stub = Stub(answers if callable(answers) else lambda _, number: answers[min(number, len(answers)) - 1])
        self.addCleanup(stub.close)
        patch = mock.patch.dict(os.environ, {"RUNLEDGER_URL": stub.url, "RUNLEDGER_TIMEOUT_SECONDS": "5"})
        patch.start()
        self.addCleanup(patch.stop)
        return stub

    def log(self) -> None:
        log_metadata({"a": 1}, run_id_name_or_prefix="run")

    def test_tries_again_with_the_same_request(self) -> None:
        stub = self.serve(
            [
                (500, {}, b"oops"),
                error("UNAVAILABLE", 503),
                None,
                error("TIMEOUT"),
                error("INTERNAL_SERVER_ERROR"),
                LOGGED,
            ]
        )
        self.log()
        self.assertEqual(len(stub.bodies), 6)
        self.assertEqual(len(set(stub.bodies)), 1)
        sent = json.loads(stub.bodies[0])["variables"]["inputs"][0]
        uuid.UUID(sent["requestId"])
        self.assertTrue(sent["loggedAt"].endswith("Z"))
        self.assertEqual(sent["entries"], [{"key": "a", "value": 1, "type": "INT"}])

    def test_honours_retry_after(self) -> None:
        stub = self.serve([error("UNAVAILABLE", 503, Retry_After="1"), LOGGED])
        began = time.monotonic()
        self.log()
        self.assertGreaterEqual(time.monotonic() - began, 1)
        self.assertEqual(len(stub.bodies), 2)

    def test_gives_up_at_the_deadline(self) -> None:
        stub = self.serve([error("UNAVAILABLE", 503)])
        began = time.monotonic()
        with (
            mock.patch.dict(os.environ, {"RUNLEDGER_TIMEOUT_SECONDS": "1"}),
            self.assertRaises(UnavailableError) as caught,
        ):
            self.log()
        self.assertLess(time.monotonic() - began, 2)
        self.assertGreater(len(stub.bodies), 2)
        self.assertEqual(caught.exception.code, "UNAVAILABLE")

    def test_errors_say_what_to_do_next(self) -> None:
        for answer, kind, code in [
            (error("BAD_USER_INPUT"), InvalidCallError, "BAD_USER_INPUT"),
            (error("CONFLICT"), InvalidCallError, "CONFLICT"),
            (error("AMBIGUOUS"), InvalidCallError, "AMBIGUOUS"), (error("NOT_FOUND"), NotFoundError, "NOT_FOUND"),
            (error("UNAUTHENTICATED", 401), AuthenticationError, "UNAUTHENTICATED"),
            (error("FORBIDDEN", 403), AuthenticationError, "FORBIDDEN"),
            ((401, {}, b""), AuthenticationError, "UNAUTHENTICATED"),
            ((413, {}, b"too big"), InvalidCallError, "BAD_USER_INPUT"),
            ((404, {}, b"<html>"), InvalidCallError, "HTTP_404"),
            ((200, {}, b'{"errors":[{"message":"m"}]}'), InvalidCallError, "BAD_USER_INPUT"),
            (error("GRAPHQL_VALIDATION_FAILED", 400), InvalidCallError, "GRAPHQL_VALIDATION_FAILED"),
        ]:  # fmt: skip
            with self.subTest(code):
                stub = self.serve([answer])
                with self.assertRaises(kind) as caught:
                    self.log()
                self.assertEqual((caught.exception.code, len(stub.bodies)), (code, 1))

    def test_keeps_its_connection_and_replaces_one_that_was_closed(self) -> None:
        def answer(_: dict[str, Any], number: int) -> Answer | None:
            run = {
                "id": str(uuid.uuid4()),
                "name": "n",
                "pipeline": "p",
                "status": "RUNNING",
                "startedAt": "2024-01-01T00:00:00.000Z",
                "endedAt": None,
            }
            status, headers, body = data({"pipelineRun": run})
            return status, {**headers, **({"Connection": "keep-alive"})}, body

        stub = self.serve(answer)
        client = Client()
        for _ in range(5):
            client.get_pipeline_run("n")
        self.assertEqual(stub.connections, 1)
        (kept,) = client._transport._idle
        kept.sock.shutdown(socket.SHUT_RDWR)
        self.assertEqual(client.get_pipeline_run("n").name, "n")
        self.assertEqual((stub.connections, client.get_pipeline_run("n").started_at.year), (2, 2024))
        client.close()

    def test_nobody_listens(self) -> None:
        with self.assertRaises(UnavailableError):
            Client("http://127.0.0.1:9", timeout=0.3).get_pipeline_run("n")

    def test_never_answers(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            with self.assertRaises(UnavailableError) as caught:
                Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5).get_pipeline_run("n")
        self.assertEqual(caught.exception.code, "TIMEOUT")

    def test_sends_the_key(self) -> None:
        stub = self.serve([LOGGED])
        with mock.patch.dict(os.environ, {"RUNLEDGER_API_KEY": "secret"}):
            self.log()
        self.assertEqual(stub.headers["Authorization"], "Bearer secret")

    def test_url_with_and_without_path(self) -> None:
        for given, whole in [
            ("http://h:1", "http://h:1/graphql"),
            ("https://h/x/", "https://h/x/graphql"),
            ("http://h/graphql/", "http://h/graphql"),
        ]:
            self.assertEqual(endpoint(given), whole)
        with self.assertRaises(ValueError):
            endpoint("localhost:4000")

    def test_following_goes_on_where_it_was(self) -> None:
        asked: list[Any] = []

        def entry(number: int) -> str:
            fields = {
                "id": str(number), "key": "k", "qualifiedKey": "k",
                "value": number, "type": "INT", "number": number, "display": "",
                "iteration": None, "loggedAt": "2024-01-01T00:00:00.000Z",
                "run": {"id": str(uuid.uuid4())}, "step": None,
            }  # fmt: skip
            return "event: next\ndata: " + json.dumps({"data": {"metadataLogged": fields}}) + "\n\n"

        def answer(body: dict[str, Any], number: int) -> Answer | None:
            asked.append(body["variables"]["after"])
            events = [":\n\n" + entry(1) + entry(2), "", entry(3) + "event: complete\ndata:\n\n"]
            return 200, {"Content-Type": "text/event-stream"}, events[number - 1].encode()

        self.serve(answer)
        self.assertEqual([found.value for found in Client().follow("run")], [1, 2, 3])
        self.assertEqual(asked, [None, "2", "2"])


class Calls(unittest.TestCase):
    def test_without_a_target_the_ways_are_listed(self) -> None:
        with self.assertRaises(ValueError) as caught:
            log_metadata({"a": 1})
        for way in ("@step", "step_id=", "step_name=", "run_id_name_or_prefix="):
            self.assertIn(way, str(caught.exception))

    def test_wrong_calls(self) -> None:
        wrong: list[tuple[Callable[[], object], str]] = [
            (lambda: log_metadata({"a": 1}, infer_artifact=True, run_id_name_or_prefix="x"), "infer_artifact"),
            (lambda: log_metadata({"a": 1}, step_name="s"), "run_id_name_or_prefix"),
            (lambda: log_metadata({"a": 1}, step_id="nonsense"), "step_id='nonsense'"),
            (lambda: log_metadata({"a": 1}, step_id=uuid.uuid4(), step_name="s"), "leave out"),
            (lambda: log_metadata({}, run_id_name_or_prefix="x"), "empty"),
            (lambda: log_metadata([1], run_id_name_or_prefix="x"), "list"),  # type: ignore[arg-type]  # wrong on purpose
            (lambda: runledger.step(experiment_tracker="x"), "tracker"),  # type: ignore[call-overload]  # the same
            (lambda: runledger.step(name="a::b")(len), "::"),
        ]
        for call, words in wrong:
            with self.assertRaises((ValueError, TypeError)) as caught:
                call()
            self.assertIn(words, str(caught.exception))

    def test_errors_can_be_handed_to_another_process(self) -> None:
        for given in (
            InvalidCallError("m", "CONFLICT", {"a": 1}),
            NotFoundError("m", "NOT_FOUND"),
            UnavailableError("m", "TIMEOUT", 3.0),
        ):
            again = pickle.loads(pickle.dumps(given))
            self.assertIs(type(again), type(given))
            self.assertEqual((str(again), again.args, vars(again)), ("m", given.args, vars(given)))

    def test_the_step_context_is_for_steps(self) -> None:
        with self.assertRaises(RuntimeError):
            runledger.get_step_context()


if __name__ == "__main__":
    unittest.main()
