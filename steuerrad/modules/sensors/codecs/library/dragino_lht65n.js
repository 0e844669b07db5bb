// Dragino LHT65N, temperature and humidity with an optional probe. From the user manual, section "Uplink payload".
function decodeUplink(input) {
  const bytes = input.bytes;
  if (input.fPort !== 2) return { data: {}, warnings: ["port " + input.fPort + " carries no measurements"] };
  if (bytes.length < 7) return { errors: ["at least 7 bytes are expected, " + bytes.length + " came"] };
  const unsigned = (at) => (bytes[at] << 8) | bytes[at + 1];
  const signed = (at) => (unsigned(at) << 16) >> 16;
  if (bytes[6] & 0x40) return { data: {}, warnings: ["stored values (datalog) are not read"] };
  const data = { battery_voltage: (unsigned(0) & 0x3fff) / 1000, battery_state: bytes[0] >> 6 };
  if (unsigned(2) !== 0x7fff) data.temperature = signed(2) / 100;
  data.humidity = (unsigned(4) & 0x0fff) / 10;
  const probe = bytes[6] & 0x0f;
  if (probe === 1 && bytes.length >= 9 && unsigned(7) !== 0x7fff) data.probe_temperature = signed(7) / 100;
  if (probe === 5 && bytes.length >= 9) data.illuminance = unsigned(7);
  return { data };
}
