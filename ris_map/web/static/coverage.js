/* The coverage matrix: arrow keys move between cells, a choice goes into the address.
   The server is told through the address alone (as Back and Forward do), so that a cell has an
   address that can be shared and no hidden widget is needed. */
(function () {
  "use strict";

  const KEY = "cell";
  const MATRIX = "table[data-cov-matrix] button[data-cell]";
  // The tables of gaps lead to the same evidence.
  const ANY = "button[data-cell]";
  let awaited = null;
  let scheduled = false;

  const buttons = (table) => Array.from(table.querySelectorAll("button[data-cell]"));

  function choose(button) {
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.set(KEY, button.dataset.cell);
    awaited = button.dataset.cell;
    if (url.href === location.href) {
      reveal();
      return;
    }
    history.pushState(history.state, "", url);
    window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    mark();
  }

  /* The chosen cell is marked at once; the server's answer says the same. */
  function mark() {
    const chosen = new URLSearchParams(location.search).get(KEY);
    document.querySelectorAll(MATRIX).forEach((button) => {
      const on = button.dataset.cell === chosen;
      if (on !== (button.getAttribute("aria-current") === "true")) {
        if (on) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    });
  }

  function reveal() {
    const panel = document.querySelector("[data-cov-panel]");
    if (!awaited || !panel || panel.dataset.covPanel !== awaited) return;
    awaited = null;
    panel.scrollIntoView({ block: "nearest", behavior: "auto" });
    panel.querySelector("h3").focus({ preventScroll: true });
  }

  function enter(table, button) {
    buttons(table).forEach((other) => {
      if (other.tabIndex === 0 && other !== button) other.tabIndex = -1;
    });
    button.tabIndex = 0;
    button.focus();
  }

  const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.(MATRIX);
    if (!button) return;
    const row = button.closest("tr");
    const cells = buttons(row);
    const column = cells.indexOf(button);
    const step = STEPS[event.key];
    let next = null;
    if (step) {
      const rows = Array.from(row.parentElement.rows);
      const target = rows[rows.indexOf(row) + step[0]];
      next = target && buttons(target)[column + step[1]];
    } else if (event.key === "Home") next = cells[0];
    else if (event.key === "End") next = cells[cells.length - 1];
    else return;
    event.preventDefault();
    if (next) enter(button.closest("table"), next);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(ANY);
    if (button) choose(button);
  });

  function apply() {
    scheduled = false;
    mark();
    reveal();
  }

  new MutationObserver(() => {
    if (scheduled || !document.querySelector("[data-cov-matrix]")) return;
    scheduled = true;
    requestAnimationFrame(apply);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
