// Moving stages and touchpoints: by mouse, by touch, by keyboard and by their buttons. The page
// works without it; every way sends the same form.
(() => {
  "use strict";
  const said = document.getElementById("map-said");
  const notice = document.getElementById("map-notice");
  const board = () => document.getElementById("map-board");
  const rowsOf = (list) => [...list.children].filter((one) => one.dataset.row);
  const nameOf = (one) => one.dataset.name;
  let lifted = null; // what is being moved: row, where it came from, and how
  let busy = false; // the last move is still on its way

  const say = (words) => {
    said.textContent = words;
  };
  const where = (row) => {
    const list = row.parentElement;
    const rows = rowsOf(list);
    return `place ${rows.indexOf(row) + 1} of ${rows.length} on ${nameOf(list)}`;
  };
  // An empty list keeps its words at its end.
  const putAt = (list, row, at) => {
    const others = rowsOf(list).filter((one) => one !== row);
    const before = others[at] || [...list.children].find((one) => one !== row && !one.dataset.row);
    list.insertBefore(row, before || null);
  };
  const freshen = (list) => {
    const rows = rowsOf(list);
    rows.forEach((row, at) => {
      const form = row.querySelector(".map-move");
      form.querySelector("[data-step='-1']").disabled = at === 0;
      form.querySelector("[data-step='1']").disabled = at === rows.length - 1;
    });
  };
  const showHandles = () => {
    board()
      .querySelectorAll("[data-handle]")
      .forEach((handle) => {
        handle.hidden = false;
      });
  };
  const lift = (row, handle, how) => {
    notice.hidden = true;
    const list = row.parentElement;
    lifted = { row, handle, how, list, at: rowsOf(list).indexOf(row) };
    row.classList.add("map-lifted");
  };
  const lower = () => {
    const { row, handle } = lifted;
    row.classList.remove("map-lifted");
    document.body.classList.remove("map-dragging");
    handle.setAttribute("aria-pressed", "false");
    lifted = null;
  };
  const putBack = ({ row, list, at }) => {
    putAt(list, row, at);
    freshen(list);
  };
  const cancel = () => {
    const from = lifted;
    lower();
    const other = from.row.parentElement;
    putBack(from);
    freshen(other);
    say(`${nameOf(from.row)} is back at ${where(from.row)}.`);
  };
  const complain = (words) => {
    notice.textContent = words;
    notice.hidden = false;
    notice.setAttribute("tabindex", "-1");
    notice.focus();
  };

  // Sends where it lies now; what the server refuses is taken back, and shown as it is stored.
  const send = async (from) => {
    const { row, list, at } = from;
    const target = row.parentElement;
    const now = rowsOf(target).indexOf(row);
    if (target === list && now === at) {
      say(`${nameOf(row)} stays at ${where(row)}.`);
      return;
    }
    const form = new FormData();
    form.set("at", now);
    form.set("seen", list.dataset.version);
    if (target !== list) {
      form.set("into", target.dataset.into);
      form.set("seen_there", target.dataset.version);
    }
    const headers = {
      Accept: "application/json",
      ...JSON.parse(document.body.getAttribute("hx-headers")),
    };
    busy = true;
    try {
      const answer = await fetch(row.dataset.move, { method: "POST", body: form, headers });
      const body = await answer.json();
      if (answer.ok) {
        Object.entries(body.lists).forEach(([name, version]) => {
          const changed = board().querySelector(`[data-list="${name}"]`);
          changed.dataset.version = version;
          changed.querySelectorAll(`:scope > li > .map-acts [name=seen], :scope > li > .map-head [name=seen]`).forEach((input) => {
            input.value = version;
          });
          freshen(changed);
        });
        say(`${nameOf(row)} is now at ${where(row)}.`);
        return;
      }
      await window.htmx.ajax("GET", location.pathname, {
        target: "#map-board",
        select: "#map-board",
        swap: "outerHTML",
      });
      showHandles();
      complain(body.words);
    } catch {
      putBack(from);
      freshen(target);
      complain(`That did not reach us, so “${nameOf(row)}” is where it was. Try again in a moment.`);
    } finally {
      busy = false;
    }
  };
  const drop = () => {
    const from = lifted;
    lower();
    return send(from);
  };

  // By mouse and by touch: the row itself goes along, under the pointer.
  const under = (x, y, kind) => {
    const found = document.elementFromPoint(x, y);
    if (!found) return null;
    const row = found.closest(`[data-row="${kind}"]`);
    if (row) return { row, list: row.parentElement };
    const list = found.closest(`[data-of="${kind}"]`) || found.closest("li")?.querySelector(`[data-of="${kind}"]`);
    return list ? { row: null, list } : null;
  };
  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button || busy || lifted) return;
    const row = handle.closest("[data-row]");
    lift(row, handle, "pointer");
    lifted.pointer = event.pointerId;
    lifted.y = event.clientY;
    document.body.classList.add("map-dragging");
    event.preventDefault();
    handle.focus({ preventScroll: true });
  });
  document.addEventListener("pointermove", (event) => {
    if (!lifted || lifted.pointer !== event.pointerId) return;
    const { row } = lifted;
    const edge = 60;
    if (event.clientY < edge) window.scrollBy(0, -12);
    else if (event.clientY > innerHeight - edge) window.scrollBy(0, 12);
    const over = under(event.clientX, event.clientY, row.dataset.row);
    if (!over || over.row === row) return;
    if (!over.row) {
      if (row.parentElement !== over.list && !rowsOf(over.list).length) putAt(over.list, row, 0);
      return;
    }
    const box = over.row.getBoundingClientRect();
    const rows = rowsOf(over.list).filter((one) => one !== row);
    const after = event.clientY > box.top + box.height / 2;
    putAt(over.list, row, rows.indexOf(over.row) + (after ? 1 : 0));
  });
  document.addEventListener("pointerup", (event) => {
    if (lifted && lifted.pointer === event.pointerId) drop();
  });
  document.addEventListener("pointercancel", (event) => {
    if (lifted && lifted.pointer === event.pointerId) cancel();
  });

  // By keyboard: lifted by space, moved by arrows, over a list's end into the next one.
  const step = (row, by) => {
    const list = row.parentElement;
    const rows = rowsOf(list);
    const at = rows.indexOf(row) + by;
    if (at >= 0 && at < rows.length) {
      putAt(list, row, at);
      return true;
    }
    const lists = [...board().querySelectorAll(`[data-of="${row.dataset.row}"]`)];
    const next = lists[lists.indexOf(list) + by];
    if (!next) return false;
    putAt(next, row, by > 0 ? 0 : rowsOf(next).length);
    return true;
  };
  let moving = false; // a moved element loses its focus for a moment
  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.("[data-handle]");
    if (event.key === "Escape" && lifted) {
      event.preventDefault();
      moving = true;
      const back = lifted.handle;
      cancel();
      back.focus();
      moving = false;
      return;
    }
    if (!handle) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (busy || event.repeat) return;
      if (lifted) {
        drop();
        return;
      }
      const row = handle.closest("[data-row]");
      lift(row, handle, "keys");
      handle.setAttribute("aria-pressed", "true");
      say(`${nameOf(row)} is lifted, at ${where(row)}. Arrow keys move it.`);
    } else if (lifted && lifted.handle === handle && /^Arrow(Up|Down)$/.test(event.key)) {
      event.preventDefault();
      moving = true;
      const moved = step(lifted.row, event.key === "ArrowUp" ? -1 : 1);
      handle.focus({ preventScroll: true });
      lifted.row.scrollIntoView({ block: "nearest" });
      moving = false;
      say(moved ? `${nameOf(lifted.row)}: ${where(lifted.row)}.` : "There is no further place.");
    }
  });
  document.addEventListener("focusout", (event) => {
    if (lifted && lifted.how === "keys" && !moving && event.target === lifted.handle) cancel();
  });

  // The buttons do without a new page.
  document.addEventListener("submit", (event) => {
    const row = event.target.closest("[data-row]");
    const button = event.submitter;
    if (!event.target.matches(".map-move") || !row || !button) return;
    event.preventDefault();
    if (busy || lifted) return;
    notice.hidden = true;
    const list = row.parentElement;
    const at = rowsOf(list).indexOf(row);
    putAt(list, row, at + Number(button.dataset.step));
    send({ row, list, at }).then(() => {
      const twin = event.target.querySelector("button:not([disabled])");
      if (notice.hidden) (button.disabled ? twin : button)?.focus({ preventScroll: true });
    });
    button.focus({ preventScroll: true });
  });

  if (board()) showHandles();
})();
