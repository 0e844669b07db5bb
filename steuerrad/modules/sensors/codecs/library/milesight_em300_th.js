// Milesight EM300-TH, temperature and humidity. From the user guide, section "Uplink payload": channel, type, value.
function decodeUplink(input) {
  const bytes = input.bytes;
  const data = {};
  const about = { 0x01: 1, 0x09: 2, 0x0a: 2, 0x0b: 1, 0x0f: 1, 0x16: 8, 0xfe: 1 };  // lengths of what the device says of itself
  let at = 0;
  const signed = () => ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16;
  const has = (count) => at + count <= bytes.length;
  while (has(2)) {
    const channel = bytes[at], type = bytes[at + 1];
    at += 2;
    if (channel === 0x01 && type === 0x75 && has(1)) { data.battery = bytes[at]; at += 1; }
    else if (channel === 0x03 && type === 0x67 && has(2)) { data.temperature = signed() / 10; at += 2; }
    else if (channel === 0x04 && type === 0x68 && has(1)) { data.humidity = bytes[at] / 2; at += 1; }
    else if (channel === 0xff && about[type] !== undefined && has(about[type])) at += about[type];
    else if (channel === 0x20 && type === 0xce && has(8)) at += 8;  // stored values
    else return { data, warnings: ["channel " + channel + ", type " + type + " is not known or cut off"] };
  }
  return { data };
}
