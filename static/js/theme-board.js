// The theme board by mouse, pen and touch, and kept fresh. Everything here submits forms that work
// without this file; the board is replaced while it lives, so every handler looks for its parts.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const THRESHOLD = 6; // pixels before a press is a drag
  const EDGE = 64; // pixels from the window's edge where it begins to scroll
  let drag = null;
  let sending = false;
  let skipClick = false;

  // What is dragged, and where it may be let go.

  const pressed = (event) => {
    if (event.button || !event.isPrimary || !find("#drag-form")) return null;
    const grip = event.target.closest("[data-grip]");
    // A finger scrolls the page; only the handle drags.
    if (event.pointerType === "touch" && !grip) return null;
    if (!grip && event.target.closest("a, button, summary, input")) return null;
    const word = event.target.closest("[data-word]");
    if (word) return { kind: "words", source: word };
    const head = event.target.closest("[data-card-head]");
    return head ? { kind: "theme", source: head.closest("[data-theme]") } : null;
  };

  const picked = (word) => {
    const own = word.dataset.word;
    const ticked = [...document.querySelectorAll("#board-form [name=words]:checked")].map((box) => box.value);
    return ticked.includes(own) ? ticked : [own];
  };

  const target = () => {
    const over = document.elementFromPoint(drag.x, drag.y)?.closest("[data-theme]");
    if (!over) return null;
    if (drag.kind === "words") {
      const from = drag.words.every((word) => word.endsWith(`:${over.dataset.theme}`));
      return from ? null : { over, how: drag.copy && over.dataset.theme !== "0" ? "copy" : "into" };
    }
    if (over === drag.source || over.dataset.theme === "0") return null;
    // The edges put it before or after, the middle merges.
    const box = over.getBoundingClientRect();
    const beside = getComputedStyle(over.parentElement).gridTemplateColumns.includes(" ");
    const part = beside ? (drag.x - box.left) / box.width : (drag.y - box.top) / box.height;
    return { over, how: part < 0.25 ? "before" : part > 0.75 ? "after" : "merge" };
  };

  const SAYS = { into: "Move", copy: "Put there as well", merge: "Merge", before: "Put before", after: "Put after" };

  const show = () => {
    const { ghost } = drag;
    ghost.style.transform = `translate(${drag.x + 12}px, ${drag.y + 12}px)`;
    find("[data-drop]")?.removeAttribute("data-drop");
    drag.target = target();
    if (drag.target) drag.target.over.dataset.drop = drag.target.how;
    const count = drag.kind === "words" && drag.words.length > 1 ? ` (${drag.words.length})` : "";
    ghost.firstElementChild.textContent = drag.target ? SAYS[drag.target.how] + count : "Drop on a theme";
  };

  const start = () => {
    drag.going = true;
    if (drag.kind === "words") drag.words = picked(drag.source);
    drag.ghost = document.createElement("div");
    drag.ghost.className = "drag-ghost";
    drag.ghost.append(document.createElement("strong"), document.createElement("span"));
    const named = drag.kind === "words" ? drag.source.querySelector("blockquote p") : drag.source.querySelector("h3");
    drag.ghost.lastElementChild.textContent = named.textContent.trim().slice(0, 60);
    document.body.append(drag.ghost);
    drag.source.classList.add("dragged");
    document.documentElement.classList.add("dragging");
    getSelection()?.removeAllRanges();
    requestAnimationFrame(scroll);
  };

  const scroll = () => {
    if (!drag?.going) return;
    const up = EDGE - drag.y;
    const down = drag.y - (innerHeight - EDGE);
    const step = up > 0 ? -up : down > 0 ? down : 0;
    if (step) {
      scrollBy({ top: step / 4, behavior: "instant" });
      show();
    }
    requestAnimationFrame(scroll);
  };

  const stop = () => {
    find("[data-drop]")?.removeAttribute("data-drop");
    drag.ghost?.remove();
    drag.source.classList.remove("dragged");
    document.documentElement.classList.remove("dragging");
    drag = null;
  };

  const send = (form, values) => {
    values.forEach(([name, value]) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    });
    form.requestSubmit();
  };

  const drop = () => {
    const { kind, words, source } = drag;
    const { over, how } = drag.target;
    const key = over.dataset.theme;
    if (kind === "words") {
      const values = words.map((word) => ["words", word]);
      send(find("#drag-form"), [...values, ["to", key], ...(how === "copy" ? [["keep", "1"]] : [])]);
    } else if (how === "merge") {
      send(find("#merge-form"), [["theme", source.dataset.theme], ["into", key]]);
    } else {
      const place = how === "before" ? key : over.dataset.next;
      if (place !== source.dataset.theme) send(find("#place-form"), [["place", `${source.dataset.theme}:${place}`]]);
    }
  };

  document.addEventListener("pointerdown", (event) => {
    skipClick = false;
    if (drag || sending) return;
    const what = pressed(event);
    if (what) drag = { ...what, id: event.pointerId, x: event.clientX, y: event.clientY, copy: false, going: false };
    if (what) [drag.fromX, drag.fromY] = [drag.x, drag.y];
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    Object.assign(drag, { x: event.clientX, y: event.clientY, copy: event.ctrlKey || event.metaKey || event.altKey });
    if (!drag.going && Math.hypot(drag.x - drag.fromX, drag.y - drag.fromY) < THRESHOLD) return;
    if (!drag.going) start();
    show();
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (drag.going) {
      drag.copy = event.ctrlKey || event.metaKey || event.altKey;
      show();
      skipClick = true;
      if (drag.target) drop();
    }
    stop();
  });
  document.addEventListener("pointercancel", () => drag && stop());
  document.addEventListener("dragstart", (event) => event.target.closest?.("#board") && event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (drag && event.key === "Escape") stop();
  });
  // The press that was a drag is no tick.
  document.addEventListener(
    "click",
    (event) => {
      if (!skipClick) return;
      skipClick = false;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  // Kept fresh: not while one drags or types, and with ticks and typing carried over.

  const busy = () => {
    const typing = document.activeElement?.matches?.("#board input:not([type=checkbox])") && document.activeElement.value;
    return Boolean(drag || sending || typing || document.hidden);
  };
  let kept = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const poll = event.detail.elt.matches("[data-board-poll]");
    if (poll && busy()) event.preventDefault();
    if (!poll && event.detail.target?.id === "board") sending = true;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event;
    if (detail.target?.id !== "board") return;
    // A move that was refused comes with the board as it is now.
    if ([409, 422].includes(detail.xhr.status)) Object.assign(detail, { shouldSwap: true, isError: false });
    const poll = detail.requestConfig.elt.matches("[data-board-poll]");
    if (poll && busy()) detail.shouldSwap = false;
    kept = poll
      ? [...document.querySelectorAll("#board [id]:is(input, select):not([type=hidden])")].map((one) => [one.id, one.value, one.checked])
      : null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "board" && event.detail.elt?.id !== "board") return;
    (kept || []).forEach(([id, value, checked]) => {
      const one = document.getElementById(id);
      if (!one) return;
      if (one.type === "checkbox") one.checked = checked;
      else one.value = value;
    });
    kept = null;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target?.id !== "board" || event.detail.elt.matches("[data-board-poll]")) return;
    sending = false;
    // Whoever undid from what was said stays near it.
    if (document.activeElement === document.body) (find("#sort-to") || find("#board a"))?.focus({ preventScroll: true });
  });
  const failed = (event) => {
    if (event.detail.target?.id !== "board" || event.detail.elt.matches("[data-board-poll]")) return;
    sending = false;
    event.preventDefault(); // said here
    const said = document.createElement("p");
    said.className = "notice bad";
    said.textContent = "That move did not reach us, so nothing has changed. Check your connection and try again.";
    find("#board-said").replaceChildren(said);
    document.querySelectorAll("#drag-form, #place-form, #merge-form").forEach((form) => {
      form.querySelectorAll("[name=words], [name=to], [name=keep], [name=theme], [name=into], [name=place]").forEach((one) => one.remove());
    });
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);
})();
