// Dragino LSE01, soil moisture, temperature and conductivity. From the user manual, section "Uplink payload".
function decodeUplink(input) {
  const bytes = input.bytes;
  if (input.fPort !== 2) return { data: {}, warnings: ["port " + input.fPort + " carries no measurements"] };
  if (bytes.length < 11) return { errors: ["11 bytes are expected, " + bytes.length + " came"] };
  const unsigned = (at) => (bytes[at] << 8) | bytes[at + 1];
  const signed = (at) => (unsigned(at) << 16) >> 16;
  const data = {
    battery_voltage: (unsigned(0) & 0x3fff) / 1000,
    soil_moisture: unsigned(4) / 100,
    soil_temperature: signed(6) / 100,
    soil_conductivity: unsigned(8),
  };
  if (unsigned(2) !== 0x7fff && unsigned(2) !== 0) data.probe_temperature = signed(2) / 10;
  return { data };
}
