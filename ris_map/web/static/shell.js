/* The page's shell: language and names that Streamlit leaves out, and when the page is shown.
 *
 * Streamlit replaces parts of the page at any time, so everything here looks at what is there, is
 * applied again and again, and changes only what is not yet right. */
(() => {
  "use strict";

  const SKIP = { sv: "Hoppa till innehållet", en: "Skip to main content" };
  // Streamlit names its own small controls in English whatever the page's language.
  const CONTROLS_SV = [
    [/^Help for (.*)$/, "Förklaring: $1"],
    [/^Remove (.*)$/, "Ta bort $1"],
    [/^Selected values$/, "Valda"],
    [/^Clear all$/, "Ta bort alla"],
    [/^Open$/, "Visa listan"],
    [/^Clear value$/, "Ta bort valet"],
    [/^Download as (.*)$/, "Ladda ner som $1"],
    [/^Copy Vega-Lite spec$/, "Kopiera diagrammets beskrivning"],
  ];
  const named = new WeakMap(); // Streamlit's name of a control and ours
  const LONGEST_WAIT_MS = 15000; // the line is slow or something has failed: what there is is shown
  const root = document.documentElement;

  // Where the server is. Without this Streamlit asks below the page's own path first (/metod/_stcore/...),
  // gets "not found" twice, and only then looks at the root: slower, and errors in the console.
  const SITE = new URL("../../", document.currentScript.src).href;
  window.__streamlit = { ...window.__streamlit, BACKEND_BASE_URL: SITE };

  // Streamlit asks for its 375 kB of icons at the start, wanted or not; a page that shows one fetches them itself.
  document.fonts.load = async () => [];

  // Streamlit keeps "embed" to itself and knows "true" alone: the part that is asked for goes beside it.
  const asked = new URLSearchParams(location.search), part = asked.get("embed");
  if (["karta", "tabell", "mening"].includes(part)) {
    asked.set("embed", "true");
    asked.set("del", part);
    history.replaceState(history.state, "", `?${asked}${location.hash}`);
  }

  /* What the server writes into the address before the page is shown is no page of its own for Back.
     Back to another page leads to where that was left, as soon as its heading is there again. */
  const { pushState } = history, left = new Map();
  const main = () => document.querySelector("[data-testid=stMain]"), heading = () => document.querySelector("h1")?.textContent;
  history.pushState = (...asked) => {
    if (!root.classList.contains("ris-ready")) return history.replaceState(...asked);
    left.set(location.href, [main()?.scrollTop ?? 0, heading()]);
    pushState.apply(history, asked);
  };
  let back;
  addEventListener("popstate", ({ isTrusted }) => { back = isTrusted && left.get(location.href); });
  function stand(top, name, tries) {
    if (heading() === name) main()?.scrollTo(0, top);
    if (tries && (heading() !== name || main()?.scrollTop < top - 1)) setTimeout(stand, 100, top, name, tries - 1);
  }

  // What a choice has led to is told in one region that is always there: one that is born with its text
  // is not read everywhere. It lies beside Streamlit's own root, and is never inert.
  const status = document.body.appendChild(Object.assign(document.createElement("p"), { className: "ris-hidden" }));
  status.setAttribute("role", "status");
  status.dataset.reactAriaTopLayer = "true";

  let path = location.pathname;
  let waiting = false, told = "";

  function apply() {
    waiting = false;
    if (location.pathname !== path) { // a new page begins at its top, not where the old one's link stood
      path = location.pathname;
      main()?.scrollTo(0, 0);
      if (back) stand(...back, 50);
    }
    // the last one counts: on a page switch the old page's element may still be there
    const announced = [...document.querySelectorAll("[data-ris-lang]")].at(-1)?.dataset.risLang;
    const language = announced in SKIP ? announced : root.lang in SKIP ? root.lang : "sv";
    if (root.lang !== language) root.lang = language;
    const skip = document.querySelector("[data-testid=stSkipToContent]");
    if (skip && skip.textContent !== SKIP[language]) skip.textContent = SKIP[language];
    document.querySelectorAll(":is(button, span)[aria-label]").forEach((control) => {
      const name = control.getAttribute("aria-label"), [theirs, ours] = named.get(control) ?? [];
      if (language !== "sv") return void (name === ours && control.setAttribute("aria-label", theirs));
      const [english, swedish] = CONTROLS_SV.find(([one]) => one.test(name)) ?? [];
      if (!english) return;
      named.set(control, [name, name.replace(english, swedish)]);
      control.setAttribute("aria-label", name.replace(english, swedish));
    });
    const now = [...document.querySelectorAll("[data-ris-told]")].map((one) => one.dataset.risTold || one.innerText).join(" ");
    if (now !== told && root.classList.contains("ris-ready")) status.textContent = now;
    told = now;
  }
  const soon = () => { waiting ||= Boolean(setTimeout(apply, 30)); };
  new MutationObserver(soon).observe(document.body, { attributes: true, attributeFilter: ["data-ris-lang"], childList: true, subtree: true });
  apply();

  /* The page is shown when its first run has ended and its widgets have come: what comes in pieces
     would jump. Only the map's room is known before it. A link that names something leads there and
     says so (G10). */
  function show() {
    if (root.classList.contains("ris-ready")) return;
    root.classList.add("ris-ready");
    document.querySelector(".ris-awaited")?.remove();
    window.dispatchEvent(new Event("ris-ready"));
    tell(200, location.search);
  }
  function tell(tries, asked) { // the last of the page may come a moment after its run has ended
    const named = document.querySelector("[data-ris-named]");
    if (location.search !== asked) return; // chosen since, where the reader is
    if (!named) return void (tries && setTimeout(tell, 150, tries - 1, asked));
    if (named.getBoundingClientRect().top > innerHeight - 80) named.scrollIntoView({ block: "start" });
    status.textContent = named.dataset.risNamed;
  }
  let late = false;
  function look() {
    const empty = [...document.querySelectorAll("[data-testid=stSkeleton]")].some((room) => !room.closest("[class*=st-key-map-]"));
    const ended = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") && document.querySelector("h1") && !empty;
    if (!ended && !(late && document.querySelector("h1, .ris-menu"))) return;
    watch.disconnect();
    requestAnimationFrame(show);
  }
  const watch = new MutationObserver(look);
  watch.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"] });
  setTimeout(() => { late = true; look(); }, LONGEST_WAIT_MS);
})();
