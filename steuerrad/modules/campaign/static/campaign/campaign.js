// Progressive enhancement only: every page is complete without this file.

/** A box above each category that ticks all of it. */
function tickAll(group) {
  const boxes = [...group.querySelectorAll('input[name="chosen"]')];
  const legend = group.querySelector("legend");
  if (boxes.length < 2 || !legend) return;
  const german = (document.documentElement.lang || "de").startsWith("de");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "kern-btn kern-btn--tertiary";
  const label = document.createElement("span");
  label.className = "kern-label";
  label.textContent = german ? "Alle ankreuzen" : "Tick all";
  button.append(label);
  button.addEventListener("click", () => {
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => { box.checked = !all; });
  });
  legend.after(button);
}

document.querySelectorAll("[data-campaign-group]").forEach(tickAll);
