// Keeps the statement as it is typed. Saving a version, and all the rest, works without this file.
(() => {
  "use strict";
  const form = document.querySelector("[data-keep]");
  if (!form) return;
  const text = form.elements.text;
  const status = document.getElementById("kept");
  const pause = 800;
  let kept = text.value;
  let waiting = null;
  let sending = null;
  let leaving = false;

  const say = (words, met) => {
    status.classList.toggle("met", Boolean(met));
    if (status.textContent !== words) status.textContent = words;
  };

  const send = async () => {
    const typed = text.value;
    const body = new FormData(form);
    try {
      const answer = await fetch(form.dataset.keep, {
        method: "POST",
        body,
        // A browser lets little outlive its page.
        keepalive: typed.length < 15000,
        headers: { Accept: "application/json" },
      });
      const told = await answer.json();
      if (told.revision !== undefined) form.elements.revision.value = told.revision;
      if (told.aside) form.elements.aside.value = told.aside;
      if (answer.ok || told.aside) kept = typed;
      if (answer.ok) say("Kept. It is no version until you save it.");
      else say(told.aside ? `${told.said} Open this page again to see both.` : told.said, true);
    } catch {
      // Nothing was answered: the network, or the session. What is on the screen is safe here.
      say("Not kept just now: we try again as you type. Save it as a version to be sure.", true);
    }
  };

  // One at a time, so that no keeping meets its own forerunner.
  const keep = () => {
    clearTimeout(waiting);
    waiting = null;
    if (!sending && text.value !== kept) {
      sending = send().finally(() => {
        sending = null;
        if (!leaving && text.value !== kept && waiting === null) waiting = setTimeout(keep, pause);
      });
    }
    return sending;
  };

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, pause);
  });

  // A tab that is put away or closed does not wait for the pause.
  const now = () => {
    if (!leaving) keep();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") now();
  });
  window.addEventListener("pagehide", now);

  // What is saved as a version is not kept again behind it; what is under way arrives first.
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (sending && !leaving) {
      event.preventDefault();
      const button = event.submitter;
      leaving = true;
      sending.finally(() => form.requestSubmit(button));
    }
    leaving = true;
  });
  // The answer's own button is gone with the answer: stay at the theme that it was given to.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { name, value } = event.detail.requestConfig.elt;
    if (name !== "answer" || document.activeElement !== document.body) return;
    document.querySelector(`#taken-up-${value.split(":")[1]} button`)?.focus();
  });

  window.addEventListener("pageshow", () => {
    leaving = false;
  });
})();
