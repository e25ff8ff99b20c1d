// Questions are moved by dragging their handle (mouse, pen or finger), or with the keyboard: Space
// picks one up, the arrow keys move it, Space puts it down, Escape puts it back. Without this file
// there are the buttons.
(() => {
  "use strict";
  const list = document.querySelector("[data-order]");
  if (!list) return;
  const form = document.getElementById(list.dataset.order);
  const status = document.querySelector("[data-drag-status]");
  const rows = () => [...list.children];
  const order = () => rows().map((row) => row.dataset.key).join("\n");
  let before = order();

  document.querySelector(".drag-hint").hidden = false;
  for (const handle of list.querySelectorAll(".handle")) handle.hidden = false;
  if (location.hash) document.getElementById(location.hash.slice(1))?.querySelector(".handle")?.focus();

  const say = (row, words) => {
    const place = rows().indexOf(row) + 1;
    status.textContent = `${words} ${place} of ${rows().length}.`;
  };

  const keep = (row) => {
    if (order() === before) return;
    for (const one of form.querySelectorAll("[data-made]")) one.remove();
    const add = (name, value) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      input.dataset.made = "";
      form.append(input);
    };
    for (const one of rows()) add("order", one.dataset.key);
    add("key", row.dataset.key);
    form.submit();
  };

  const putBack = () => {
    const keys = before.split("\n");
    const byKey = new Map(rows().map((row) => [row.dataset.key, row]));
    for (const key of keys) list.append(byKey.get(key));
  };

  // By pointer
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button !== 0) return;
    const row = handle.closest("li");
    handle.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    const move = (moved) => {
      for (const other of rows()) {
        if (other === row) continue;
        const box = other.getBoundingClientRect();
        const middle = box.top + box.height / 2;
        const isAbove = other.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (isAbove && moved.clientY < middle) return other.before(row);
        if (!isAbove && moved.clientY > middle && other === row.nextElementSibling) return other.after(row);
      }
    };
    const end = (ended) => {
      handle.removeEventListener("pointermove", move);
      row.classList.remove("dragged");
      if (ended.type === "pointercancel") putBack();
      else keep(row);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end, { once: true });
    handle.addEventListener("pointercancel", end, { once: true });
  });

  // By keyboard
  list.addEventListener("keydown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle) return;
    const row = handle.closest("li");
    const held = handle.getAttribute("aria-pressed") === "true";
    if (event.key === " " || (event.key === "Enter" && held)) {
      event.preventDefault();
      handle.setAttribute("aria-pressed", String(!held));
      row.classList.toggle("dragged", !held);
      if (held) keep(row);
      else say(row, "Picked up:");
      return;
    }
    if (!held) return;
    const beside = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
    if (beside) {
      event.preventDefault();
      if (event.key === "ArrowUp") beside.before(row);
      else beside.after(row);
      handle.focus();
      say(row, "Moved to");
    } else if (event.key === "Escape") {
      handle.setAttribute("aria-pressed", "false");
      row.classList.remove("dragged");
      putBack();
      handle.focus();
      say(row, "Put back to");
    }
  });
})();
