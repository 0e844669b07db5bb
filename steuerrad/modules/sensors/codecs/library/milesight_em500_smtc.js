// Milesight EM500-SMTC (and SMT), soil moisture, temperature and conductivity: channel, type, value, as its maker describes them.
function decodeUplink(input) {
  const bytes = input.bytes;
  const data = {};
  const about = { 0x01: 1, 0x09: 2, 0x0a: 2, 0x0b: 1, 0x0f: 1, 0x16: 8, 0xfe: 1, 0xff: 2 };  // lengths of what the device says of itself
  let at = 0;
  const unsigned = () => bytes[at] | (bytes[at + 1] << 8);
  const has = (count) => at + count <= bytes.length;
  while (has(2)) {
    const channel = bytes[at], type = bytes[at + 1];
    at += 2;
    if (channel === 0x01 && type === 0x75 && has(1)) { data.battery = bytes[at]; at += 1; }
    else if (channel === 0x03 && type === 0x67 && has(2)) { data.temperature = ((unsigned() << 16) >> 16) / 10; at += 2; }
    else if (channel === 0x04 && type === 0x68 && has(1)) { data.moisture = bytes[at] / 2; at += 1; }
    else if (channel === 0x04 && type === 0xca && has(2)) { data.moisture = unsigned() / 100; at += 2; }
    else if (channel === 0x05 && type === 0x7f && has(2)) { data.conductivity = unsigned(); at += 2; }
    else if (channel === 0x83 && type === 0xd7 && has(5)) { data.temperature = ((unsigned() << 16) >> 16) / 10; at += 5; }  // an alarm
    else if (channel === 0xff && about[type] !== undefined && has(about[type])) at += about[type];
    else if (channel === 0x20 && type === 0xce && has(10)) at += 10;  // stored values
    else return { data, warnings: ["channel " + channel + ", type " + type + " is not known or cut off"] };
  }
  return { data };
}
