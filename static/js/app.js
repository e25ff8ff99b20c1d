// Small helps for every page; all of them work without this file.
(() => {
  "use strict";
  // A form that came back with errors: take the reader to what is wrong.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // The phone's menu closes by Escape and by a tap beside it.
  const menu = document.querySelector(".shell-menu");
  if (menu) {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
  }
})();
