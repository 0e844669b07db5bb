// Progressive enhancement of the what-if: sliders beside the number fields, and short addresses.
// Recomputing while a slider moves is htmx's work (see the attributes of the form); the page is complete without it.

const form = document.querySelector("[data-prio-form]");

/** A slider and its number field show the same; only the number field is sent. */
function pair(slider) {
  const field = document.getElementById(slider.dataset.for);
  slider.hidden = false;
  slider.addEventListener("input", () => { field.value = slider.value; mark(field); });
  field.addEventListener("input", () => { if (field.value !== "") slider.value = field.value; mark(field); });
  mark(field);
}

function mark(field) {
  field.closest(".prio-row")?.classList.toggle("prio-row--moved", !same(field));
}

function same(field) {
  const near = Number(field.dataset.same ?? 0.005);
  return field.value === field.dataset.default || (field.value !== "" && Math.abs(Number(field.value) - Number(field.dataset.default)) < near);
}

/** A figure may be given in points or as the quantity behind it; a switch begins at the present value. */
function unit(select) {
  const field = document.getElementById(select.dataset.prioUnit);
  const slider = form.querySelector(`[data-for="${field.id}"]`);
  select.addEventListener("input", () => {
    const way = select.selectedOptions[0].dataset;
    Object.assign(field, { name: way.name, min: way.low, max: way.high, value: way.value });
    Object.assign(field.dataset, { default: way.value, same: way.same });
    Object.assign(slider, { min: way.sliderLow, max: way.high, step: way.step });
    slider.value = way.value;
    mark(field);
  });
}

if (form) {
  form.querySelectorAll(".prio-slider").forEach(pair);
  form.querySelectorAll("[data-prio-unit]").forEach(unit);
  // What stands as it stood need not be asked for: the address stays short and can be passed on.
  form.addEventListener("formdata", (event) => {
    form.querySelectorAll("[data-default]").forEach((field) => { if (same(field)) event.formData.delete(field.name); });
  });
  const result = document.getElementById("result");
  let open = [];
  result.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 400) { event.detail.shouldSwap = true; event.detail.isError = false; } // says what is wrong
    open = [...result.querySelectorAll("details")].map((details) => details.open);
  });
  result.addEventListener("htmx:afterSettle", () => {
    result.querySelectorAll("details").forEach((details, index) => { if (open[index] !== undefined) details.open = open[index]; });
    result.removeAttribute("aria-busy");
  });
  form.addEventListener("htmx:beforeRequest", () => result.setAttribute("aria-busy", "true"));
}
