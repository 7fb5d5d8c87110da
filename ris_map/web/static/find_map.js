/* Runs inside the map's frame on the page "Hitta stöd": where one searches from, the ways, and the
   choice of a place by pressing the map. map.js draws the base and the bubbles. */
(function () {
  "use strict";

  let shown = "";
  let refit = null;

  function addWays(group, ways) {
    const style = { color: "#0b4f6c", weight: 3, opacity: 0.85, dashArray: "7 6", interactive: false };
    if (ways.length) L.polyline(ways, style).addTo(group);
  }

  /* Around the largest bubble, and below it, so that the name of the town stays readable. */
  function addPlace(group, place) {
    const icon = L.divIcon({ className: "ris-you", html: "", iconSize: [90, 90], iconAnchor: [45, 45] });
    const options = { icon: icon, interactive: false, keyboard: false, zIndexOffset: -2000 };
    const marker = L.marker([place.lat, place.lon], options);
    marker.on("add", () => {
      const name = document.createElement("span");
      name.className = "ris-hidden";
      name.textContent = place.title;
      marker.getElement().replaceChildren(name);
    });
    marker.addTo(group);
  }

  /* A press on the map offers the nearest settlement; nothing is chosen before the offer is taken. */
  function listen(map) {
    if (map.risFindListens) return;
    map.risFindListens = true;
    map.on("click", (event) => {
      const page = window.parent.risFindPlace;
      const found = page && page.at(event.latlng.lat, event.latlng.lng);
      if (!found) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "ris-tap";
      button.textContent = found.text;
      button.addEventListener("click", () => {
        map.closePopup();
        page.choose(found.id);
      });
      L.popup({ autoPan: true }).setLatLng([found.lat, found.lon]).setContent(button).openOn(map);
    });
    // The list folds long groups: let the page open the one that holds the actor of a popup's link.
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-actor]");
      if (!link) return;
      const tell = new window.parent.CustomEvent("ris-actor", { detail: link.dataset.actor });
      setTimeout(() => window.parent.dispatchEvent(tell));
    });
  }

  /* Only a new place or a new set of ways moves the map; a reader who has zoomed keeps the view. The
     frame gets its size after its content, so that the view is taken again until somebody moves it. */
  function look(map, bounds) {
    const wanted = JSON.stringify(bounds);
    if (wanted === shown) return;
    const first = shown === "";
    shown = wanted;
    if (!bounds && first) return;
    const fit = () => {
      map.invalidateSize({ pan: false });
      if (bounds) map.fitBounds(bounds, { padding: [48, 48], maxZoom: 9, animate: false });
      else map.fitBounds([[63.35, 14.2], [66.4, 21.9]], { animate: false });
    };
    if (refit) map.off("resize", refit);
    refit = fit;
    fit();
    map.on("resize", refit);
    map.getContainer().addEventListener("pointerdown", () => map.off("resize", refit), { once: true });
  }

  window.risFind = function (group, place, ways, bounds) {
    addWays(group, ways);
    if (place) addPlace(group, place);
    // the group is added to the map after this script, and the map may still be without a size
    setTimeout(() => {
      listen(window.map);
      look(window.map, bounds);
    });
  };
})();
