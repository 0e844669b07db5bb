// Dragino LDDS75, distance to a surface by ultrasound (millimetres). From the user manual, section "Uplink payload".
function decodeUplink(input) {
  const bytes = input.bytes;
  if (input.fPort !== 2) return { data: {}, warnings: ["port " + input.fPort + " carries no measurements"] };
  if (bytes.length < 8) return { errors: ["8 bytes are expected, " + bytes.length + " came"] };
  const unsigned = (at) => (bytes[at] << 8) | bytes[at + 1];
  const data = { battery_voltage: (unsigned(0) & 0x3fff) / 1000 };
  if (bytes[7] === 0) return { data, warnings: ["no ultrasonic sensor is connected"] };
  const distance = unsigned(2);
  if (distance < 280) return { data, warnings: ["nothing was measured: too near or no echo"] };
  data.distance = distance;
  return { data };
}
