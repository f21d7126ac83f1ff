from __future__ import annotations

import contextlib
import io
import json
import os
import pathlib
import subprocess
import threading
import time
import unittest
import uuid
from typing import Any
from unittest import mock

import runledger
from runledger import __main__, _place, _spool
from runledger._deliver import Delivery
from runledger._leftovers import Leftovers
from runledger._queue import CALL_END, Call, Queue
from runledger._sender import Sender
from runledger._settings import read_settings
from runledger.errors import InvalidCallError, NotFoundError, UnavailableError

from .support import temporary, wait_for

URL = "http://127.0.0.1:9/graphql"


class Ledger:
    """What a service does with operations, in a few lines: idempotent by id, strict about targets. No network."""

    def __init__(self) -> None:
        self.down = False
        self.started: list[str] = []
        self.entries: list[Any] = []
        self.requests = 0
        self.down_after: int | None = None
        self.replayed = 0
        self._seen: set[str] = set()

    def post(self, query: str, variables: str) -> dict[str, Any]:
        self.requests += 1
        if self.down or (self.down_after is not None and self.requests > self.down_after):
            raise UnavailableError("down")
        given = json.loads(variables)
        if "inputs" not in given:
            if "input" in given and given["input"].get("name") == "taken":
                raise InvalidCallError("the name is taken", "CONFLICT")
            if "input" in given and given["input"]["id"] not in self.started:
                self.started.append(given["input"]["id"])
            return {}
        for item in given["inputs"]:
            if any(entry["key"] == "bad" for entry in item["entries"]):
                raise InvalidCallError("bad", "BAD_USER_INPUT")
            if item["target"]["stepId"] not in self.started:
                raise NotFoundError("no such step", "NOT_FOUND")
        for item in given["inputs"]:
            self.replayed += item["requestId"] in self._seen
            if item["requestId"] not in self._seen:
                self._seen.add(item["requestId"])
                self.entries += [entry["value"] for entry in item["entries"]]
        return {}


def start(id: str, name: str = "s") -> bytes:
    return f'{{"op":"startStep","variables":{{"input":{{"id":"{id}","run":"r","name":"{name}"}}}}}}\n'.encode()


def log(id: str, value: Any, key: str = "k") -> bytes:
    entry = json.dumps({"key": key, "value": value})
    payload = f'{{"target":{{"stepId":"{id}"}},"requestId":"{uuid.uuid4()}","entries":[{entry}]}}'
    return f'{{"op":"logMetadata","input":{payload}}}\n'.encode()


def call(id: object, moment: int, value: int, key: str = "k") -> Call:
    return Call(f'{{"stepId":"{id}"}}', f"t{moment}", [json.dumps({"key": key, "value": value})])


class SpoolTest(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = temporary()
        self.ledger = Ledger()
        self.step = str(uuid.uuid4())

    def queue(self, max_bytes: int = 1 << 28) -> Queue:
        return Queue(self.directory, URL, max_bytes)

    def deliver(self, queue: Queue) -> None:
        delivery = Delivery(queue, self.ledger.post)
        while delivery.round():
            pass

    def files(self) -> list[str]:
        return sorted(os.listdir(self.directory))

    def leave(
        self, lines: list[bytes], pid: int | None = None, host: str | None = None, tail: bytes = b"", ms: int = 1
    ) -> str:
        """A file as a process that has ended leaves it."""
        if pid is None:
            ended = subprocess.Popen(["true"])
            ended.wait()
            pid = ended.pid
        header = {
            "runledgerSpool": 1,
            "host": host or _spool.host(),
            "pid": pid,
            "pidStartedAt": "1",
            "url": URL,
            "more": 1,
        }
        name = f"{ms}-some-host-{pid}-{os.urandom(4).hex()}.jsonl"
        content = json.dumps(header).encode() + b"\n" + b"".join(lines) + tail
        pathlib.Path(self.directory, name).write_bytes(content)
        return name

    def leftovers(self, **options: Any) -> Leftovers:
        found = Leftovers(self.directory, URL, self.ledger.post, **options)
        found.look()
        while found.any():
            found.deliver(1)
        return found


class OwnQueue(SpoolTest):
    def test_an_operation_is_in_the_file_when_append_returns(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        (name,) = self.files()
        path = os.path.join(self.directory, name)
        self.assertRegex(name, rf"^\d+-.+-{os.getpid()}-[0-9a-f]{{8}}\.jsonl$")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        header, line = pathlib.Path(path).read_bytes().splitlines(keepends=True)
        self.assertEqual(line, start(self.step))
        self.assertEqual(
            json.loads(header),
            {
                "runledgerSpool": 1,
                "host": _spool.host(),
                "pid": os.getpid(),
                "pidStartedAt": _spool.start_of(os.getpid()),
                "url": URL,
                "delivered": 0,
            },
        )

    def test_delivers_in_order_then_truncates_and_unlinks(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        for value in range(5000):
            queue.append(log(self.step, value))
        self.deliver(queue)
        self.assertEqual(self.ledger.entries, list(range(5000)))
        self.assertLess(self.ledger.requests, 20)
        self.assertEqual(os.stat(queue.base).st_size, len(queue.header_line))
        queue.append(log(self.step, 5000))
        self.deliver(queue)
        queue.close()
        self.assertEqual((self.ledger.entries[-1], self.files()), (5000, []))

    def test_an_outage_keeps_order(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        self.ledger.down = True
        for value in range(10):
            queue.append(log(self.step, value))
            with self.assertRaises(UnavailableError):
                self.deliver(queue)
        queue.sync()
        self.ledger.down = False
        self.deliver(queue)
        self.assertEqual(self.ledger.entries, list(range(10)))

    def test_the_bad_one_is_set_aside_and_the_rest_delivered(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        for value in range(100):
            queue.append(log(self.step, value, "bad" if value in (37, 90) else "k"))
        with self.assertLogs("runledger", "ERROR") as logs:
            self.deliver(queue)
        self.assertEqual(self.ledger.entries, [value for value in range(100) if value not in (37, 90)])
        self.assertEqual(len(logs.output), 2)
        rejected = [json.loads(line) for line in pathlib.Path(queue.base + ".rejected").read_text().splitlines()]
        self.assertEqual(rejected[0]["runledgerSpool"], 1)
        self.assertEqual([line["input"]["entries"][0]["value"] for line in rejected[1:]], [37, 90])
        self.assertEqual({line["rejected"]["code"] for line in rejected[1:]}, {"BAD_USER_INPUT"})

    def test_digits_pass_through_untouched(self) -> None:
        queue = self.queue()
        sent: list[str] = []
        entry = '{"key":"k","value":[1.10,12345678901234567890123,1e400,-0.0]}'
        text = f'{{"target":{{"run":"r"}},"requestId":"x","entries":[{entry}]}}'
        queue.append(f'{{"op":"logMetadata","input":{text}}}\n'.encode())

        def post(_: str, variables: str) -> dict[str, Any]:
            sent.append(variables)
            return {}

        Delivery(queue, post).round()
        self.assertEqual(sent, ['{"inputs":[' + text + "]}"])

    def test_the_bound(self) -> None:
        queue = self.queue(2000)
        with self.assertLogs("runledger", "WARNING") as logs:
            results = [queue.append(log(self.step, value)) for value in range(50)]
        self.assertEqual(len(logs.output), 1)
        kept = results.count(True)
        self.assertEqual((results[:kept], queue.refused), ([True] * kept, 50 - kept))
        self.assertLessEqual(_spool.directory_bytes(self.directory), 2000)
        self.assertTrue(queue.append(start(self.step), control=True))

    def test_calls_share_a_line_and_keep_their_times(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        for moment in range(3):
            for value in range(10):
                self.log_call(queue, moment, 10 * moment + value)
        self.assertFalse(queue.extend(call(uuid.uuid4(), 2, 99)))  # to another step
        (line,) = (json.loads(line) for line in queue.peek(1 << 20)[1:])
        times = [entry.get("loggedAt", line["input"]["loggedAt"]) for entry in line["input"]["entries"]]
        self.assertEqual(times, ["t0"] * 10 + ["t1"] * 10 + ["t2"] * 10)
        self.assertFalse(queue.extend(call(self.step, 2, 99)))  # it has been read: it may be under way
        self.deliver(queue)
        self.assertEqual(self.ledger.entries, list(range(30)))

    def test_a_line_is_extended_within_a_page_only(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        with mock.patch("os.pwrite", wraps=os.pwrite) as written:
            for value in range(2000):
                self.log_call(queue, 0, value)
        lines = [json.loads(line) for line in queue.peek(1 << 24)]
        values = [entry["value"] for line in lines[1:] for entry in line["input"]["entries"]]
        self.assertEqual(values, list(range(2000)))
        self.assertLess(len(lines), 60)
        extended = [
            (len(data), at) for _, data, at in (one.args for one in written.call_args_list) if data[0:1] == b","
        ]
        self.assertGreater(len(extended), 1900)
        for size, at in extended:
            self.assertEqual(at // 4096, (at + size - 1) // 4096)

    def log_call(self, queue: Queue, moment: int, value: int, key: str = "k") -> None:
        given = call(self.step, moment, value, key)
        if not queue.extend(given):
            head = f'{{"target":{given.target},"requestId":"{uuid.uuid4()}","loggedAt":"{given.logged_at}","entries":['
            line = b'{"op":"logMetadata","input":' + head.encode() + given.text(given.logged_at) + CALL_END
            queue.append(line, call=given)

    def test_of_a_refused_line_only_what_is_wrong_is_set_aside(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        for value in range(50):
            self.log_call(queue, 0, value, "bad" if value in (7, 30) else "k")
        self.assertEqual(len(pathlib.Path(queue.base).read_bytes().splitlines()) - 1, 2)
        content = pathlib.Path(queue.base).read_bytes()
        with self.assertLogs("runledger", "ERROR") as logs:
            self.deliver(queue)
        self.assertEqual((self.ledger.entries, len(logs.output)), ([n for n in range(50) if n not in (7, 30)], 2))
        rejected = pathlib.Path(queue.base + ".rejected").read_text().splitlines()
        self.assertEqual([json.loads(line)["input"]["entries"][0]["value"] for line in rejected[1:]], [7, 30])
        with self.assertLogs("runledger", "ERROR"):
            self.leave(content.splitlines(keepends=True)[1:])
            self.leftovers()  # the same ids: nothing is logged twice
        self.assertEqual(len(self.ledger.entries), 48)

    def test_a_bound_that_is_mostly_delivered_leaves_room(self) -> None:
        queue = self.queue(6000)
        queue.append(start(self.step))
        self.ledger.started.append(self.step)
        taken = []
        for value in range(300):
            taken.append(queue.append(log(self.step, value)))
            if value >= 10:
                self.ledger.entries += [json.loads(queue.peek(1)[0]).get("input", {}).get("entries")]
                queue.drop(queue.peek(1))
        self.assertEqual((set(taken), queue.refused), ({True}, 0))
        self.assertLessEqual(os.stat(queue.base).st_size, 6000)

    def test_making_room_does_not_tear_the_line_that_is_extended(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        for value in range(40):
            queue.append(log(self.step, value))
        self.log_call(queue, 0, 40)
        queue._max_bytes = queue._size + 10  # full
        delivery = Delivery(queue, self.ledger.post)
        delivery.round()
        with mock.patch("runledger._deliver.BATCH_OPERATIONS", 20):
            delivery.round()
        queue._read = queue._head  # as if no more had been read than delivered
        self.log_call(queue, 0, 41)
        self.deliver(queue)
        self.assertEqual((self.ledger.entries, queue.refused), (list(range(42)), 0))

    def test_a_fast_loop_waits_for_room_while_the_service_answers(self) -> None:
        settings = {"RUNLEDGER_URL": "http://127.0.0.1:9", "RUNLEDGER_SPOOL_DIR": self.directory}
        with mock.patch.dict(os.environ, {**settings, "RUNLEDGER_SPOOL_MAX_BYTES": "20000"}):
            sender = Sender(read_settings())

        def slowly(query: str, variables: str) -> dict[str, Any]:
            time.sleep(0.002)
            return self.ledger.post(query, variables)

        sender._delivery = Delivery(sender.queue, slowly)
        sender.append(start(self.step), control=True)
        wait_for(lambda: not sender.queue.waiting, what="the first delivery")
        for value in range(3000):
            sender.log(call(self.step, value // 7, value))
        self.assertTrue(sender.flush(20))
        self.assertEqual((self.ledger.entries, sender.queue.refused), (list(range(3000)), 0))
        sender.queue.close()

    def test_a_call_waits_once_for_a_service_that_takes_nothing(self) -> None:
        settings = {"RUNLEDGER_URL": "http://127.0.0.1:9", "RUNLEDGER_SPOOL_DIR": self.directory}
        with mock.patch.dict(os.environ, {**settings, "RUNLEDGER_SPOOL_MAX_BYTES": "3000"}):
            sender = Sender(read_settings())
        frozen = threading.Event()
        self.addCleanup(frozen.set)

        def never(query: str, variables: str) -> dict[str, Any]:
            frozen.wait(30)
            raise UnavailableError("frozen")

        sender._delivery = Delivery(sender.queue, never)
        began = time.monotonic()
        with mock.patch("runledger._sender.ROOM_SECONDS", 0.3), self.assertLogs("runledger", "WARNING"):
            for value in range(100):
                sender.log(call(self.step, value, value))
        self.assertGreater(sender.queue.refused, 20)
        self.assertLess(time.monotonic() - began, 3)

    def test_no_directory_to_write_in(self) -> None:
        path = os.path.join(self.directory, "file")
        pathlib.Path(path).write_text("")
        queue = Queue(path, URL, 1 << 20)
        with self.assertLogs("runledger", "WARNING"):
            queue.append(start(self.step))
        for value in range(10):
            queue.append(log(self.step, value))
        self.deliver(queue)
        self.assertEqual(self.ledger.entries, list(range(10)))

    def test_a_full_disk(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        queue.append(log(self.step, 0))
        with (
            mock.patch("os.pwrite", side_effect=OSError(28, "No space left on device")),
            self.assertLogs("runledger", "WARNING"),
        ):
            queue.append(log(self.step, 1))
        queue.append(log(self.step, 2))
        self.assertEqual(queue.in_memory(), 2)
        self.deliver(queue)
        queue.append(log(self.step, 3))
        self.assertEqual(queue.in_memory(), 0)
        self.deliver(queue)
        self.assertEqual(self.ledger.entries, [0, 1, 2, 3])

    def test_compaction(self) -> None:
        with mock.patch("runledger._queue.COMPACT_BYTES", 4000):
            queue = self.queue()
            queue.append(start(self.step))
            for value in range(1000):
                queue.append(log(self.step, value))
                if value % 10 == 0:
                    queue.drop(queue.peek(100)[:5] or queue.peek(1000)[:1])
                    while queue.waiting > 3:
                        queue.drop(queue.peek(1)[:1])
            self.assertLess(os.stat(queue.base).st_size, 10_000)
            self.assertEqual(len(self.files()), 1)
            self.deliver_values(queue, [997, 998, 999])

    def deliver_values(self, queue: Queue, expected: list[int]) -> None:
        self.ledger.started.append(self.step)
        self.deliver(queue)
        self.assertEqual(self.ledger.entries[-3:], expected)


class LeftBehind(SpoolTest):
    def test_is_delivered_oldest_first_without_the_torn_line(self) -> None:
        other = str(uuid.uuid4())
        self.leave([start(other), log(other, 3), log(other, 4)], tail=log(other, 5)[:-1], ms=20)
        self.leave([start(self.step), log(self.step, 1), log(self.step, 2)], ms=3)
        found = self.leftovers()
        self.assertEqual((self.ledger.entries, found.files, found.operations, self.files()), ([1, 2, 3, 4], 2, 6, []))

    def test_of_a_living_process_or_another_host_is_left_alone(self) -> None:
        sleeper = subprocess.Popen(["sleep", "60"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        names = {self.leave([start(self.step)], host="elsewhere")}
        mine = self.leave([start(self.step)], pid=sleeper.pid)
        path = pathlib.Path(self.directory, mine)
        content = path.read_bytes()
        path.write_bytes(
            content.replace(b'"pidStartedAt": "1"', f'"pidStartedAt": "{_spool.start_of(sleeper.pid)}"'.encode())
        )
        self.leftovers()
        self.assertEqual(set(self.files()), names | {mine})
        path.write_bytes(content)  # the pid is in use again, by a process that started at another time
        self.leftovers()
        self.assertEqual(set(self.files()), names)
        self.leftovers(any_host=True)
        self.assertEqual(self.files(), [])

    def test_of_another_service_is_left_alone(self) -> None:
        self.leave([start(self.step)])
        Leftovers(self.directory, "http://other/graphql", self.ledger.post).look()
        self.assertEqual((len(self.files()), self.ledger.started), (1, []))

    def test_a_stale_claim_is_claimed_again(self) -> None:
        name = self.leave([start(self.step), log(self.step, 1)])
        os.rename(os.path.join(self.directory, name), os.path.join(self.directory, name + ".claimed-1-1"))
        self.leftovers()
        self.assertEqual((self.ledger.entries, self.files()), ([1], []))
        name = self.leave([log(self.step, 2)])
        claimed = f"{name}.claimed-{os.getpid()}-{_spool.start_of(os.getpid())}"
        os.rename(os.path.join(self.directory, name), os.path.join(self.directory, claimed))
        self.leftovers()
        self.assertEqual((self.ledger.entries, self.files()), ([1], [claimed]))

    def test_only_one_gets_it(self) -> None:
        self.leave([start(self.step)])
        (file,) = _spool.list_files(self.directory)
        self.assertIsNotNone(_spool.claim(file))
        self.assertIsNone(_spool.claim(file))

    def test_goes_on_where_another_stopped(self) -> None:
        queue = self.queue()
        queue.append(start(self.step))
        for value in range(2000):
            queue.append(log(self.step, value))
        delivery = Delivery(queue, self.ledger.post)
        delivery.round()
        delivery.round()
        done = len(self.ledger.entries)
        self.assertGreater(done, 100)
        content = pathlib.Path(queue.base).read_bytes()  # as kill -9 leaves it
        queue.abandon()
        os.unlink(queue.base)
        header, lines = content.split(b"\n", 1)
        ended = subprocess.Popen(["true"])
        ended.wait()
        was = len(header)
        header = header.replace(f'"pid":{os.getpid()}'.encode(), f'"pid":{ended.pid}'.encode())
        place, width = header.rindex(b":") + 1, len(header) - was  # the one number may be wider than the other
        header = header[:place] + b"%20d}" % (int(header[place:-1]) + width)
        name = f"1-host-{ended.pid}-00000000.jsonl"
        pathlib.Path(self.directory, name).write_bytes(header + b"\n" + lines)
        self.ledger.down_after = self.ledger.requests + 1
        with self.assertRaises(UnavailableError):
            self.leftovers()
        self.assertEqual(self.files(), [name])
        self.ledger.down_after = None
        found = self.leftovers()
        self.assertEqual(self.ledger.entries, list(range(2000)))
        self.assertLess(found.operations, 2000 - done)
        self.assertEqual(self.ledger.replayed, 0)

    def test_is_given_back_when_the_service_is_away(self) -> None:
        name = self.leave([start(self.step), log(self.step, 1)])
        self.ledger.down = True
        with self.assertRaises(UnavailableError):
            self.leftovers()
        self.assertEqual(self.files(), [name])
        self.ledger.down = False
        self.leftovers()
        self.leave([start(self.step)])
        self.assertEqual(self.ledger.entries, [1])

    def test_delivering_twice_changes_nothing(self) -> None:
        lines = [start(self.step), log(self.step, 1), log(self.step, 2)]
        self.leave(lines)
        self.leave(lines)
        self.leftovers()
        self.assertEqual(self.ledger.entries, [1, 2])

    def test_waits_for_the_file_that_starts_its_step(self) -> None:
        parent = self.leave([start(self.step)], host="elsewhere", ms=1)
        child = self.leave([log(self.step, 1)], ms=2)
        self.leftovers()
        self.assertEqual(set(self.files()), {parent, child})
        self.leftovers(any_host=True)
        self.assertEqual((self.ledger.entries, self.files()), ([1], []))

    def test_what_nobody_starts_is_set_aside(self) -> None:
        name = self.leave([log(self.step, value) for value in range(200)])
        with self.assertLogs("runledger", "ERROR"):
            self.leftovers()
        self.assertEqual(self.files(), [name + ".rejected"])
        self.assertLess(self.ledger.requests, 30)
        self.assertEqual(len(pathlib.Path(self.directory, name + ".rejected").read_text().splitlines()), 201)

    def test_a_taken_run_name_gets_a_suffix(self) -> None:
        run = str(uuid.uuid4())
        self.leave([f'{{"op":"startRun","variables":{{"input":{{"id":"{run}","name":"taken"}}}}}}\n'.encode()])
        with self.assertLogs("runledger", "WARNING"):
            self.leftovers()
        self.assertEqual((self.ledger.started, self.files()), ([run], []))

    def test_lines_that_are_none(self) -> None:
        name = self.leave([b"garbage\n", start(self.step), b'{"op":"explode","input":{}}\n', log(self.step, 1)])
        with self.assertLogs("runledger", "ERROR"):
            self.leftovers()
        self.assertEqual((self.ledger.entries, self.files()), ([1], [name + ".rejected"]))
        lines = [json.loads(line) for line in pathlib.Path(self.directory, name + ".rejected").read_text().splitlines()]
        self.assertEqual((lines[1]["raw"], lines[2]["op"]), ("garbage", "explode"))

    def test_what_was_refused_is_tried_again_when_a_person_asks_for_it(self) -> None:
        late = str(uuid.uuid4())
        name = self.leave([log(late, 1), b"garbage\n", log(late, 2), log(self.step, 3)])
        with self.assertLogs("runledger", "ERROR"):
            self.leftovers()
        self.assertEqual(self.files(), [name + ".rejected"])
        self.leftovers()
        self.assertEqual(self.files(), [name + ".rejected"])
        self.ledger.started.append(late)
        self.assertEqual(_spool.restore_rejected(self.directory), 1)
        with self.assertLogs("runledger", "ERROR"):
            self.leftovers()
        self.assertEqual((self.ledger.entries, self.files()), ([1, 2], [name + ".rejected"]))
        lines = [json.loads(line) for line in pathlib.Path(self.directory, name + ".rejected").read_text().splitlines()]
        self.assertEqual((lines[1]["raw"], lines[2]["input"]["entries"][0]["value"]), ("garbage", 3))
        claimed = os.path.join(self.directory, name + ".rejected")
        os.rename(claimed, claimed + ".claimed-1-1")  # by a process that is gone
        self.ledger.started.append(self.step)
        self.assertEqual(_spool.restore_rejected(self.directory), 1)
        with self.assertLogs("runledger", "ERROR"):
            self.leftovers()
        self.assertEqual(self.ledger.entries, [1, 2, 3])

    def test_what_killed_processes_left_besides_is_removed(self) -> None:
        ended = subprocess.Popen(["true"])
        ended.wait()
        own = _place.place_of(self.directory, os.getpid())
        for path in (own, os.path.join(self.directory, f"current-{_spool.safe_host()}-{ended.pid}-1"),
                     os.path.join(self.directory, f"current-elsewhere-{ended.pid}-1")):  # fmt: skip
            pathlib.Path(path).write_bytes(b"")
        self.leftovers()
        self.assertEqual(self.files(), sorted([os.path.basename(own), f"current-elsewhere-{ended.pid}-1"]))

    def test_files_without_a_header(self) -> None:
        name = self.leave([])
        path = pathlib.Path(self.directory, name)
        path.write_bytes(b'{"runledgerSp')
        self.leftovers()
        self.assertEqual(self.files(), [])
        path.write_bytes(b"something else\n")
        with self.assertLogs("runledger", "WARNING"):
            self.leftovers()
        self.assertEqual(self.files(), [name])

    def test_host_names_with_hyphens(self) -> None:
        pathlib.Path(self.directory, "12-a-b-3-c-44-0123abcd.jsonl").write_bytes(b"")
        (file,) = _spool.list_files(self.directory)
        self.assertEqual((file.made_ms, file.pid), (12, 44))


class CommandLine(unittest.TestCase):
    def test_version_and_help(self) -> None:
        for asked, words in (("--version", f"runledger {runledger.__version__}"), ("--help", "npx runledger")):
            out = io.StringIO()
            with contextlib.redirect_stdout(out), self.assertRaises(SystemExit) as ended:
                __main__.main([asked])
            self.assertEqual(ended.exception.code, 0)
            self.assertIn(words, " ".join(out.getvalue().split()))


if __name__ == "__main__":
    unittest.main()
