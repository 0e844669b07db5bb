// Keeps the latest values of an open page up to date by server-sent events. Without it the page is complete, only still.
const bar = document.querySelector("[data-live]");
const language = document.documentElement.lang || "de";
const RETRY_MS = 60000; // after the server has refused; a stream that ends is taken up by the browser itself
const MINUS = "\u2212";
const RAMPS = {
  heat: [[33, 68, 170], [146, 176, 230], [240, 236, 220], [240, 160, 90], [176, 32, 32]],
  wet: [[238, 214, 164], [214, 226, 214], [140, 190, 222], [62, 130, 196], [22, 62, 132]],
  harm: [[250, 243, 190], [246, 200, 110], [232, 130, 82], [178, 62, 110], [84, 26, 112]],
};

function figure(value, decimals, unit) {
  const form = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const text = form.format(value).replace("-", MINUS);
  return unit ? text + (unit === "%" ? "\u202f" : "\u00a0") + unit : text;
}

function colour(share, name) {
  const stops = RAMPS[name] || RAMPS.heat;
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  const part = place - index;
  return `rgb(${stops[index].map((low, at) => Math.round(low + (stops[index + 1][at] - low) * part)).join(" ")})`;
}

function age(moment) {
  const minutes = Math.floor((Date.now() - moment.getTime()) / 60000);
  if (minutes < 1) return bar.dataset.liveNow;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 2880) return words.format(-Math.floor(minutes / 60), "hour");
  return words.format(-Math.floor(minutes / 1440), "day");
}

function tell(item) {
  if (item.value === null) return;
  for (const place of document.querySelectorAll(`[data-live-series="${item.series}"]`)) {
    if (place.dataset.liveTime >= item.time) continue; // a late reading is not the latest one
    place.dataset.liveTime = item.time;
    place.textContent = figure(item.value, Number(place.dataset.liveDecimals), place.dataset.liveUnit);
    place.closest("[data-live-row]")?.classList.remove("climate-old");
    place.classList.remove("climate-new");
    void place.offsetWidth; // begins the highlight anew
    place.classList.add("climate-new");
    for (const link of document.querySelectorAll(`[data-live-spot="${item.series}"]`)) paint(link, item.value, place.textContent);
  }
  for (const place of document.querySelectorAll(`[data-live-age="${item.series}"]`)) {
    if (place.dataset.liveTime >= item.time) continue;
    place.dataset.liveTime = item.time;
    place.textContent = age(new Date(item.time));
    for (const word of place.parentElement.querySelectorAll(":scope > strong")) word.remove(); // no longer old
    const at = place.parentElement.querySelector(".climate-at");
    if (at) at.textContent = `(${clock(new Date(item.time))})`;
  }
}

function clock(moment) {
  const parts = { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" };
  const form = new Intl.DateTimeFormat(language, { ...parts, timeZone: bar.dataset.liveZone });
  return form.format(moment).replace(", ", " ");
}

function paint(link, value, text) {
  const map = link.ownerSVGElement.dataset;
  const low = Number(map.liveLow);
  const high = Number(map.liveHigh);
  const shape = link.querySelector("circle, rect, path");
  if (map.liveRamp) shape.setAttribute("fill", colour((value - low) / (high - low || 1), map.liveRamp));
  shape.removeAttribute("stroke-dasharray");
  const label = link.querySelector("text");
  if (label) label.textContent = text;
  const name = link.getAttribute("aria-label").split(": ").slice(0, -1).join(": ");
  link.setAttribute("aria-label", `${name}: ${text}`);
  link.querySelector("title").textContent = `${name}: ${text}`;
}

let source = null;
function follow() {
  source = new EventSource(bar.dataset.live);
  source.addEventListener("values", (event) => {
    for (const item of JSON.parse(event.data).values) tell(item);
  });
  source.addEventListener("error", () => {
    if (source && source.readyState === EventSource.CLOSED) {
      const given = source;
      setTimeout(() => { if (source === given) follow(); }, RETRY_MS);
    }
  });
}

function rest() {
  source?.close();
  source = null;
}

if (bar && window.EventSource) {
  const button = bar.querySelector("button");
  const state = bar.querySelector("[data-live-state]");
  let paused = false;
  const show = () => {
    state.textContent = paused ? bar.dataset.livePaused : bar.dataset.liveRunning;
    button.setAttribute("aria-pressed", String(paused));
  };
  button.addEventListener("click", () => {
    paused = !paused;
    if (paused) rest();
    else follow();
    show();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) rest();
    else if (!paused && !source) follow();
  });
  setInterval(() => {
    for (const place of document.querySelectorAll("[data-live-age]"))
      if (place.dataset.liveTime) place.textContent = age(new Date(place.dataset.liveTime));
  }, 60000);
  bar.hidden = false;
  show();
  follow();
}
