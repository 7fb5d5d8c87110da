/* Copies a text of the page: <button data-ris-copy="id"> takes the text of the element with that id.
   What happened is said in [data-ris-copy-status="id"]. Where the clipboard is not open to pages
   (plain http), the text is selected instead, so that Ctrl+C takes it.
   <button data-ris-copy-address> copies the page's address. */
(function () {
  "use strict";

  function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function say(id, words) {
    const status = document.querySelector(`[data-ris-copy-status="${CSS.escape(id)}"]`);
    if (status) status.textContent = words;
  }

  async function copy(button) {
    const id = button.dataset.risCopy;
    const element = document.getElementById(id);
    if (!element) return;
    try {
      await navigator.clipboard.writeText(element.textContent.trim());
      say(id, button.dataset.done);
    } catch {
      select(element);
      say(id, button.dataset.selected);
    }
  }

  async function share(button) {
    try {
      await navigator.clipboard.writeText(location.href);
      say("address", button.dataset.done);
    } catch {
      say("address", button.dataset.selected);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-ris-copy], button[data-ris-copy-address]");
    if (button?.dataset.risCopy) copy(button);
    else if (button) share(button);
  });
})();
