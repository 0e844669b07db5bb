// Decentlab DL-ATM41, weather station. Version, device, a bit for each group of values, then the groups as 16-bit words.
function decodeUplink(input) {
  const bytes = input.bytes;
  if (bytes.length < 5) return { errors: ["at least 5 bytes are expected, " + bytes.length + " came"] };
  if (bytes[0] !== 2) return { data: {}, warnings: ["version " + bytes[0] + " of the protocol is not known"] };
  const words = ["solar_radiation", 1, "precipitation", 1000, "lightning_strikes", 1, "lightning_distance", 1, "wind_speed", 100,
                 "wind_direction", 10, "wind_gust", 100, "air_temperature", 10, "vapor_pressure", 100, "air_pressure", 100,
                 "relative_humidity", 10, "sensor_temperature", 10, "tilt_x", 10, "tilt_y", 10, "compass", 1, "wind_north", 100, "wind_east", 100];
  const unsigned = (at) => (bytes[at] << 8) | bytes[at + 1];
  const groups = unsigned(3);
  const needed = 5 + (groups & 1 ? words.length : 0) + (groups & 2 ? 2 : 0);
  if (bytes.length < needed) return { errors: [needed + " bytes are expected, " + bytes.length + " came"] };
  const data = {};
  let at = 5;
  if (groups & 1) {
    for (let place = 0; place < words.length; place += 2, at += 2) data[words[place]] = (unsigned(at) - 32768) / words[place + 1];
  }
  if (groups & 2) data.battery_voltage = unsigned(at) / 1000;
  return { data };
}
