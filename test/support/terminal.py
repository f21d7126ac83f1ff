"""Runs a command in a pseudo-terminal of its own, as a shell does, and does to it what people do.

    terminal.py SECONDS ACTION COMMAND…

After SECONDS, or as soon as a line with "ready at" appears and SECONDS more have passed where SECONDS begins with "+", it
does ACTION: "ctrl-c" types it, "ctrl-c-twice" again half a second later, "close" closes the terminal. Prints what the
command wrote, then, on the last line, the seconds that it took to end after that, or "still there".
"""

import os
import pty
import select
import signal
import sys
import time

when, action, command = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)

output = b""
began = time.monotonic()
due = None if when.startswith("+") else began + float(when)
acted = None
closed = False
status = None


def read(timeout: float) -> None:
    global output, closed
    if closed:
        time.sleep(timeout)
        return
    if select.select([terminal], [], [], timeout)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            data = b""
        if data:
            output += data
        else:
            closed = True


typed = 0
while True:
    read(0.02)
    now = time.monotonic()
    if due is None and b"ready at" in output:
        due = now + float(when[1:])
    if due is not None and now >= due and acted is None:
        acted = now
        if action == "close":
            closed = True
            os.close(terminal)
        else:
            os.write(terminal, b"\x03")
            typed = 1
    if action == "ctrl-c-twice" and typed == 1 and acted is not None and now - acted > 0.5:
        typed = 2
        if not closed:
            try:
                os.write(terminal, b"\x03")
            except OSError:
                pass
    done, code = os.waitpid(pid, os.WNOHANG)
    if done:
        status = code
        break
    if now - began > 60:
        os.killpg(pid, signal.SIGKILL)
        break

sys.stdout.write(output.decode("utf-8", "replace"))
ended = "still there" if status is None else f"{time.monotonic() - (acted or began):.3f}"
sys.stdout.write(f"\n{ended}\n")
