// Progressive enhancement only: every page is complete without this file.

/** Phone: the menu, the search and the account collapse behind one button. */
function menu() {
  const button = document.querySelector("[data-ui-menu]");
  if (!button) return;
  const parts = document.querySelectorAll("[data-ui-collapsible]");
  const phone = window.matchMedia("(max-width: 48rem)");
  const set = (open) => {
    button.setAttribute("aria-expanded", String(open));
    parts.forEach((part) => part.classList.toggle("ui-collapsed", phone.matches && !open));
  };
  const adapt = () => { button.hidden = !phone.matches; set(false); };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") { set(false); button.focus(); }
  });
  phone.addEventListener("change", adapt);
  adapt();
}

/** "1.234,5 %" and "1,234.5" to a number; anything else to null. */
function figure(value, decimal) {
  const clean = value.replace(/[−–]/g, "-").replace(/[^0-9.,-]/g, "");
  if (!/[0-9]/.test(clean)) return null;
  const plain = decimal === "," ? clean.replace(/\./g, "").replace(",", ".") : clean.replace(/,/g, "");
  const number = Number(plain);
  return Number.isNaN(number) ? null : number;
}

function sortable(table) {
  const language = document.documentElement.lang || "de";
  const decimal = language.startsWith("de") ? "," : ".";
  const live = document.createElement("div");
  live.className = "kern-sr-only";
  live.setAttribute("aria-live", "polite");
  table.after(live);
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ui-sort";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const up = header.getAttribute("aria-sort") !== "ascending";
      headers.forEach((other) => other.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", up ? "ascending" : "descending");
      const numeric = header.classList.contains("kern-table__header--numeric");
      const key = (row) => (row.cells[index]?.textContent ?? "").trim();
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => compare(key(a), key(b), numeric, decimal, language, up));
      table.tBodies[0].append(...rows);
      const word = up ? (language.startsWith("de") ? "aufsteigend" : "ascending") : (language.startsWith("de") ? "absteigend" : "descending");
      live.textContent = `${button.textContent.trim()}: ${word}`;
    });
  });
}

function compare(a, b, numeric, decimal, language, up) {
  const sign = up ? 1 : -1;
  if (!numeric) return sign * a.localeCompare(b, language, { numeric: true });
  const [x, y] = [figure(a, decimal), figure(b, decimal)];
  if (x === null || y === null) return (x === null) - (y === null); // unknown stays last both ways
  return sign * (x - y);
}

/** The wheel is one tab stop; arrows walk along it, Home and End jump, Up and Down change ring. */
function wheel(root) {
  const links = [...root.querySelectorAll("a[href]")];
  if (!links.length) return;
  const enter = (link) => {
    links.forEach((other) => other.setAttribute("tabindex", other === link ? "0" : "-1"));
    link.focus();
  };
  links.forEach((link, index) => link.setAttribute("tabindex", index === 0 ? "0" : "-1"));
  root.addEventListener("keydown", (event) => {
    const index = links.indexOf(document.activeElement);
    if (index < 0) return;
    const themes = links.filter((link) => link.dataset.ring === "theme");
    const own = links.filter((link) => link.dataset.theme === links[index].dataset.theme);
    const turns = {
      ArrowRight: links[(index + 1) % links.length],
      ArrowLeft: links[(index - 1 + links.length) % links.length],
      ArrowDown: own[1] ?? links[index],
      ArrowUp: own[0],
      Home: links[0],
      End: links.at(-1),
      PageDown: themes[(themes.indexOf(own[0]) + 1) % themes.length],
      PageUp: themes[(themes.indexOf(own[0]) - 1 + themes.length) % themes.length],
    };
    if (turns[event.key]) { event.preventDefault(); enter(turns[event.key]); }
  });
}

/** With scripts a chart starts with its table folded; without, the table is open. */
function charts(root) {
  root.querySelectorAll("[data-ui-chart] details[data-ui-table]").forEach((details) => { details.open = false; });
}

/** On a phone a long filter that does not filter starts folded, so that the list comes first. */
function fold(root) {
  if (!window.matchMedia("(max-width: 40rem)").matches) return;
  root.querySelectorAll("details[data-ui-fold]").forEach((details) => { details.open = false; });
}

function enhance(root) {
  root.querySelectorAll("table[data-ui-sortable]:not([data-ui-ready])").forEach((table) => {
    table.dataset.uiReady = "yes";
    sortable(table);
  });
  root.querySelectorAll("[data-ui-wheel]").forEach(wheel);
  charts(root);
  fold(root);
  root.querySelector("[data-ui-focus]")?.focus();
}

menu();
enhance(document);
document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) enhance(event.detail.elt); });
window.addEventListener("beforeprint", () => document.querySelectorAll("[data-ui-table]").forEach((details) => { details.open = true; }));
