// The heatmap by keyboard: arrow keys walk the grid, focus goes to the drawer and comes back.
(() => {
  "use strict";
  const drawer = document.getElementById("drawer");
  if (!drawer) return;
  let opener = null;
  let address = location.href;

  // One stop for Tab in the whole grid; arrows, Home and End move between its cells.
  const table = document.querySelector("[data-grid]");
  const rows = table
    ? [...table.querySelectorAll("tbody tr")]
        .map((row) => [...row.querySelectorAll("td a")])
        .filter((cells) => cells.length)
    : [];
  rows.flat().forEach((link, place) => {
    link.tabIndex = place ? -1 : 0;
  });
  const go = (link) => {
    rows.flat().forEach((other) => {
      other.tabIndex = -1;
    });
    link.tabIndex = 0;
    link.focus();
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  if (table)
    table.addEventListener("keydown", (event) => {
      const link = event.target.closest("td a");
      if (!link || event.altKey || event.metaKey) return;
      const line = rows.findIndex((cells) => cells.includes(link));
      const place = rows[line].indexOf(link);
      const last = rows[line].length - 1;
      const step = {
        ArrowLeft: [line, place - 1],
        ArrowRight: [line, place + 1],
        ArrowUp: [line - 1, place],
        ArrowDown: [line + 1, place],
        Home: [event.ctrlKey ? 0 : line, 0],
        End: [event.ctrlKey ? rows.length - 1 : line, last],
      }[event.key];
      if (!step) return;
      event.preventDefault();
      const target = rows[step[0]] && rows[step[0]][step[1]];
      if (target) go(target);
    });

  const mark = (link) => {
    document
      .querySelectorAll(".heatmap [aria-current], .heat-list [aria-current]")
      .forEach((other) => other.removeAttribute("aria-current"));
    if (link) link.setAttribute("aria-current", "true");
  };

  const close = (push) => {
    drawer.replaceChildren();
    mark(null);
    if (push) history.pushState(null, "", address);
    if (!opener) return;
    if (rows.flat().includes(opener)) go(opener);
    else opener.focus();
    opener = null;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== drawer) return;
    const link = event.detail.elt.closest("a");
    if (link && !drawer.contains(link)) opener = link;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== drawer) return;
    mark(opener);
    const heading = drawer.querySelector("#drawer-title");
    if (heading) heading.focus({ preventScroll: true });
    drawer.scrollTop = 0;
  });
  drawer.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    close(true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer.firstElementChild) close(true);
  });
})();
