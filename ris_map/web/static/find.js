/* The page "Hitta stöd": what a browser has to do by itself.
 *
 * - the search for a place: a combobox that finds "Åre" from "are" and speaks the page's language
 * - the browser's own position, asked for by a button only; it is compared with the settlements'
 *   points here, in the browser, and nothing but the id of the nearest one goes anywhere
 * - links that change the address without loading the page anew, copying the link, printing
 *
 * Choosing means: put it into the address and tell Streamlit, as Back and Forward do. Everything is
 * found through data attributes of the templates find_*.html, and listened for on the document, so
 * that Streamlit may replace any part at any time.
 */
(() => {
  "use strict";

  const SHOWN = 8;
  const FARTHEST_KM = 50;
  const byId = (id) => document.getElementById(id);

  // ---------------------------------------------------------------- what the page says

  const box = () => document.querySelector("[data-ris-places]");
  let known = { text: null, places: [] };

  function places() {
    const text = box() ? box().dataset.risPlaces : "[]";
    if (known.text !== text) {
      const read = JSON.parse(text).map(([id, name, lat, lon]) => ({ id, name, lat, lon, folded: fold(name) }));
      known = { text, places: read };
    }
    return known.places;
  }

  const texts = () => JSON.parse(box().dataset.risTexts);
  const fold = window.risFold;

  // ---------------------------------------------------------------- address

  function go(url) {
    const target = new URL(url, location.href);
    if (target.href === location.href) return;
    history.pushState(history.state, "", target);
    window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
  }

  /** The place first and the marks of list and map left out: the form in which the server writes it. */
  function choose(id) {
    const url = new URL(location.href);
    const query = new URLSearchParams([["plats", id]]);
    url.searchParams.forEach((value, key) => {
      if (!["plats", "ort", "aktor"].includes(key)) query.append(key, value);
    });
    url.search = query.toString();
    go(url);
  }

  // ---------------------------------------------------------------- search

  /** Names that begin with the text come first, then those with a word that does, then the rest. */
  function matching(text) {
    const wanted = fold(text);
    if (!wanted) return [];
    const order = (place) => {
      if (place.folded.startsWith(wanted)) return 0;
      if (place.folded.split(/[\s,]+/).some((word) => word.startsWith(wanted))) return 1;
      return place.folded.includes(wanted) ? 2 : 3;
    };
    return places()
      .map((place, index) => ({ place, index, order: order(place) }))
      .filter((found) => found.order < 3)
      .sort((a, b) => a.order - b.order || a.index - b.index)
      .map((found) => found.place);
  }

  function suggest(typed) {
    const all = matching(typed);
    return { items: all.slice(0, SHOWN).map((place) => ({ text: place.name, id: place.id })), count: all.length };
  }

  function pick({ id }) {
    const place = places().find((one) => one.id === id);
    if (!place) return;
    byId("ris-plats").value = place.name;
    choose(id);
  }

  const { say } = window.risCombo("ris-plats", { suggest, pick, texts });

  /** Show the place of the address, unless somebody is typing. */
  function showChosen() {
    const input = byId("ris-plats");
    if (!input || document.activeElement === input) return;
    const id = new URLSearchParams(location.search).get("plats");
    const place = places().find((known) => known.id === id);
    const name = place ? place.name : "";
    if (input.dataset.shown !== name) {
      input.dataset.shown = name;
      input.value = name;
    }
  }

  // ---------------------------------------------------------------- position, map

  function nearest(lat, lon) {
    const radians = Math.PI / 180;
    const km = (place) => {
      const x = (place.lon - lon) * radians * Math.cos(((place.lat + lat) / 2) * radians);
      const y = (place.lat - lat) * radians;
      return 6371 * Math.hypot(x, y);
    };
    // settlements only: a municipality stands at the point of its seat
    const found = places().filter((place) => !/^\d{4}$/.test(place.id));
    return found
      .map((place) => ({ place, km: km(place) }))
      .reduce((best, next) => (next.km < best.km ? next : best), { place: null, km: Infinity });
  }

  function locate() {
    if (!navigator.geolocation) return say(texts().unable);
    say(texts().searching);
    navigator.geolocation.getCurrentPosition(
      (position) => {
        const found = nearest(position.coords.latitude, position.coords.longitude);
        if (!found.place || found.km > FARTHEST_KM) return say(texts().outside);
        pick(found.place);
        say(texts().geoFound.replace("{name}", found.place.name));
      },
      (refused) => say(refused.code === 1 ? texts().denied : texts().unable),
      { enableHighAccuracy: false, timeout: 15000, maximumAge: 600000 },
    );
  }

  // ---------------------------------------------------------------- take it along

  async function copy(button) {
    const status = button.parentElement.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(location.href);
      status.textContent = button.dataset.done;
    } catch {
      status.textContent = button.dataset.failed;
    }
  }

  // ---------------------------------------------------------------- folded groups

  // Streamlit's expanders: what is in them is sent when they are opened.
  const FOLDS = ".st-key-ris-find-list [data-testid=stExpander] > details";
  const isFilled = (fold) => fold.querySelector(".ris-find-row") !== null;
  const press = (fold) => fold.querySelector("summary").click();
  let awaited = null; // what is done as soon as it can be: returns whether it was

  function when(done) {
    awaited = done() ? null : done;
  }

  /** Paper has no folded parts: open them, and fold them again afterwards. */
  function printAll() {
    const folded = [...document.querySelectorAll(FOLDS)].filter((fold) => !fold.open);
    folded.forEach(press);
    when(() => {
      if (![...document.querySelectorAll(FOLDS)].every(isFilled)) return false;
      window.addEventListener("afterprint", () => folded.forEach(press), { once: true });
      window.print();
      return true;
    });
  }

  /** A town on the map leads to the first answer there; the part that it is folded into opens. */
  function toTown(id) {
    const town = CSS.escape(id);
    const card = () => document.querySelector(`.ris-find-row[data-town="${town}"]`);
    const fold = JSON.parse(byId("alla-svar")?.dataset.folded ?? "{}")[id];
    if (!card() && !fold) return;
    if (!card()) press(document.querySelector(`.st-key-${fold} details`));
    when(() => {
      if (!card()) return false;
      card().scrollIntoView({ block: "center" });
      card().querySelector("a").focus({ preventScroll: true });
      return true;
    });
  }
  window.addEventListener("ris-town", (event) => toTown(event.detail));

  // ---------------------------------------------------------------- focus

  // A question that is answered folds to a line, and unfolds again: what had the focus goes away.
  const ANSWERED = ".st-key-ris-find-answered";
  let held = null; // what has the focus among the questions, and where it goes with them

  function hold({ target }) {
    const box = target.closest(`.st-key-ris-find-questions, ${ANSWERED}`);
    const [, change, name] = target.closest("[class*='st-key-hitta-']")?.className.match(/st-key-hitta-(andra-)?(\w+)/) ?? [];
    const own = change ? `.st-key-hitta-${name} [data-variant]` : `.st-key-hitta-andra-${name} button`;
    held = box && { target, own, first: !box.matches(ANSWERED) };
  }

  /** It stays with its question, else goes to the next open one, and once all are answered to the answer. */
  function keepFocus() {
    const app = document.querySelector("[data-testid=stApp]");
    if (!held || held.target.isConnected || document.activeElement !== document.body || app?.dataset.testScriptState !== "notRunning") return;
    const places = held.first && document.querySelector(ANSWERED) ? ["#svar"] : [held.own, "#ris-plats", ".st-key-hitta-fas [data-variant]", "#svar"];
    places.map((place) => document.querySelector(place)).find(Boolean)?.focus();
  }

  // ---------------------------------------------------------------- listening

  const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-ris-geo]")) return locate();
    if (at("[data-ris-copy]")) return copy(at("[data-ris-copy]"));
    if (at("[data-ris-print]")) return printAll();
    const link = at("[data-ris-plats], [data-ris-go]");
    if (link && plain(event)) {
      event.preventDefault();
      if (link.dataset.risPlats) choose(link.dataset.risPlats);
      else go(link.dataset.risGo);
    }
  });

  new MutationObserver(() => {
    showChosen();
    if (awaited) when(awaited);
    keepFocus();
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-test-script-state"] });
  window.addEventListener("popstate", () => setTimeout(showChosen));
  document.addEventListener("focusin", hold);
  document.addEventListener("pointerdown", () => { held = awaited = null; });
})();
