"""What codecs may return, and what hostile ones cannot do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from steuerrad.modules.sensors.codecs import pool
from steuerrad.modules.sensors.codecs.decoding import CodecError, decode

GOOD = "function decodeUplink(input) { return {data: {n: input.bytes.length, port: input.fPort}}; }"


def body(text: str) -> str:
    return f"function decodeUplink(input) {{ {text} }}"


@pytest.mark.parametrize("code", [
    "function decodeUplink(i) { return {data: {a: i.bytes[0], p: i.fPort}}; }",
    "const decodeUplink = (i) => ({data: {a: i.bytes[0], p: i.fPort}});",
    "function Decoder(bytes, port) { return {a: bytes[0], p: port}; }",
    "function Decode(fPort, bytes, variables) { return {a: bytes[0], p: fPort}; }",
    "module.exports = {decodeUplink: function (i) { return {data: {a: i.bytes[0], p: i.fPort}}; }};",
    "exports.decodeUplink = function (i) { return {data: {a: i.bytes[0], p: i.fPort}}; };",
    "function decodeUplink(i) { return {data: {a: Buffer.from(i.bytes).readUInt8(0), p: i.fPort}}; }",
])  # fmt: skip
def test_all_forms_of_codecs_are_run(code: str) -> None:
    assert decode(code, b"\x2a\x01", 7).data == {"a": 42, "p": 7}


def test_the_input_is_what_network_servers_give() -> None:
    from datetime import UTC, datetime

    code = body("return {data: {t: input.recvTime.getUTCFullYear(), v: input.variables.depth}};")
    found = decode(code, b"", 1, received=datetime(2025, 7, 8, tzinfo=UTC), variables={"depth": "30"})
    assert found.data == {"t": 2025, "v": "30"}


def test_buffers_read_as_makers_expect() -> None:
    code = body(
        "const b = Buffer.from(input.bytes); return {data: {a: b.readInt16BE(0), b: b.readUInt16LE(0),"
        " c: b.toString('hex'), d: Buffer.from('0102', 'hex').length, e: b.toString('base64')}};"
    )
    assert decode(code, b"\xff\xfe", 1).data == {"a": -2, "b": 0xFEFF, "c": "fffe", "d": 2, "e": "//4="}


def test_warnings_are_passed_on_and_errors_refuse() -> None:
    assert decode(body("return {data: {}, warnings: ['low battery']}"), b"", 1).warnings == ("low battery",)
    with pytest.raises(CodecError, match="wrong port; too short"):
        decode(body("return {errors: ['wrong port', 'too short']}"), b"", 1)


def test_a_normalised_result_is_there_too() -> None:
    code = (
        body("return {data: {t: 5}}")
        + "function normalizeUplink(i) {return {data: {air: {temperature: i.data.t}}}}"
    )
    assert decode(code, b"", 1).normalized == {"air": {"temperature": 5}}


def test_what_is_no_number_is_missing_and_named() -> None:
    found = decode(body("return {data: {a: NaN, b: 1/0, c: 2}}"), b"", 1)
    assert found.data == {"a": None, "b": None, "c": 2}
    assert found.lost == ("a", "b")


HOSTILE = {
    "endless loop": ("while (true) {}", "250 ms"),
    "endless generator": ("for (const x of (function* () { while (true) yield 1; })()) {}", "250 ms"),
    "regex bomb": ("/(a+)+$/.test('a'.repeat(40) + 'b'); while (true) {}", "250 ms"),
    "huge arrays": ("const a = []; for (;;) a.push(new Array(1e6).fill(1));", "32 MB"),
    "huge text": ("let s = 'x'; for (;;) s += s + 'y'; ", "32 MB|failed"),
    "huge buffer": ("return {data: {n: new Uint8Array(1e9).length}};", "32 MB|failed"),
    "deep recursion": ("return (function f() { return f() + 1; })();", "stack"),
    "deep result": ("let d = {}; for (let i = 0; i < 50; i++) d = {d}; return {data: d};", "nested deeper"),
    "very deep result": ("let d = {}; for (let i = 0; i < 1e5; i++) d = {d}; return {data: d};", "failed|read|64 KB"),
    "circle": ("const d = {}; d.d = d; return {data: d};", "circular"),
    "giant result": ("return {data: {s: 'x'.repeat(1e6)}};", "64 KB"),
    "long text": ("return {data: {s: 'x'.repeat(2000)}};", "1000 characters"),
    "long name": ("return {data: {['x'.repeat(2000)]: 1}};", "1000 characters"),
    "many values": ("return {data: {a: new Array(1000).fill(0)}};", "500 values"),
    "no object": ("return {data: 5};", "no data"),
    "nothing": ("", "no data"),
    "throws an object without text": ("throw Object.create(null);", "failed"),
    "throws null": ("throw null;", "failed|32 MB"),
    "throws a half character": ("throw new Error('\\ud800');", "failed"),
    "big integer": ("return {data: {n: 5n}};", "failed"),
    "a trap as result": ("return new Proxy({}, {get() { while (true) {} }});", "250 ms"),
    "a trap in data": ("return {data: {toJSON() { while (true) {} }}};", "250 ms"),
    "a trap as error": ("throw {toString() { while (true) {} }};", "failed|250 ms|stopped|ended its process"),
    "asleep": ("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);", "failed|stopped"),
    "a module": ("return require('fs');", "not defined"),
    "a promise": ("return Promise.resolve({data: {}});", "no data"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_codec_is_refused_and_harms_none_after_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, reason = HOSTILE[name]
    with pytest.raises(CodecError, match=reason):
        decode(body(text), b"\x01", 1)
    assert decode(GOOD, b"\x01", 3).data == {"n": 1, "port": 3}


@pytest.mark.parametrize("text", [
    "while (true) {}", "this is no JavaScript", "const a = []; for (;;) a.push(new Array(1e6).fill(1));",
])  # fmt: skip
def test_what_happens_while_a_codec_loads_is_bounded_too(text: str) -> None:
    with pytest.raises(CodecError):
        decode(text, b"", 1)
    assert decode(GOOD, b"", 3).data == {"n": 0, "port": 3}


@pytest.mark.parametrize("text", [
    "JSON.stringify = () => 'stolen';", "JSON.parse = () => ({});", "String = () => 'x';",
    "Object.prototype.toJSON = function () { return 'x'; };", "Array.isArray = () => true;",
    "globalThis.__answer = () => 'x';", "delete globalThis.__answer;", "Array.prototype.map = () => ['x'];",
    "Object.prototype.warnings = 5;", "Object.prototype.get = () => 1;",
])  # fmt: skip
def test_games_with_the_wrapper_end_in_own_data_or_an_error(text: str) -> None:
    """A codec can spoil its own result, nothing else."""
    try:
        found: Any = decode(text + GOOD, b"\x01\x02", 1).data
    except CodecError:
        found = None
    assert found is None or isinstance(found, dict)
    assert decode(GOOD, b"\x01\x02", 1).data == {"n": 2, "port": 1}


def test_nothing_is_kept_between_calls() -> None:
    first = "globalThis.kept = (globalThis.kept || 0) + 1; Array.prototype.evil = 1;"
    code = first + body("return {data: {kept: globalThis.kept}}")
    assert [decode(code, b"", 1).data["kept"] for _ in range(3)] == [1, 1, 1]
    other = body("return {data: {kept: typeof globalThis.kept, evil: typeof [].evil}}")
    assert decode(other, b"", 1).data == {"kept": "undefined", "evil": "undefined"}


def test_the_way_out_of_the_engine_is_shut() -> None:
    names = (
        "require",
        "process",
        "std",
        "os",
        "Worker",
        "fetch",
        "XMLHttpRequest",
        "setTimeout",
        "call_python",
    )
    listed = ", ".join(f"{name}: typeof {name}" for name in names)
    assert set(decode(body(f"return {{data: {{{listed}}}}}"), b"", 1).data.values()) == {"undefined"}
    code = body("return {data: {f: typeof (function () {}).constructor('return this')().__answer}}")
    assert decode(code, b"", 1).data == {"f": "function"}  # its own world, and nothing beside it


def test_the_worker_has_given_up_what_it_could() -> None:
    worker = pool.Worker()
    try:
        worker.ask(GOOD, json.dumps({"bytes": [], "fPort": 1}))
        proc = Path(f"/proc/{worker.pid}")
        limits = {line[:26].strip(): line[26:].split() for line in (proc / "limits").read_text().splitlines()}
        assert limits["Max open files"][:2] == ["3", "3"]
        assert limits["Max processes"][:2] == ["0", "0"]
        assert limits["Max address space"][0] == str(512 * 1024**2)
        assert int(limits["Max cpu time"][0]) < 60
        status = dict(
            line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line
        )
        if os.geteuid() == 0:
            assert set(status["Uid"].split()) == {"65534"}
            assert (proc / "environ").read_bytes() == b""
    finally:
        worker.close()


def test_a_worker_that_hangs_is_ended_and_replaced() -> None:
    worker = pool.Worker(patience=1.0)
    try:
        worker.ask(GOOD, json.dumps({"bytes": [], "fPort": 1}))
        first = worker.pid
        os.kill(first or 0, 19)  # SIGSTOP
        with pytest.raises(pool.WorkerError, match="did not come to an end"):
            worker.ask(GOOD, json.dumps({"bytes": [], "fPort": 1}))
        assert "answer" in worker.ask(GOOD, json.dumps({"bytes": [], "fPort": 1}))
        assert worker.pid != first
    finally:
        worker.close()


def test_a_worker_that_was_killed_is_replaced() -> None:
    worker = pool.Worker()
    try:
        worker.ask(GOOD, json.dumps({"bytes": [], "fPort": 1}))
        os.kill(worker.pid or 0, 9)
        for _ in range(2):  # it may be found dead before or while it is asked
            try:
                found = worker.ask(GOOD, json.dumps({"bytes": [], "fPort": 1}))
                break
            except pool.WorkerError:
                continue
        assert "answer" in found
    finally:
        worker.close()


def test_too_long_payloads_and_codecs_are_refused() -> None:
    with pytest.raises(CodecError, match="242 bytes"):
        decode(GOOD, b"x" * 243, 1)
    with pytest.raises(CodecError, match="512 KB"):
        decode("/*" + "x" * 600_000 + "*/" + GOOD, b"", 1)
