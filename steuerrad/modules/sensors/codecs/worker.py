"""The process that codecs run in. Started by pool.py with an interpreter of its own; knows nothing of Steuerrad.

Reads requests from the standard input and answers on the standard output, each as four bytes of length (big endian) and
JSON. Before the first request it gives up what it can: files, processes, memory, its environment, and root where it was.
Every call has a fresh context, so that nothing is carried from one device or codec to another.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

import quickjs

#: CPU seconds of one call, megabytes that scripts may take, bytes of their stack.
SECONDS = 0.25
SCRIPT_MEMORY = 32 * 1024**2
STACK = 256 * 1024
#: All that the process may take (the interpreter itself needs some 60 MB of addresses).
ADDRESSES = 512 * 1024**2
CPU_HARD = 24 * 3600
NOBODY = 65534
NAMES = ("decodeUplink", "normalizeUplink", "Decoder", "Decode")
#: Functions may be declared with let or const, which makes them no properties of the global object, or exported.
COLLECT = "({" + ",".join(
    f"{name}: typeof {name} === 'function' ? {name} : module.exports.{name} || exports.{name}" for name in NAMES
) + "})"  # fmt: skip
CALL = "(given) => __answer(" + COLLECT + ", given)"


def confine() -> None:
    """For good: no new file, no child, no large memory, nothing written to a file, no privileges."""
    os.chdir("/")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    for kind, most in (
        (resource.RLIMIT_AS, ADDRESSES),
        (resource.RLIMIT_NOFILE, 3),  # the three that are open
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_HARD, CPU_HARD))


def wind_up() -> None:
    """A few more seconds of CPU for the next call: the kernel ends the process where the engine does not."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (min(CPU_HARD, int(used.ru_utime + used.ru_stime) + 3), CPU_HARD))


def call(prelude: str, code: str, given: str) -> dict[str, Any]:
    context = quickjs.Context()
    context.set_memory_limit(SCRIPT_MEMORY)
    context.set_max_stack_size(STACK)
    context.set_time_limit(SECONDS)
    try:
        context.eval(prelude)
        context.eval(code)
        answer = context.eval(CALL)(given)
        return {"answer": answer} if isinstance(answer, str) else {"error": "The codec returned nothing."}
    except Exception as error:  # noqa: BLE001 - whatever a codec throws is its answer
        return {"error": _text(error)}


def _text(error: Exception) -> str:
    try:
        return str(error)[:2000].encode("utf-8", "replace").decode()
    except Exception:  # noqa: BLE001 - the text is the codec's, too
        return type(error).__name__


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    prelude = ""
    codes: dict[str, str] = {}
    while head := source.read(4):
        request = json.loads(source.read(struct.unpack(">I", head)[0]))
        prelude = request.get("prelude", prelude)
        if "code" in request:
            if len(codes) > 200:
                codes.clear()
            codes[request["key"]] = request["code"]
        wind_up()
        if request["key"] in codes:
            found = call(prelude, codes[request["key"]], request["input"])
        else:
            found = {"unknown": True}
        body = json.dumps(found).encode()
        sink.write(struct.pack(">I", len(body)) + body)
        sink.flush()


if __name__ == "__main__":
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
