// The board of improvements: cards move by mouse, by touch and by arrow keys. Without this file
// the buttons on each card do the same.
(() => {
  "use strict";
  const LEAST = 6; // pixels before a press becomes a drag

  const board = () => document.querySelector("[data-board]");
  if (!board()) return;

  const showGrips = () => {
    for (const grip of board().querySelectorAll(".grip")) grip.hidden = false;
  };
  showGrips();
  document.addEventListener("htmx:afterSwap", () => board() && showGrips());

  const columns = () => [...board().querySelectorAll(".board-column")];

  const move = (card, state) => {
    const { id } = card;
    if (state === card.dataset.state) return;
    const query = card.querySelector("[name=query]").value;
    htmx
      .ajax("POST", card.dataset.move, {
        target: "#board",
        swap: "outerHTML",
        values: { state, query },
      })
      .then(() => {
        if (!board()) return;
        const grip = document.getElementById(id)?.querySelector(".grip");
        if (grip) grip.focus();
        // A live region speaks only of what changes after it is there.
        const said = board().querySelector("[data-said]");
        const words = said.textContent;
        said.textContent = "";
        requestAnimationFrame(() => {
          said.textContent = words;
        });
      });
  };

  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".grip");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!grip || !step) return;
    event.preventDefault();
    const card = grip.closest(".board-card");
    const all = columns();
    const there = all[all.indexOf(card.closest(".board-column")) + step];
    if (there) move(card, there.dataset.state);
  });

  let drag = null;
  const under = (event) =>
    columns().find((column) => {
      const place = column.getBoundingClientRect();
      return (
        event.clientX >= place.left &&
        event.clientX <= place.right &&
        event.clientY >= place.top &&
        event.clientY <= place.bottom
      );
    });

  const stop = () => {
    if (!drag) return;
    drag.card.classList.remove("lifted");
    drag.card.style.transform = "";
    for (const column of columns()) column.classList.remove("over");
    drag = null;
  };

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0) return;
    grip.setPointerCapture(event.pointerId);
    drag = {
      card: grip.closest(".board-card"),
      x: event.pageX,
      y: event.pageY,
      moved: false,
    };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const right = event.pageX - drag.x;
    const down = event.pageY - drag.y;
    if (!drag.moved && Math.hypot(right, down) < LEAST) return;
    drag.moved = true;
    drag.card.classList.add("lifted");
    drag.card.style.transform = `translate(${right}px, ${down}px)`;
    const over = under(event);
    for (const column of columns()) column.classList.toggle("over", column === over);
    // A phone's columns stand below one another: the page follows the finger.
    if (event.clientY > innerHeight - 60) scrollBy(0, 12);
    else if (event.clientY < 60) scrollBy(0, -12);
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { card, moved } = drag;
    const over = moved ? under(event) : null;
    stop();
    if (over) move(card, over.dataset.state);
  });
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
  });
})();
