/* Marks one town or one actor in list and map at once, without asking the server.
   The choice stands in the address (ort=, aktor=), so that it can be shared. Everything is found
   through data attributes that the templates of the rooms write. */
(function () {
  "use strict";

  const KEYS = { town: "ort", actor: "aktor" };
  let marked = read();
  let shown = null;
  let scheduled = false;

  function read() {
    const query = new URLSearchParams(location.search);
    return { town: query.get(KEYS.town), actor: query.get(KEYS.actor) };
  }

  function write() {
    const url = new URL(location.href);
    Object.entries(KEYS).forEach(([name, key]) => {
      if (marked[name]) url.searchParams.set(key, marked[name]);
      else url.searchParams.delete(key);
    });
    history.replaceState(history.state, "", url);
  }

  function mapDocument() {
    const frame = document.querySelector('iframe[src*="streamlit_folium"]');
    try {
      return frame ? frame.contentDocument : null;
    } catch {
      return null;
    }
  }

  const cards = () => Array.from(document.querySelectorAll(".ris-card"));
  const townsOf = (card) => (card.dataset.towns || "").split(" ").filter(Boolean);

  function isMarkedCard(card) {
    if (marked.actor) return card.dataset.actor === marked.actor;
    return Boolean(marked.town) && townsOf(card).includes(marked.town);
  }

  function markedTowns() {
    if (!marked.actor) return marked.town ? [marked.town] : [];
    return cards().filter(isMarkedCard).flatMap(townsOf);
  }

  /* Set an attribute only when it changes: the observers below watch the same tree. */
  function toggle(element, name, on) {
    if (element.classList.contains(name) !== on) element.classList.toggle(name, on);
  }

  function apply() {
    scheduled = false;
    cards().forEach((card) => toggle(card, "is-marked", isMarkedCard(card)));
    document.querySelectorAll(".ris-show").forEach((button) => {
      const pressed = String(button.dataset.actor === marked.actor);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    });
    const frame = mapDocument();
    if (!frame || !frame.body) return;
    attach(frame);
    const towns = markedTowns();
    let any = false;
    frame.querySelectorAll(".ris-bubble").forEach((bubble) => {
      const on = towns.includes(bubble.dataset.town);
      any = any || on;
      const marker = bubble.closest(".leaflet-marker-icon");
      toggle(marker, "is-marked", on);
    });
    toggle(frame.body, "has-marked", any);
  }

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(apply);
  }

  function announce() {
    const live = document.querySelector("[data-ris-live]");
    if (!live) return;
    const names = cards().filter(isMarkedCard).map((card) => card.querySelector("h4").textContent);
    live.textContent = names.length ? live.dataset.risLive.replace("{name}", names.join(", ")) : "";
  }

  function mark(next, { reveal } = {}) {
    const same = next.town === marked.town && next.actor === marked.actor;
    marked = same ? { town: null, actor: null } : next;
    write();
    apply();
    announce();
    if (!same && reveal) reveal();
  }

  function revealFirstCard() {
    const card = cards().find(isMarkedCard);
    if (card) card.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  function revealMap() {
    const frame = document.querySelector('iframe[src*="streamlit_folium"]');
    if (frame) frame.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  function focusCard(id) {
    const card = document.getElementById(`a-${id}`);
    if (!card) return;
    card.scrollIntoView({ block: "center", behavior: "auto" });
    card.querySelector("a").focus({ preventScroll: true });
  }

  function onMapClick(event) {
    const link = event.target.closest("a[data-actor]");
    if (link) {
      event.preventDefault();
      mark({ town: null, actor: link.dataset.actor }, { reveal: () => focusCard(link.dataset.actor) });
      return;
    }
    const icon = event.target.closest(".leaflet-marker-icon");
    const bubble = icon && icon.querySelector(".ris-bubble");
    if (bubble) mark({ town: bubble.dataset.town, actor: null }, { reveal: revealFirstCard });
  }

  function attach(frame) {
    if (frame.documentElement.dataset.risSelection) return;
    frame.documentElement.dataset.risSelection = "on";
    frame.addEventListener("click", onMapClick, true);
    new MutationObserver(schedule).observe(frame.body, { childList: true, subtree: true });
  }

  /* A card's link is an ordinary one; followed as such it would end the session and with it the
     choices. Going there as Back and Forward do keeps both, and is faster. */
  function followInside(event) {
    const link = event.target.closest('.ris-card a[href^="/aktor?"]');
    const plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented) return;
    event.preventDefault();
    history.pushState({}, "", link.href);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }

  document.addEventListener("click", (event) => {
    followInside(event);
    const button = event.target.closest(".ris-show");
    if (button) mark({ town: null, actor: button.dataset.actor }, { reveal: revealMap });
  });
  window.addEventListener("popstate", () => {
    marked = read();
    schedule();
  });
  new MutationObserver(() => {
    schedule();
    const frame = document.querySelector('iframe[src*="streamlit_folium"]');
    if (frame && frame !== shown) {
      shown = frame;
      frame.addEventListener("load", schedule);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
