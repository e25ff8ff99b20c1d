// Questions are moved by dragging their handle (mouse, pen or finger), or with the keyboard: Space
// picks one up, the arrow keys move it, Space puts it down, Escape puts it back. Without this file
// there are the buttons.
(() => {
  "use strict";
  const list = document.querySelector("[data-order]");
  if (!list) return;
  const form = document.getElementById(list.dataset.order);
  const status = document.querySelector("[data-drag-status]");
  const NEAR_EDGE = 64; // pixels from the screen's edge at which a drag scrolls, and how far a frame
  const SCROLL = 8;
  const rows = () => [...list.children];
  const order = () => rows().map((row) => row.dataset.key).join("\n");
  let before = order();

  document.querySelector(".drag-hint").hidden = false;
  for (const handle of list.querySelectorAll(".handle")) handle.hidden = false;
  // What was moved can be moved on. The browser itself goes to the address's place last of all, and
  // takes the focus from whatever has it.
  const goOn = () => document.getElementById(location.hash.slice(1))?.querySelector(".handle")?.focus();
  if (location.hash) addEventListener("load", () => setTimeout(goOn));

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

  // By pointer. The others make way and the row itself stays in the page, since what is taken out
  // of it loses the pointer.
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button !== 0) return;
    const row = handle.closest("li");
    const listening = new AbortController();
    let at = event.clientY;
    handle.setPointerCapture(event.pointerId);
    row.classList.add("dragged");

    const middle = (other) => {
      const box = other.getBoundingClientRect();
      return box.top + box.height / 2;
    };
    const place = () => {
      let other;
      while ((other = row.previousElementSibling) && at < middle(other)) row.after(other);
      while ((other = row.nextElementSibling) && at > middle(other)) row.before(other);
    };
    const follow = () => {
      if (listening.signal.aborted) return;
      if (at < NEAR_EDGE) window.scrollBy(0, -SCROLL);
      else if (at > window.innerHeight - NEAR_EDGE) window.scrollBy(0, SCROLL);
      place();
      requestAnimationFrame(follow);
    };
    const end = (kept) => {
      listening.abort();
      row.classList.remove("dragged");
      if (kept) keep(row);
      else putBack();
    };
    const on = (target, name, does) => target.addEventListener(name, does, { signal: listening.signal });
    on(handle, "pointermove", (moved) => (at = moved.clientY));
    on(handle, "pointercancel", () => end(false));
    on(document, "keydown", (pressed) => pressed.key === "Escape" && end(false));
    on(handle, "pointerup", (up) => {
      at = up.clientY;
      place();
      end(true);
    });
    requestAnimationFrame(follow);
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
      if (event.key === "ArrowUp") row.after(beside);
      else row.before(beside);
      row.scrollIntoView({ block: "nearest" });
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
