/* A plan's paper is drawn when somebody prints it: two maps are too much for every change. It is
   printed as soon as its pictures can be shown; a second time it has another number. */
(function () {
  "use strict";

  let printed = "";
  new MutationObserver(() => {
    const paper = document.querySelector("[data-ris-paper]");
    if (!paper || paper.dataset.risPaper === printed) return;
    printed = paper.dataset.risPaper;
    const pictures = [...paper.querySelectorAll("img")].map((one) => one.decode().catch(() => {}));
    Promise.all(pictures).then(() => window.print());
  }).observe(document.body, { childList: true, subtree: true });
})();
