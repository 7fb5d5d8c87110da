/* The server is lost: said in the page's language instead of Streamlit's English dialog.
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
    },
    en: {
      title: "The server cannot be reached",
      text: "The page keeps trying by itself. Your choices are kept in the address.",
      again: "Reload the page",
    },
  };
  let notice = null;

  const make = () => {
    const texts = TEXTS[document.documentElement.lang] ?? TEXTS.sv;
    const box = document.createElement("div");
    box.className = "ris-lost";
    box.setAttribute("role", "alertdialog");
    box.dataset.reactAriaTopLayer = "true"; // else it would be made inert, as all beside a dialog
    box.setAttribute("aria-labelledby", "ris-lost-title");
    box.setAttribute("aria-describedby", "ris-lost-text");
    const title = document.createElement("p");
    title.id = "ris-lost-title";
    title.textContent = texts.title;
    const text = document.createElement("p");
    text.id = "ris-lost-text";
    text.textContent = texts.text;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = texts.again;
    again.addEventListener("click", () => location.reload());
    box.append(title, text, again);
    return box;
  };

  const look = () => {
    const dialog = [...document.querySelectorAll('[role="dialog"]')]
      .find((one) => /Connection error/.test(one.textContent));
    if (dialog && !notice) {
      let layer = dialog; // with its backdrop
      while (layer.parentElement && layer.parentElement !== document.body) layer = layer.parentElement;
      if (layer.querySelector("#root, .stApp")) layer = dialog;
      layer.style.setProperty("display", "none", "important");
      notice = document.body.appendChild(make());
    } else if (!dialog && notice) {
      notice.remove();
      notice = null;
    }
  };
  new MutationObserver(look).observe(document.body ?? document.documentElement, { childList: true, subtree: true });
})();
