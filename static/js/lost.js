// A part of the page that could not be fetched is said to be, with a way to try again: the network
// is away, or the server's database is. Nothing on the page is touched.
(() => {
  "use strict";
  const region = document.getElementById("lost");
  if (!region) return;

  let closed = { told: "", at: 0 };

  const words = (status) => {
    if (!status) return "We cannot be reached just now. Is your connection working?";
    if (status === 429) return "That was a lot at once. Please wait a minute.";
    if (status >= 500) return "We cannot answer at the moment. That mostly passes within a minute.";
    return "That could not be done: you may have signed out, or this page has been open for long.";
  };

  // What was asked by an element of the page is asked anew, with what stands in it by then.
  const again = ({ elt, target, requestConfig: { verb, path, parameters } }) => {
    const own = elt.matches("[hx-get], [hx-post], [data-hx-get], [data-hx-post]");
    return htmx.ajax(verb, path, { source: elt, target, ...(own ? {} : { values: parameters }) });
  };

  const clear = (elt) => {
    const had = region.contains(document.activeElement);
    region.replaceChildren();
    if (!had) return;
    if (elt?.isConnected) elt.focus();
    if (document.activeElement === document.body) document.getElementById("main").focus();
  };

  const button = (label, quiet, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `button small${quiet ? " quiet" : ""}`;
    made.textContent = label;
    made.addEventListener("click", press);
    return made;
  };

  const say = (event) => {
    if (event.defaultPrevented) return; // said elsewhere, where it was asked
    const { detail } = event;
    const status = detail.xhr?.status || 0;
    const told = `${words(status)} What you typed is still here.`;
    // What asks every few seconds says it once.
    if (region.querySelector("p")?.textContent === told) return;
    // Leaving a field to close this asks once more.
    if (told === closed.told && Date.now() - closed.at < 2000) return;
    const said = document.createElement("p");
    said.textContent = told;
    const refused = status >= 400 && status < 500 && status !== 429;
    const press = refused ? () => location.reload() : () => again(detail).catch(() => {});
    const acts = document.createElement("div");
    acts.className = "cluster";
    acts.append(
      button(refused ? "Open the page again" : "Try again", false, press),
      button("Close", true, () => {
        closed = { told, at: Date.now() };
        clear(detail.elt);
      }),
    );
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.append(said, acts);
    region.replaceChildren(notice);
    document.activeElement?.scrollIntoView({ block: "nearest" }); // not under what was just said
  };

  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) addEventListener(name, say);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) clear(detail.elt);
  });
})();
