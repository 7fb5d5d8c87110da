/* Runs inside the map's frame: the constant base of every map, fetched once and then cached.
   Python adds only what changes (bubbles), so a filter never rebuilds the base. */
(function () {
  "use strict";

  const STYLE = {
    sea: { stroke: false, fillColor: "#dbe8f0", fillOpacity: 1 },
    municipality: { color: "#8b8f94", weight: 1, fillColor: "#f7f5ef", fillOpacity: 1 },
    road: { color: "#b9a98c", weight: 1.5, opacity: 0.9 },
  };

  // Asked for at once: the message that makes the map comes later.
  const fetched = (url) => fetch(url).then((answer) => answer.json());
  const asked = new URL(document.currentScript.src).searchParams;
  const [landUrl, backgroundUrl] = [asked.get("land"), asked.get("background")];
  const geometry = { land: fetched(landUrl), background: fetched(backgroundUrl) };

  // Phones have a button along the map's upper edge (see shell.js): no popup goes under it.
  const BUTTON_ROOM = window.matchMedia("(pointer: coarse)").matches ? 64 : 5;

  function layer(map, paneName, zIndex, options) {
    map.createPane(paneName).style.zIndex = String(zIndex);
    return L.geoJSON(null, Object.assign({ pane: paneName, interactive: false }, options)).addTo(map);
  }

  function seatMarker(feature, latlng) {
    const icon = L.divIcon({ className: "ris-seat", html: "", iconSize: [0, 0] });
    const marker = L.marker(latlng, { icon: icon, interactive: false, keyboard: false, pane: "ris-seats" });
    marker.on("add", function () {
      const element = marker.getElement();
      element.dataset.town = feature.properties.id;
      const name = document.createElement("span");
      name.textContent = feature.properties.name;
      element.replaceChildren(name);
    });
    return marker;
  }

  const overlaps = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  /* A bubble carries its own name: the base's name of the same place steps aside, and so does a
     name that would lie over a bubble or over another name. */
  function arrangeNames() {
    const bubbles = Array.from(document.querySelectorAll(".ris-bubble"));
    const named = new Set(bubbles.map((bubble) => bubble.dataset.town));
    const taken = bubbles.flatMap((bubble) =>
      Array.from(bubble.children, (part) => part.getBoundingClientRect()),
    );
    document.querySelectorAll(".ris-seat").forEach((seat) => {
      seat.hidden = false;
      const box = seat.firstElementChild.getBoundingClientRect();
      seat.hidden = named.has(seat.dataset.town) || taken.some((other) => overlaps(box, other));
      if (!seat.hidden) taken.push(box);
    });
  }

  window.risBubbles = function (group, towns) {
    towns.forEach((town) => {
      const icon = L.divIcon({
        html: town.html,
        iconSize: [town.size, town.size],
        iconAnchor: [town.size / 2, town.size / 2],
      });
      L.marker([town.lat, town.lon], { icon: icon, title: town.title })
        .bindPopup(town.popup, {
          maxWidth: Math.min(280, window.innerWidth - 64),
          autoPanPaddingTopLeft: [5, BUTTON_ROOM],
        })
        .addTo(group);
    });
  };

  /* The coverage page's layer: shades of the base's own polygons, settlements, rings of offices.
     Polygons and data arrive in either order; the last data wins. */
  let land = null;
  let coverage = null;

  function hatch(path) {
    const svg = path.ownerSVGElement;
    if (svg.querySelector("#ris-hatch")) return;
    const SVG = "http://www.w3.org/2000/svg";
    const pattern = document.createElementNS(SVG, "pattern");
    Object.entries({ id: "ris-hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" })
      .forEach(([name, value]) => pattern.setAttribute(name, value));
    [["#eceef0", 7], ["#9aa2aa", 1.6]].forEach(([fill, width]) => {
      const stripe = document.createElementNS(SVG, "rect");
      Object.entries({ width: width, height: 7, fill: fill }).forEach(([name, value]) => stripe.setAttribute(name, value));
      pattern.append(stripe);
    });
    svg.prepend(pattern);
  }

  /* A string would be read as HTML: names come from data files. */
  function tipOf(text) {
    const node = document.createElement("span");
    node.textContent = text;
    return node;
  }

  function paintMunicipalities() {
    if (!land || !coverage) return;
    land.eachLayer((polygon) => {
      const path = polygon.getElement();
      const area = coverage.areas[polygon.feature.properties.code];
      if (!path || !area) return;
      hatch(path);
      polygon.setStyle({ fillColor: area.fill, color: "#5b646d", weight: 1.2 });
      path.dataset.class = area.class;
      path.style.pointerEvents = "auto";
      path.setAttribute("tabindex", "0");
      path.setAttribute("role", "img");
      path.setAttribute("aria-label", area.title);
      polygon.unbindTooltip().bindTooltip(tipOf(area.title), { sticky: true, className: "ris-tip" });
    });
  }

  window.risCoverage = function (group, data) {
    coverage = data;
    paintMunicipalities();
    const tip = (layer, text) => layer.bindTooltip(tipOf(text), { className: "ris-tip" }).addTo(group);
    data.places.forEach((place) => {
      tip(L.circleMarker([place.lat, place.lon], {
        radius: place.r, weight: 1, color: "#1b1f24", fillColor: place.fill, fillOpacity: 1,
        className: "ris-place",
      }), place.title);
    });
    data.offices.forEach((town) => {
      const at = [town.lat, town.lon];
      L.circleMarker(at, { radius: town.r, weight: 6, color: "#fff", fill: false, interactive: false }).addTo(group);
      tip(L.circleMarker(at, { radius: town.r, weight: 3, color: "#a3195b", fill: false, className: "ris-office" }), town.title);
    });
  };

  window.risBase = function (map) {
    const ofKind = (kind) => (feature) => feature.properties.kind === kind;
    const sea = layer(map, "ris-sea", 210, { style: STYLE.sea, filter: ofKind("sea") });
    land = layer(map, "ris-land", 220, {
      style: STYLE.municipality,
      onEachFeature: (feature, polygon) =>
        polygon.on("add", () => {
          const path = polygon.getElement();
          if (path) path.dataset.municipality = feature.properties.code;
        }),
    });
    const roads = layer(map, "ris-roads", 230, { style: STYLE.road, filter: ofKind("road") });
    map.createPane("ris-seats").style.zIndex = "590";
    const seats = L.geoJSON(null, { filter: ofKind("seat"), pointToLayer: seatMarker }).addTo(map);
    geometry.land.then((data) => {
      land.addData(data);
      paintMunicipalities();
      document.documentElement.dataset.risBase = "drawn";
    });
    geometry.background.then((data) => {
      sea.addData(data);
      roads.addData(data);
      seats.addData(data);
      arrangeNames();
    });
    // A frame on a phone gets its height after the map is made: measure again, keep the centre.
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    map.on("zoomend viewreset", arrangeNames);
    new MutationObserver(arrangeNames).observe(map.getPane("markerPane"), { childList: true });
  };
})();
