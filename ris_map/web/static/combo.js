/* A text field with suggestions, by keyboard, mouse and screen reader.
 *
 * risCombo(name, {suggest, pick, texts}) serves the input #name with the list #name-list and the
 * status #name-status. Everything is listened for on the document, so that Streamlit may replace
 * the elements at any time. */
(() => {
  "use strict";

  window.risFold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").trim();

  window.risCombo = (name, { suggest, pick, texts }) => {
    const byId = (end = "") => document.getElementById(name + end);
    let active = -1, shown = [];

    function close() {
      if (!byId()) return;
      byId("-list").hidden = true;
      byId().setAttribute("aria-expanded", "false");
      byId().removeAttribute("aria-activedescendant");
      active = -1;
    }

    function say(text) {
      if (byId("-status")) byId("-status").textContent = text;
    }

    async function open() {
      const typed = byId().value;
      const { items, count, message } = await suggest(typed);
      if (!byId() || byId().value !== typed) return; // an answer to an earlier text
      shown = items;
      byId("-list").replaceChildren(...items.map((item, index) => {
        const option = document.createElement("li");
        Object.assign(option, { id: `${name}-${index}`, textContent: item.text });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.at = index;
        if (item.note) option.append(Object.assign(document.createElement("span"), { textContent: item.note }));
        return option;
      }));
      close();
      if (!window.risFold(typed)) return say("");
      if (!items.length) return say(message ?? texts().none);
      byId("-list").hidden = false;
      byId().setAttribute("aria-expanded", "true");
      say(texts().found.replace("{n}", count ?? items.length));
    }

    function move(step) {
      const options = [...byId("-list").children];
      if (!options.length || byId("-list").hidden) return;
      active = (active + step + options.length) % options.length;
      options.forEach((option, index) => option.setAttribute("aria-selected", String(index === active)));
      options[active].scrollIntoView({ block: "nearest" });
      byId().setAttribute("aria-activedescendant", options[active].id);
    }

    function choose(index) {
      const item = shown[index];
      if (!item) return;
      say("");
      close();
      pick(item);
    }

    document.addEventListener("keydown", (event) => {
      if (event.target.id !== name) return;
      const isOpen = !byId("-list").hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (isOpen) move(event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1);
        else open().then(() => move(event.key === "ArrowDown" ? 1 : 0));
      } else if (event.key === "Enter" && isOpen) { // without an arrow key: what stands on top
        event.preventDefault();
        choose(Math.max(active, 0));
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        close();
      }
    });
    document.addEventListener("input", (event) => { if (event.target.id === name) open(); });
    document.addEventListener("focusin", (event) => { if (event.target.id === name) event.target.select(); });
    document.addEventListener("focusout", (event) => { if (event.target.id === name) { close(); say(""); } });
    document.addEventListener("click", (event) => {
      const option = event.target.closest?.(`#${name}-list [role=option]`);
      if (option) choose(Number(option.dataset.at));
    });
    // the focus stays in the field while a suggestion is pressed
    document.addEventListener("mousedown", (event) => { if (event.target.closest?.(`#${name}-list`)) event.preventDefault(); });
    return { say, close };
  };
})();
