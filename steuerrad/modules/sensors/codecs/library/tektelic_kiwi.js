// TEKTELIC KIWI and CLOVER, agriculture sensors. From the technical reference manual, section "UL payload formats": channel,
// type, value (big endian). Water tension: the maker's table of straight lines over the frequency of a Watermark 200SS.
const LINES = [ // from this frequency (Hz) on: tension there (kPa), and how much less for each further hertz
  [6430, 0, 0], [4330, 9, 0.004286], [2820, 15, 0.003974], [1110, 35, 0.0117], [770, 55, 0.05884],
  [600, 75, 0.1176], [485, 100, 0.2174], [293, 200, 0.5208],
];
function tension(frequency) {
  for (const [start, value, slope] of LINES) {
    if (frequency > start) return value - (frequency - start) * slope;
  }
  return 200;
}
const SIZES = { "0-255": 2, "0-186": 1, "1-4": 2, "2-2": 2, "3-2": 2, "4-2": 2, "5-4": 2, "6-4": 2, "9-101": 2, "9-0": 1,
  "10-113": 6, "10-0": 1, "11-103": 2, "11-104": 1, "12-103": 2 };
function decodeUplink(input) {
  const bytes = input.bytes, data = {};
  if (input.fPort !== 10) return { data, warnings: ["port " + input.fPort + " carries no measurements"] };
  for (let at = 0; at + 2 <= bytes.length;) {
    const kind = bytes[at] + "-" + bytes[at + 1], size = SIZES[kind];
    at += 2;
    if (size === undefined || at + size > bytes.length) {
      return { data, warnings: ["channel and type " + kind + " are not known or cut off"] };
    }
    const value = size === 1 ? bytes[at] : (bytes[at] << 8) | bytes[at + 1];
    const signed = (value << 16) >> 16;
    if (kind === "0-255") data.battery_voltage = value / 100;
    else if (kind === "1-4") data.soil_moisture_raw = value;
    else if (kind === "2-2" && value) data.soil_temperature = -32.46 * Math.log(value) + 236.36;
    else if (kind === "3-2" && value) data.soil_temperature1 = -31.96 * Math.log(value) + 213.25;
    else if (kind === "4-2" && value) data.soil_temperature2 = -31.96 * Math.log(value) + 213.25;
    else if (kind === "5-4") { data.soil_moisture_raw1 = value; data.soil_water_tension1 = tension(value); }
    else if (kind === "6-4") { data.soil_moisture_raw2 = value; data.soil_water_tension2 = tension(value); }
    else if (kind === "9-101") data.ambient_light = value;
    else if (kind === "11-103") data.temperature = signed / 10;
    else if (kind === "11-104") data.humidity = value / 2;
    else if (kind === "12-103") data.housing_temperature = signed / 10;
    at += size;
  }
  return { data };
}
