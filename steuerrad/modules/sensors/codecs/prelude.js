// Runs before the codec: what network servers offer beside the language, and the only way in and out.
// What is needed afterwards is taken hold of now, before a codec can put something else in its place.
(function (root) {
  "use strict";
  const stringify = JSON.stringify, parse = JSON.parse, finite = Number.isFinite, text = String;
  const keys = Object.keys, list = Array.isArray, defineProperty = Object.defineProperty;
  const LONGEST = 65536;

  class Buffer extends Uint8Array {
    static from(what, encoding) {
      if (typeof what !== "string") return new Buffer(what);
      if (encoding === "hex") return new Buffer((what.match(/[0-9a-f]{2}/gi) || []).map((two) => parseInt(two, 16)));
      const plain = encoding === "base64" ? atob(what) : unescape(encodeURIComponent(what));
      return new Buffer(Array.from(plain, (sign) => sign.charCodeAt(0)));
    }
    static alloc(size) { return new Buffer(size); }
    toString(encoding) {
      if (encoding === "hex") return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
      const plain = Array.from(this, (byte) => text.fromCharCode(byte)).join("");
      return encoding === "base64" ? btoa(plain) : decodeURIComponent(escape(plain));
    }
  }
  const kinds = { Int8: ["Int8"], UInt8: ["Uint8"], Float: ["Float32"], Double: ["Float64"],
    Int16: ["Int16"], UInt16: ["Uint16"], Int32: ["Int32"], UInt32: ["Uint32"] };
  for (const kind of keys(kinds)) {
    const get = DataView.prototype["get" + kinds[kind][0]];
    for (const end of kind.endsWith("8") ? [""] : ["LE", "BE"]) {
      Buffer.prototype["read" + kind + end] = function (at) {
        return get.call(new DataView(this.buffer, this.byteOffset, this.length), at || 0, end === "LE");
      };
    }
  }
  root.Buffer = Buffer;
  root.console = { log() {}, info() {}, warn() {}, error() {}, debug() {} };
  root.exports = {};
  root.module = { exports: root.exports };

  function told(what) {  // warnings and errors: a list of texts, whatever the codec made of them
    if (what === undefined || what === null) return [];
    return (list(what) ? what : [what]).slice(0, 20).map((one) => text(one).slice(0, 500));
  }

  function run(functions, input) {
    const bytes = input.bytes;
    if (functions.decodeUplink) return functions.decodeUplink(input);
    if (functions.Decoder) return { data: functions.Decoder(bytes, input.fPort) };
    if (functions.Decode) return { data: functions.Decode(input.fPort, bytes, input.variables) };
    return { errors: ["The codec has neither decodeUplink nor Decoder nor Decode."] };
  }

  function answer(functions, given) {
    const input = parse(given);
    if (input.recvTime) input.recvTime = new Date(input.recvTime);
    const found = run(functions, input) || {};
    const out = { data: found.data, warnings: told(found.warnings), errors: told(found.errors) };
    if (functions.normalizeUplink && out.errors.length === 0) {
      const normal = functions.normalizeUplink({ data: found.data }) || {};
      out.normalized = normal.data;
      out.warnings = out.warnings.concat(told(normal.warnings));
      out.errors = out.errors.concat(told(normal.errors));
    }
    const lost = [];
    const whole = stringify(out, (key, value) => {
      if (typeof value === "number" && !finite(value)) { lost.push(key); return null; }
      return value;
    });
    if (whole.length > LONGEST) throw new RangeError("The result has more than 64 KB.");
    return stringify({ result: whole, lost: lost.slice(0, 20) });
  }
  defineProperty(root, "__answer", { value: answer });  // neither to be written over nor to be deleted
})(globalThis);
