// The heatmap by keyboard, its drawer and its stages, without a reload. Parts of the page are
// replaced while it lives, so every handler looks for them when it needs them.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const drawer = () => document.getElementById("drawer");
  const cells = "[data-grid] td a";
  let opener = null;
  let address = location.href;
  const place = () => location.pathname + location.search;
  let here = place();
  const push = (url) => {
    history.pushState(null, "", url);
    here = place();
  };

  // One stop for Tab in the whole grid; arrows, Home and End move between its cells.
  const rows = () =>
    [...document.querySelectorAll("[data-grid] tbody:not([hidden]) tr")]
      .map((row) => [...row.querySelectorAll("td a")].filter((link) => link.offsetParent))
      .filter((links) => links.length);
  const stop = (chosen) => {
    document.querySelectorAll(cells).forEach((link) => {
      link.tabIndex = link === chosen ? 0 : -1;
    });
  };
  const start = () => {
    // The addresses are relative to the heatmap's, which a drawer's takes the place of.
    document.querySelectorAll(cells).forEach((link) => link.setAttribute("href", link.href));
    const [first] = rows();
    if (first) stop(first[0]);
  };
  const go = (link) => {
    stop(link);
    link.focus();
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const walk = (event, link) => {
    const lines = rows();
    const line = lines.findIndex((links) => links.includes(link));
    const at = lines[line].indexOf(link);
    const steps = {
      ArrowLeft: [line, at - 1],
      ArrowRight: [line, at + 1],
      ArrowUp: [line - 1, at],
      ArrowDown: [line + 1, at],
      Home: [event.ctrlKey ? 0 : line, 0],
      End: [event.ctrlKey ? lines.length - 1 : line, lines[line].length - 1],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const target = lines[step[0]] && lines[step[0]][step[1]];
    if (target) go(target);
  };

  const mark = (link) => {
    find("[data-grid] [aria-current], [data-list] [aria-current]")?.removeAttribute("aria-current");
    if (link) link.setAttribute("aria-current", "true");
  };
  const load = (link) => {
    opener = link;
    return window.htmx
      .ajax("GET", link.href, { source: drawer(), target: drawer(), swap: "innerHTML show:none" })
      .then(() => {
        const heading = document.getElementById("drawer-title");
        if (!heading) return;
        mark(link);
        heading.focus({ preventScroll: true });
        drawer().scrollTop = 0;
      });
  };
  const open = (link) => {
    if (!drawer().firstElementChild) address = location.href;
    push(link.href);
    load(link);
  };
  const clear = () => {
    drawer().replaceChildren();
    mark(null);
    if (opener && opener.isConnected) {
      if (opener.matches(cells)) go(opener);
      else opener.focus();
    }
    opener = null;
  };
  const close = () => {
    push(address);
    clear();
  };
  // Back and forward open and close the drawer; any other address the server knows.
  window.addEventListener("popstate", () => {
    if (place() === here) return;
    here = place();
    const link = [...document.querySelectorAll(`${cells}, [data-list] a`)].find(
      (one) => one.pathname + one.search === here,
    );
    if (link) load(link);
    else if (drawer() && location.href === address) clear();
    else location.reload();
  });

  // A stage opens and closes here; the address and what keeps it go along.
  const toggle = (link) => {
    const stage = link.dataset.toggle;
    const body = document.getElementById(`stage-${stage}`);
    body.hidden = !body.hidden;
    link.setAttribute("aria-expanded", String(!body.hidden));
    const closed = [...document.querySelectorAll("[data-toggle][aria-expanded=false]")].map(
      (other) => other.dataset.toggle,
    );
    const keeping = (url) => {
      const next = new URL(url, location.href);
      next.searchParams.delete("closed");
      closed.forEach((one) => next.searchParams.append("closed", one));
      return next.href;
    };
    address = keeping(address);
    if (!drawer().firstElementChild) {
      history.replaceState(history.state, "", address);
      here = place();
    }
    document.querySelectorAll("[data-keeps]").forEach((other) => {
      other.href = keeping(other.href);
    });
    const form = find(".heatmap-toolbar");
    form.querySelectorAll("[name=closed]").forEach((input) => input.remove());
    closed.forEach((one) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "closed", value: one });
      form.append(input);
    });
    if (!find(`${cells}[tabindex="0"]`)?.offsetParent) start();
  };

  document.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const link = event.target.closest("a");
    if (!link || !plain || event.button) return;
    const act =
      link.matches(`${cells}, [data-list] a`) && window.htmx
        ? open
        : link.matches("[data-close]")
          ? close
          : link.matches("[data-toggle]")
            ? toggle
            : null;
    if (!act) return;
    event.preventDefault();
    act(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer()?.firstElementChild) close();
    const link = event.target.closest?.(cells);
    if (link && !event.altKey && !event.metaKey) walk(event, link);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "heatmap-view" && event.detail.elt?.id !== "heatmap-view") return;
    address = location.href;
    here = place();
    opener = null;
    start();
  });
  start();
})();
