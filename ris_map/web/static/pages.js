/* Follows a link to another page of the application without loading everything anew.

   The application already knows what to do when Back or Forward changes the address; a link with
   data-ris-page does the same with a new entry in the history. Everything a link can do besides (a
   new tab, a copied address, no script at all) stays as it is, because it is a real link. */
(function () {
  "use strict";

  function isPlain(event) {
    return event.button === 0 && !event.defaultPrevented
      && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  function stand(name, options) {
    const found = document.querySelector(name);
    found?.setAttribute("tabindex", "-1");
    found?.focus(options);
  }

  /* Who followed a link stands at the new page's heading: there the reading begins, and a screen
     reader says where one is. The old heading must go first, however long that takes; who has
     gone somewhere else meanwhile stays there. */
  function focusHeading(name = ".ris-title") {
    const old = document.querySelector(name), begun = document.activeElement;
    const observer = new MutationObserver(look);
    function look() {
      const heading = document.querySelector(name);
      if (!heading || heading === old) return;
      observer.disconnect();
      if (![begun, document.body].includes(document.activeElement)) return;
      stand(name, { preventScroll: name === ".ris-title" });
    }
    observer.observe(document.body, { childList: true, subtree: true });
  }

  /* The menu was drawn with the page; what has been chosen since goes along all the same. */
  function takeAlong(event) {
    const link = event.target.closest?.(".ris-menu a[data-ris-page]");
    const chosen = [...document.querySelectorAll("[data-ris-travel]")].at(-1);
    if (!link || !chosen || link.pathname === location.pathname) return;
    const url = new URL(link.href), along = new URLSearchParams(chosen.dataset.risTravel);
    along.forEach((_, key) => url.searchParams.delete(key));
    along.forEach((value, key) => value && url.searchParams.append(key, value));
    link.href = url.href;
  }
  for (const press of ["click", "auxclick"]) document.addEventListener(press, takeAlong, true);

  /* The language is changed where one is, whatever has been chosen since the menu was drawn. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-ris-language]");
    if (!link || !isPlain(event)) return;
    event.preventDefault();
    const url = new URL(location.href);
    url.searchParams.set("lang", link.dataset.risLanguage);
    stand(".ris-title", { preventScroll: true }); // the link goes away, and a name may be the same in both languages
    focusHeading();
    history.pushState(null, "", url);
    dispatchEvent(new PopStateEvent("popstate", { state: null }));
  });

  // the list of all lies below the map; what is taken out of a plan takes its button along
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".st-key-karta-alla")) focusHeading("#h-alla");
    if (event.target.closest?.("[class*=st-key-siting-remove-], .st-key-siting-clear")) stand("#w-plan");
  });

  // Streamlit's own way leads to the part that holds the menu, which would be the next stop all the same
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-testid=stSkipToContent]")) return;
    event.preventDefault();
    event.stopPropagation();
    stand("h1");
  }, true);

  document.addEventListener("click", (event) => {
    document.querySelectorAll(".ris-menu details[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest("a")) menu.open = false;
    });
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-ris-page]");
    if (!link || link.target || !isPlain(event)) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin) return;
    event.preventDefault();
    if (url.href === location.href) return;
    focusHeading();
    history.pushState(null, "", url);
    dispatchEvent(new PopStateEvent("popstate", { state: null }));
  });
})();
