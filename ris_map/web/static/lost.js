/* The server is lost, or the map: said in the page's language, not in Streamlit's English or the browser's.
 *
 * Streamlit's dialog stays where it is (React owns it) but is not shown; ours stands as long as it does.
 */
(() => {
  "use strict";

  const TEXTS = {
    sv: {
      title: "Kontakten med servern är bruten",
      text: "Sidan försöker igen av sig själv. Dina val står kvar i adressen.",
      again: "Ladda om sidan",
      map: "Kartan kunde inte hämtas. Listor och tabeller på sidan säger samma sak.",
    },
    en: {
      title: "The server cannot be reached",
      text: "The page keeps trying by itself. Your choices are kept in the address.",
      again: "Reload the page",
      map: "The map could not be fetched. Lists and tables on the page say the same.",
    },
  };
  const texts = () => TEXTS[document.documentElement.lang] ?? TEXTS.sv;
  const LONGEST_SILENCE_MS = 20000;
  let notice = null, isSilent = false;

  const make = () => {
    const box = document.createElement("div");
    box.className = "ris-lost";
    box.setAttribute("role", "alertdialog");
    box.dataset.reactAriaTopLayer = "true"; // else it would be made inert, as all beside a dialog
    box.setAttribute("aria-labelledby", "ris-lost-title");
    box.setAttribute("aria-describedby", "ris-lost-text");
    const title = document.createElement("p");
    title.id = "ris-lost-title";
    title.textContent = texts().title;
    const text = document.createElement("p");
    text.id = "ris-lost-text";
    text.textContent = texts().text;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = texts().again;
    again.addEventListener("click", () => location.reload());
    box.append(title, text, again);
    return box;
  };

  const look = () => {
    const dialog = [...document.querySelectorAll('[role="dialog"]')]
      .find((one) => /Connection error/.test(one.textContent));
    if (dialog) {
      let layer = dialog; // with its backdrop
      while (layer.parentElement && layer.parentElement !== document.body) layer = layer.parentElement;
      if (layer.querySelector("#root, .stApp")) layer = dialog;
      layer.style.setProperty("display", "none", "important");
    }
    const isLost = Boolean(dialog) || isSilent;
    if (isLost === Boolean(notice)) return;
    notice?.remove();
    notice = isLost ? document.body.appendChild(make()) : null;
  };
  // A line that hangs closes only after a quarter of an hour: what nobody answers is said to be lost, too.
  const timers = new WeakMap(), { send } = WebSocket.prototype;
  const hear = (line, wait) => {
    clearTimeout(timers.get(line));
    if (wait) timers.set(line, setTimeout(() => { isSilent = true; look(); }, LONGEST_SILENCE_MS));
    else if (isSilent) { isSilent = false; look(); }
  };
  WebSocket.prototype.send = function (...said) {
    if (!timers.has(this)) for (const kind of ["message", "close"]) this.addEventListener(kind, () => hear(this, false));
    hear(this, true);
    send.apply(this, said);
  };
  document.addEventListener("load", ({ target: frame }) => { // also when it is the browser's page of an error
    if (!frame.matches?.("[class*=st-key-map-] iframe:not([srcdoc])")) return;
    if (frame.contentDocument && frame.contentWindow.risLayer && frame.contentWindow.Streamlit) return;
    frame.srcdoc = `<!DOCTYPE html><html lang="${document.documentElement.lang}"><meta name="color-scheme" content="light dark">
      <title>${texts().map}</title><main><h1 style="font: 17px/1.5 system-ui, sans-serif; margin: 16px">${texts().map}</h1></main>`;
  }, true);
  // What was followed meanwhile, a link or Back, has changed the address alone.
  let isBack = false;
  new MutationObserver(([{ target, oldValue }]) => {
    if (oldValue === "CONNECTED") isBack = true;
    if (!isBack || target.dataset.testConnectionState !== "CONNECTED") return;
    isBack = false;
    dispatchEvent(new PopStateEvent("popstate", { state: null }));
  }).observe(document.body, { subtree: true, attributeFilter: ["data-test-connection-state"], attributeOldValue: true });
  new MutationObserver(look).observe(document.body ?? document.documentElement, { childList: true, subtree: true });
})();
