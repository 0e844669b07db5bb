// Cayenne Low Power Payload 2.0: channel, type, value (big endian). Names: type and channel, e.g. temperature_3.
const TYPES = { // name, bytes, whether signed, divisor; types after the IPSO objects 3200 and on
  0x00: ["digital_in", 1, false, 1], 0x01: ["digital_out", 1, false, 1], 0x02: ["analog_in", 2, true, 100],
  0x03: ["analog_out", 2, true, 100], 0x64: ["generic", 4, false, 1], 0x65: ["illuminance", 2, false, 1],
  0x66: ["presence", 1, false, 1], 0x67: ["temperature", 2, true, 10], 0x68: ["humidity", 1, false, 2],
  0x73: ["pressure", 2, false, 10], 0x74: ["voltage", 2, false, 100], 0x75: ["current", 2, false, 1000],
  0x76: ["frequency", 4, false, 1], 0x78: ["percentage", 1, false, 1], 0x79: ["altitude", 2, true, 1],
  0x7d: ["concentration", 2, false, 1], 0x80: ["power", 2, false, 1], 0x82: ["distance", 4, false, 1000],
  0x83: ["energy", 4, false, 1000], 0x84: ["direction", 2, false, 1], 0x85: ["time", 4, false, 1],
};
const GROUPS = { 0x71: ["acceleration", ["x", "y", "z"], 2, 1000], 0x86: ["gyrometer", ["x", "y", "z"], 2, 100] };
function decodeUplink(input) {
  const bytes = input.bytes, data = {};
  function read(at, size, signed) {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + bytes[at + i];
    return signed && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
  }
  for (let at = 0; at < bytes.length;) {
    const channel = bytes[at], type = bytes[at + 1], rest = bytes.length - at - 2;
    const one = TYPES[type], group = GROUPS[type];
    at += 2;
    if (one && rest >= one[1]) {
      data[one[0] + "_" + channel] = read(at, one[1], one[2]) / one[3];
      at += one[1];
    } else if (group && rest >= 6) {
      const values = {};
      group[1].forEach((name, place) => { values[name] = read(at + 2 * place, 2, true) / group[3]; });
      data[group[0] + "_" + channel] = values;
      at += 6;
    } else if (type === 0x88 && rest >= 9) {
      data["position_" + channel] = { latitude: read(at, 3, true) / 10000, longitude: read(at + 3, 3, true) / 10000,
        altitude: read(at + 6, 3, true) / 100 };
      at += 9;
    } else {
      return { data, warnings: ["type " + type + " on channel " + channel + " is not known or cut off"] };
    }
  }
  return { data };
}
