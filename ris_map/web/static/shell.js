/* The page's shell: language, names and touch behaviour that Streamlit and the map component leave out.
 *
 * It reads what the application announces in the page and never talks to the server:
 *   [data-ris-lang="sv"]             language of the page's texts
 *   [data-ris-map-title="Karta ..."] what the map shows: title of the frame and name of the map
 *   [data-ris-map-activate="..."]    optional, on the same element: text of the touch button
 *
 * Streamlit replaces parts of the page at any time, so everything here is written to be applied
 * again and again: each function looks at what is there and changes only what is not yet right.
 */
(() => {
  "use strict";

  const TEXTS = {
    sv: {
      skip: "Hoppa till innehållet",
      map: "Karta",
      zoomIn: "Zooma in",
      zoomOut: "Zooma ut",
      close: "Stäng rutan",
      activate: "Aktivera kartan",
      lock: "Lås kartan",
    },
    en: {
      skip: "Skip to main content",
      map: "Map",
      zoomIn: "Zoom in",
      zoomOut: "Zoom out",
      close: "Close the box",
      activate: "Activate the map",
      lock: "Lock the map",
    },
  };
  // Streamlit names its own small controls in English whatever the page's language.
  const CONTROLS_SV = [
    [/^Help for (.*)$/, "Förklaring: $1"],
    [/^Remove (.*)$/, "Ta bort $1"],
    [/^Selected values$/, "Valda"],
    [/^Clear all$/, "Ta bort alla"],
    [/^Open$/, "Visa listan"],
    [/^Download as (.*)$/, "Ladda ner som $1"],
    [/^Copy Vega-Lite spec$/, "Kopiera diagrammets beskrivning"],
  ];
  const APPLY_AFTER_MS = 30;
  const root = document.documentElement;

  // Where the server is. Without this Streamlit asks below the page's own path first (/metod/_stcore/...),
  // gets "not found" twice, and only then looks at the root: slower, and errors in the console.
  const SITE = new URL("../../", document.currentScript.src).href;
  window.__streamlit = { ...window.__streamlit, BACKEND_BASE_URL: SITE };

  /** Sets an attribute only when it differs, so that observers do not wake for nothing. */
  const setAttribute = (element, name, value) => {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };

  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  /** The last announcement wins: on a page switch the old page's element may still be there. */
  const announced = (name) => {
    const elements = document.querySelectorAll(`[${name}]`);
    return elements.length ? elements[elements.length - 1].getAttribute(name) : null;
  };

  const language = () => {
    const code = announced("data-ris-lang") || root.lang;
    return code in TEXTS ? code : "sv";
  };

  const texts = () => TEXTS[language()];

  // ---------------------------------------------------------------- the page

  let path = location.pathname;

  /** A new page begins at its top; Streamlit leaves the reader where the old page's link stood. */
  const startAtTop = () => {
    if (location.pathname === path) return;
    path = location.pathname;
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  };

  const nameStreamlitsControls = () => {
    if (language() !== "sv") return;
    document.querySelectorAll("#root button[aria-label], #root span[aria-label]").forEach((control) => {
      const name = control.getAttribute("aria-label");
      const rule = CONTROLS_SV.find(([english]) => english.test(name));
      if (rule) control.setAttribute("aria-label", name.replace(rule[0], rule[1]));
    });
  };

  const applyPage = () => {
    startAtTop();
    nameStreamlitsControls();
    setAttribute(root, "lang", language());
    setText(document.querySelector("[data-testid=stSkipToContent]"), texts().skip);
  };

  // ---------------------------------------------------------------- component frames

  /** Folium adds a viewport that forbids zooming; one that allows it is enough. */
  const repairViewport = (doc) => {
    const content = "width=device-width, initial-scale=1";
    const tags = [...doc.querySelectorAll("meta[name=viewport]")];
    tags.slice(1).forEach((tag) => tag.remove());
    setAttribute(tags[0], "content", content);
  };

  /** One main landmark with one heading, as in any document of its own. */
  const addLandmark = (doc, title) => {
    const main = doc.getElementById("root");
    if (!main) return;
    setAttribute(main, "role", "main");
    let heading = main.querySelector("h1.ris-hidden");
    if (!heading) {
      heading = doc.createElement("h1");
      heading.className = "ris-hidden";
      main.prepend(heading);
    }
    setText(heading, title);
    // What a layer adds beside the map belongs to the main part as well.
    doc.querySelectorAll("body > div:not(#root)").forEach((extra) => main.append(extra));
  };

  /** The text a screen reader would find: nothing of what is drawn for the eye only. */
  const spokenText = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true]").forEach((part) => part.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };

  /** A name from what is there: a name inside, or the tooltip's text with what is written on it. */
  const nameOf = (element) => {
    const inner = element.querySelector("[aria-label]");
    if (inner) return inner.getAttribute("aria-label");
    const written = spokenText(element);
    const title = element.getAttribute("title") || element.getAttribute("alt") || "";
    return title && written && !title.includes(written) ? `${title}: ${written}` : title || written;
  };

  const nameControls = (doc, title) => {
    const container = doc.querySelector(".leaflet-container");
    if (container) {
      setAttribute(container, "role", "region");
      setAttribute(container, "aria-label", title);
    }
    const zooms = { in: texts().zoomIn, out: texts().zoomOut };
    Object.entries(zooms).forEach(([direction, name]) => {
      const control = doc.querySelector(`.leaflet-control-zoom-${direction}`);
      setAttribute(control, "aria-label", name);
      setAttribute(control, "title", name);
    });
    setAttribute(doc.querySelector(".leaflet-popup-close-button"), "aria-label", texts().close);
    doc.querySelectorAll(".leaflet-marker-icon[tabindex], .leaflet-interactive[tabindex]").forEach((marker) => {
      const name = nameOf(marker);
      if (name) setAttribute(marker, "aria-label", name);
    });
    // A link followed inside the frame would put a foreign page in the map's place.
    doc.querySelectorAll("a[href^=http]").forEach((link) => {
      setAttribute(link, "target", "_blank");
      setAttribute(link, "rel", "noopener noreferrer");
    });
  };

  /** Leaflet makes markers focusable as buttons, but only the mouse presses them. */
  const addKeyboard = (doc) => {
    doc.addEventListener("keydown", (event) => {
      const marker = event.target.closest?.(".leaflet-interactive[tabindex]");
      if (!marker || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      event.stopPropagation();
      marker.click();
    });
  };

  /** On a touch screen a finger that starts on the map scrolls the page, until the map is activated. */
  const addTouchLock = (doc, map) => {
    if (!window.matchMedia("(pointer: coarse)").matches) return;
    map.dragging.disable();
    const button = doc.createElement("button");
    button.type = "button";
    button.className = "ris-activate";
    button.addEventListener("click", () => {
      map.dragging[map.dragging.enabled() ? "disable" : "enable"]();
      applyAll();
    });
    doc.getElementById("root").append(button);
  };

  const nameTouchLock = (doc, map) => {
    const active = map.dragging.enabled();
    const own = announced("data-ris-map-activate");
    setText(doc.querySelector(".ris-activate"), active ? texts().lock : own || texts().activate);
  };

  /** The wheel scrolls the page, until somebody has shown with a click or a key that the map is meant. */
  const addWheelLock = (map) => {
    const container = map.getContainer();
    map.scrollWheelZoom.disable();
    container.addEventListener("focusin", () => map.scrollWheelZoom.enable());
    container.addEventListener("focusout", () => map.scrollWheelZoom.disable());
  };

  const prepareMap = (doc, map) => {
    if (map.risPrepared) return;
    map.risPrepared = true;
    map.attributionControl?.setPrefix(false);
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      map.options.inertia = false;
      map.options.zoomAnimation = false;
    }
    addWheelLock(map);
    addTouchLock(doc, map);
  };

  /** Watches a frame's document for markers that come and go; a reloaded frame has a new one. */
  const watch = (doc) => {
    if (doc.risWatched || !doc.body) return;
    doc.risWatched = true;
    addKeyboard(doc);
    new MutationObserver(soon).observe(doc.body, { childList: true, subtree: true });
  };

  const applyFrame = (frame) => {
    let doc = null;
    try {
      doc = frame.contentDocument;
    } catch {
      return; // another origin: nothing of ours
    }
    if (!frame.risLoadWatched) {
      frame.risLoadWatched = true;
      frame.addEventListener("load", soon);
    }
    if (!doc || !doc.body || doc.URL === "about:blank") return;
    if ("risMap" in doc.documentElement.dataset) return; // it names itself (map.js)
    const title = announced("data-ris-map-title") || texts().map;
    setAttribute(frame, "title", title);
    setAttribute(doc.documentElement, "lang", language());
    if (doc.title !== title) doc.title = title;
    watch(doc);
    repairViewport(doc);
    addLandmark(doc, title);
    const map = frame.contentWindow.map;
    if (!map || typeof map.getContainer !== "function") return;
    prepareMap(doc, map);
    nameControls(doc, title);
    nameTouchLock(doc, map);
    // Tests and print wait for this: the frame is complete, not only loaded.
    setAttribute(frame, "data-ris-ready", "true");
  };

  // ---------------------------------------------------------------- when

  const applyAll = () => {
    applyPage();
    document.querySelectorAll("iframe").forEach(applyFrame);
  };

  let waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      applyAll();
    }, APPLY_AFTER_MS);
  }

  new MutationObserver(soon).observe(document.body, {
    attributes: true,
    attributeFilter: ["data-ris-lang", "data-ris-map-title", "data-ris-map-activate", "title"],
    childList: true,
    subtree: true,
  });
  applyAll();
})();

/* The page is shown when its first run has ended: what comes in pieces would jump. */
(() => {
  "use strict";
  const LONGEST_WAIT_MS = 4000;
  const show = () => {
    document.documentElement.classList.add("ris-ready");
    window.dispatchEvent(new Event("ris-ready"));
  };
  const watch = new MutationObserver(() => {
    const app = document.querySelector("[data-testid=stApp]");
    if (app?.dataset.testScriptState !== "notRunning" || !document.querySelector("h1")) return;
    watch.disconnect();
    requestAnimationFrame(show);
  });
  watch.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"] });
  setTimeout(show, LONGEST_WAIT_MS);
})();
