"""Many jobs that say that they live: living-jobs.py SECONDS URL[,URL...] < ids of runs, one a line.

Forks a process for each run, which beats every SECONDS, trying the next service where one does not answer, and prints
"pid id" for each. An empty line ends the ids. It ends when its standard input does, and all processes with it.
"""

import ctypes
import http.client
import json
import os
import random
import signal
import sys
import time
from urllib.parse import urlsplit

PR_SET_PDEATHSIG = 1


def beat(urls: list[str], run_id: str) -> None:
    body = json.dumps({"query": 'mutation { keepAlive(runIds: ["%s"]) }' % run_id})
    for url in random.sample(urls, len(urls)):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=2)
        try:
            connection.request("POST", parts.path, body, {"content-type": "application/json"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            continue
        finally:
            connection.close()


def main() -> None:
    seconds = float(sys.argv[1])
    urls = sys.argv[2].split(",")
    for line in iter(sys.stdin.readline, ""):
        run_id = line.strip()
        if run_id == "":
            break
        pid = os.fork()
        if pid == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            while True:
                beat(urls, run_id)
                time.sleep(seconds)
        print(pid, run_id, flush=True)
    sys.stdin.read()


main()
