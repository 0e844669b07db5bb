// ELSYS sensors (ERS, ELT, EMS and others share one payload): type, value, in the order of the maker's list of types.
function decodeUplink(input) {
  const bytes = input.bytes;
  const data = {};
  const skipped = { 0x03: 3, 0x08: 2, 0x09: 6, 0x0a: 2, 0x0b: 4, 0x0d: 1, 0x0f: 1, 0x10: 4, 0x11: 1, 0x12: 1, 0x13: 65, 0x15: 2,
                    0x16: 2, 0x17: 4, 0x18: 2, 0x1a: 1, 0x1b: 4, 0x3d: 4 };
  let at = 0;
  const unsigned = () => (bytes[at] << 8) | bytes[at + 1];
  const signed = () => (unsigned() << 16) >> 16;
  const has = (count) => at + count <= bytes.length;
  while (at < bytes.length) {
    const type = bytes[at];
    at += 1;
    if (type === 0x01 && has(2)) { data.temperature = signed() / 10; at += 2; }
    else if (type === 0x02 && has(1)) { data.humidity = bytes[at]; at += 1; }
    else if (type === 0x04 && has(2)) { data.light = unsigned(); at += 2; }
    else if (type === 0x05 && has(1)) { data.motion = bytes[at]; at += 1; }
    else if (type === 0x06 && has(2)) { data.co2 = unsigned(); at += 2; }
    else if (type === 0x07 && has(2)) { data.battery_voltage = unsigned() / 1000; at += 2; }
    else if (type === 0x0c && has(2)) { data.probe_temperature = signed() / 10; at += 2; }
    else if (type === 0x0e && has(2)) { data.distance = unsigned(); at += 2; }
    else if (type === 0x14 && has(4)) { data.pressure = (unsigned() * 65536 + ((bytes[at + 2] << 8) | bytes[at + 3])) / 1000; at += 4; }
    else if (type === 0x19) {  // further probes, as many as there are
      for (let probe = 2; has(2) && probe < 10; probe += 1) { data["probe_temperature_" + probe] = signed() / 10; at += 2; }
      return { data };
    }
    else if (type === 0x3e) return { data };  // settings
    else if (skipped[type] !== undefined && has(skipped[type])) at += skipped[type];
    else return { data, warnings: ["type " + type + " is not known or cut off"] };
  }
  return { data };
}
