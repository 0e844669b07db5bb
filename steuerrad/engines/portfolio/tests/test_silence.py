"""What C prints while the solver works is lost; what Python prints is not."""

from __future__ import annotations

import subprocess
import sys
import threading

from steuerrad.engines.portfolio.silence import silent

PROGRAM = """
import ctypes
from steuerrad.engines.portfolio.silence import silent
c = ctypes.CDLL(None)
c.puts(b"before")
with silent():
    c.puts(b"chatter")
    c.printf(b"more %d\\n", 1)
    print("python", flush=True)
    with silent():
        c.puts(b"inner")
    c.puts(b"still inside")
c.puts(b"after")
c.fflush(None)
"""


def test_only_the_chatter_of_c_is_lost() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == ["after", "before", "python"]


def test_many_threads_leave_it_as_it_was() -> None:
    import ctypes

    stream = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stdout")
    before = stream.value

    def work() -> None:
        for _ in range(200):
            with silent():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stdout").value == before
