/* The coverage page: arrow keys in the matrix, a chosen cell goes into the address, text is copied,
   the map fits the paper. The server is told through the address alone, as Back and Forward do. */
(function () {
  "use strict";

  const KEY = "cell";
  const MATRIX = "table[data-cov-matrix] a[data-cell]";
  // what the address names when the page is opened is shown as if it had been chosen
  let awaited = location.pathname.endsWith("/tackning") ? new URLSearchParams(location.search).get(KEY) : null;
  let scheduled = false;

  const cellsOf = (part) => Array.from(part.querySelectorAll("a[data-cell]"));

  function choose(item) {
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.set(KEY, item.dataset.cell);
    awaited = item.dataset.cell;
    if (url.href === location.href) return reveal();
    history.pushState(history.state, "", url);
    window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    mark();
  }

  /* The chosen cell is marked at once; the server's answer says the same. */
  function mark() {
    const chosen = new URLSearchParams(location.search).get(KEY);
    document.querySelectorAll(MATRIX).forEach((item) => {
      if (item.dataset.cell === chosen) item.setAttribute("aria-current", "true");
      else if (item.hasAttribute("aria-current")) item.removeAttribute("aria-current");
    });
  }

  /* Scrolls to what was chosen and moves the focus there, which a screen reader says. */
  function reveal() {
    const panel = document.querySelector("[data-cov-panel]");
    // what is not shown yet cannot take the focus (shell.js)
    if (!document.documentElement.classList.contains("ris-ready")) return;
    if (!awaited || !panel || panel.dataset.covPanel !== awaited) return;
    awaited = null;
    panel.scrollIntoView({ block: "start", behavior: "auto" });
    panel.querySelector("h2").focus({ preventScroll: true });
  }

  window.addEventListener("ris-ready", reveal);

  /* Opened in a tab of its own, a cell keeps the choices of the address. */
  document.addEventListener("pointerdown", (event) => {
    const item = event.target.closest?.(MATRIX);
    if (!item) return;
    const url = new URL(location.href);
    url.searchParams.set(KEY, item.dataset.cell);
    item.href = url.search;
  });

  const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.(MATRIX);
    if (!item) return;
    const row = item.closest("tr"), cells = cellsOf(row), column = cells.indexOf(item);
    const step = STEPS[event.key];
    let next = null;
    if (step) {
      const rows = Array.from(row.parentElement.rows), target = rows[rows.indexOf(row) + step[0]];
      next = target && cellsOf(target)[column + step[1]];
    } else if (event.key === "Home") next = cells[0];
    else if (event.key === "End") next = cells[cells.length - 1];
    else return;
    event.preventDefault();
    if (!next) return;
    cellsOf(item.closest("table")).forEach((other) => { if (other !== next) other.tabIndex = -1; });
    next.tabIndex = 0;
    next.focus();
  });

  async function copy(button) {
    const text = `${document.getElementById(button.dataset.copy).textContent} ${location.href}`;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const label = button.firstElementChild, before = label.textContent;
    if (before === button.dataset.copied) return;
    label.ariaLive = "polite";
    label.textContent = button.dataset.copied;
    setTimeout(() => { Object.assign(label, { ariaLive: "off", textContent: before }); }, 3000);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-cell], [data-copy], [data-print]");
    if (!target || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (target.dataset.cell) {
      event.preventDefault();
      choose(target);
    } else if (target.dataset.copy) copy(target);
    else window.print();
  });

  /* What a keyboard opens takes the focus: a popover stands last in the document, out of reach. */
  document.addEventListener("click", (event) => {
    if (event.detail || !event.target.closest?.('[data-testid="stPopoverButton"]')) return;
    const look = () => {
      const first = document.querySelector('[data-testid="stPopoverBody"] :is(button, input)');
      if (first) first.focus();
      else if (document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]')) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

  /* On paper the map keeps the size it was drawn for and is made smaller as a whole: a page that is
     being printed runs no script, so the size is noted while it is on the screen. */
  const PAPER = { width: 670, height: 460 };
  const sizes = new ResizeObserver((entries) => {
    if (matchMedia("print").matches) return;
    entries.forEach(({ target, contentRect: { width, height } }) => {
      const { style } = target.parentElement;
      style.setProperty("--map-width", `${width}px`);
      style.setProperty("--map-height", `${height}px`);
      style.setProperty("--map-zoom", Math.min(1, PAPER.width / (width || 1), PAPER.height / (height || 1)));
    });
  });
  const watch = () => document.querySelectorAll('[class*="st-key-map-"] iframe:not([data-cov-seen])').forEach((frame) => {
    frame.dataset.covSeen = "";
    sizes.observe(frame);
  });

  new MutationObserver(() => {
    if (scheduled || !document.querySelector('[data-cov-matrix], [class*="st-key-map-"]')) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; mark(); reveal(); watch(); });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
