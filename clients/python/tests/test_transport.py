from __future__ import annotations

import datetime
import decimal
import gc
import json
import operator
import os
import pathlib
import pickle
import socket
import time
import unittest
import uuid
import warnings
from typing import Any, Callable
from unittest import mock

import runledger
from runledger import (
    AuthenticationError,
    Client,
    InvalidCallError,
    NotFoundError,
    Path,
    PipelineRunFilter,
    UnavailableError,
    log_metadata,
)
from runledger._settings import endpoint, read_settings
from runledger.client import Steps
from runledger.testing import record

from .stub import Answer, Stub, data, error
from .support import Job, wait_for

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
                error("RATE_LIMITED"),
                LOGGED,
            ]
        )
        self.log()
        self.assertEqual(len(stub.bodies), 7)
        self.assertEqual(len(set(stub.bodies)), 1)
        sent = json.loads(stub.bodies[0])["variables"]["inputs"][0]
        uuid.UUID(sent["requestId"])
        self.assertTrue(sent["loggedAt"].endswith("Z"))
        self.assertEqual(sent["entries"], [{"key": "a", "value": 1, "type": "INT"}])

    def test_the_unit_of_a_duration_is_told_by_the_call_that_arrives(self) -> None:
        stub = self.serve([error("BAD_USER_INPUT"), LOGGED, LOGGED])
        took = {"took": datetime.timedelta(seconds=3)}
        run = f"run {uuid.uuid4()}"

        def sent() -> list[str]:
            return [entry["key"] for entry in json.loads(stub.bodies[-1])["variables"]["inputs"][0]["entries"]]

        with record() as recorded:
            for _ in range(2):
                log_metadata(took, run_id_name_or_prefix=run)
        (entries,) = recorded.elsewhere.values()
        self.assertEqual([entry.key for entry in entries], ["took", "took.unit", "took"])
        with self.assertRaises(TypeError):
            log_metadata({**took, "wrong": object()}, run_id_name_or_prefix=run)
        with self.assertRaises(InvalidCallError):
            log_metadata(took, run_id_name_or_prefix=run)
        self.assertEqual(sent(), ["took", "took.unit"])
        log_metadata(took, run_id_name_or_prefix=run)
        self.assertEqual(sent(), ["took", "took.unit"])
        log_metadata(took, run_id_name_or_prefix=run)
        self.assertEqual(sent(), ["took"])

    def test_a_child_that_was_forked_during_a_request_makes_its_own(self) -> None:
        stub = self.serve([LOGGED])
        job = Job(
            """
            import os, signal
            from runledger import _position, log_metadata
            with _position._lock:  # as a thread that reads an answer
                if not (pid := os.fork()):
                    signal.alarm(20)
                    log_metadata({"a": 1}, run_id_name_or_prefix="run")
                    os._exit(0)
            print(os.waitpid(pid, 0)[1])
            """,
            stub.url,
        )
        self.assertEqual(job.end().stdout.strip(), "0")
        self.assertEqual(len(stub.bodies), 1)

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

    def test_a_url_that_is_none_is_a_wrong_call_at_once(self) -> None:
        for url in ("localhost:4000", "foo", "http://h:99999", "http://h:0", "http://[::1", "ftp://h", "http://"):
            with self.subTest(url), self.assertRaises(InvalidCallError) as caught:
                Client(url)
            self.assertIn(url, str(caught.exception))
        with self.assertRaises(InvalidCallError) as caught:
            Client("http://user:secret@h")
        self.assertNotIn("secret", str(caught.exception))
        foo = mock.patch.dict(os.environ, RUNLEDGER_URL="foo")
        with foo, self.assertLogs("runledger", "ERROR"), self.assertRaises(InvalidCallError):
            self.log()

    def test_a_key_with_white_space_around_it_and_one_that_is_none(self) -> None:
        stub = self.serve([LOGGED])
        with mock.patch.dict(os.environ, {"RUNLEDGER_API_KEY": " secret\n"}):
            self.log()
        self.assertEqual(stub.headers["Authorization"], "Bearer secret")
        wrong = mock.patch.dict(os.environ, {"RUNLEDGER_API_KEY": "sec\nret"})
        with wrong, self.assertLogs("runledger", "ERROR") as logs:
            self.log()
            self.assertNotIn("ret'", repr(read_settings()))
        self.assertNotIn("ret", "".join(logs.output).replace("retried", ""))
        self.assertNotIn("Authorization", stub.headers)

    def test_says_after_a_second_what_is_waited_for(self) -> None:
        began: list[float] = []

        def slow(_: dict[str, Any], number: int) -> Answer:
            began.append(time.monotonic())
            wait_for(lambda: logs.output, 5)
            return LOGGED

        stub = self.serve(slow)
        with self.assertLogs("runledger", "WARNING") as logs:
            self.log()
        self.assertGreaterEqual(time.monotonic() - began[0], 0.9)
        (line,) = logs.output
        for words in (stub.url, "up to 5 s", "npx runledger serve", "RUNLEDGER_URL"):
            self.assertIn(words, line)

    def test_a_refused_connection_on_this_machine_is_not_waited_for_as_long(self) -> None:
        client = Client("http://127.0.0.1:9", timeout=60)
        with mock.patch("runledger._graphql.REFUSED_SECONDS", 3), self.assertLogs("runledger", "WARNING") as logs:
            began = time.monotonic()
            with self.assertRaises(UnavailableError):
                client.get_pipeline_run("n")
        self.assertLess(time.monotonic() - began, 6)
        self.assertIn("Connection refused", logs.output[0])

    def test_operands_of_filters(self) -> None:
        page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        stub = self.serve([data({"pipelineRuns": page})])
        zone = datetime.timezone(datetime.timedelta(hours=2))
        at = datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=zone)
        condition: Any = {"key": "a", "in": (1, decimal.Decimal("0.10"), at, Path("x")), "path": ["b"]}
        condition["equals"] = {2, 1}
        filter: PipelineRunFilter = {"startedAfter": at, "and": [{"metadata": condition}], "status": ["CRASHED"]}
        runs = Client().list_pipeline_runs(filter, {"metadata": {"key": "a"}})
        self.assertIn("startedAfter", repr(runs))
        self.assertEqual(list(runs), [])
        sent = json.loads(stub.bodies[0])["variables"]["filter"]
        self.assertEqual(sent["startedAfter"], "2024-05-06T05:08:09.000Z")
        (inner,) = sent["and"]
        self.assertEqual(inner["metadata"]["in"], [1, 0.1, "2024-05-06T07:08:09+02:00", "x"])
        self.assertEqual(inner["metadata"]["equals"], [1, 2])
        self.assertIn(b"0.10", stub.bodies[0])
        for wrong, words in (
            ({"metadata": {"key": "a", "gt": object()}}, "variables.filter.metadata.gt"),
            ({1.5: 1}, "1.5"),
        ):
            with self.assertRaises(InvalidCallError) as caught:
                list(Client().list_pipeline_runs(wrong))  # type: ignore[arg-type]  # wrong on purpose
            self.assertIn(words, str(caught.exception))

    def test_messages_speak_of_what_is_there_in_python(self) -> None:
        for said, shown in [
            ("inputs[0]: There is no step with the id x. Start it with startStep, then log to it.",
             "There is no step with the id x. Start it with @step, or with step(\"…\"), then log to it."),
            ("There is no run x. Start it with startRun, or look at pipelineRuns.",
             "There is no run x. Start it with @pipeline, or with run(\"…\"), "
             "or look at Client().list_pipeline_runs()."),
        ]:  # fmt: skip
            content = {"errors": [{"message": said, "extensions": {"code": "NOT_FOUND"}}]}
            self.serve([(200, {}, json.dumps(content).encode())])
            with self.assertRaises(NotFoundError) as caught:
                self.log()
            self.assertEqual(str(caught.exception), shown)

    def test_reprs_say_what_it_is_and_never_raise(self) -> None:
        client = Client("http://127.0.0.1:9", timeout=0.2)
        self.assertEqual(repr(client), "<runledger.Client http://127.0.0.1:9/graphql>")
        steps = Steps(client, uuid.uuid4())
        self.assertIn("not read", repr(steps))
        self.assertEqual((operator.contains(steps, 0), repr(runledger.step("a")), repr(runledger.run("b"))),
                         (False, "<runledger.step 'a'>", "<runledger.run 'b'>"))  # fmt: skip

    def test_a_client_that_nobody_closed_leaves_no_open_socket(self) -> None:
        self.serve([data({"pipelineRun": None})])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            client = Client()
            with self.assertRaises(NotFoundError):
                client.get_pipeline_run("x")
            transport = client._transport
            del client
            gc.collect()
        self.assertEqual(transport._idle, [])

    def test_all_names_of_the_package_but_one(self) -> None:
        names: dict[str, Any] = {}
        exec("from pathlib import Path\nfrom runledger import *", names)
        self.assertIs(names["Path"], pathlib.Path)
        self.assertIs(names["log_metadata"], log_metadata)

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
            if "metadataLogged" not in body["query"]:
                steps = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
                return data({"pipelineRun": {"endedAt": None, "metadata": [], "steps": steps}})
            asked.append(body["variables"]["after"])
            events = [":\n\n" + entry(1) + entry(2), "", entry(3) + "event: complete\ndata:\n\n"]
            return 200, {"Content-Type": "text/event-stream"}, events[len(asked) - 1].encode()

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
            (
                lambda: log_metadata({"a": 1}, infer_artifact=True, run_id_name_or_prefix="x"),  # type: ignore[arg-type]
                "infer_artifact",
            ),
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
