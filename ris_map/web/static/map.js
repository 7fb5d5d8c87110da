/* Inside the map's frame. All layers and all hover live here and are made once; Python sends a
   layer (ris_map/web/map.py): a picture or its address, what is chosen, routes, words. */
(function () {
  "use strict";
  const UNKNOWN = 5, SMALL_PX = 6, LONG_WAIT_MS = 3000;
  const root = document.documentElement, page = parent.document;
  const source = new URL(document.currentScript.src);
  const near = (name) => new URL(source.searchParams.get(name), source);
  // Asked for at once: the message that makes the map comes later.
  const squaresFile = fetch(near("squares")).then((answer) => answer.arrayBuffer());
  const groundFile = fetch(near("ground")).then((answer) => answer.json());
  const coarse = matchMedia("(pointer: coarse)").matches;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => innerWidth <= 480;
  const make = (tag, set = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), set);
    made.append(...inside);
    return made;
  };
  const attributes = (element, values) =>
    Object.entries(values).forEach(([name, value]) => value === null ? element.removeAttribute(name) : element.setAttribute(name, value));
  root.dataset.risMap = "";
  root.append(make("style", { textContent: window.risStyles }));

  let map, squares, names, say, key, words = {};
  let corners, owners, codes, ground;
  let shown = { picture: {} }, hovered = "", pinned = "", order = 0, awaited = true, moved = false, fitted = null, keyHeight = 0;
  const areas = new Map(), bubbles = new Map(), extras = {};

  /* ---- squares: a canvas renderer of Leaflet with one drawing of ours; panning, the zoom's
     animation, sharp screens and clearing stay Leaflet's */
  const Squares = L.Canvas.extend({
    _draw() {
      if (!corners || !codes) return;
      const ctx = this._ctx, scale = 256 * 2 ** this._map.getZoom(), origin = this._map.getPixelOrigin();
      const { min, max } = this._bounds, colour = getComputedStyle(root);
      const side = Math.hypot(corners[2] - corners[0], corners[3] - corners[1]) * scale;
      const dot = Math.max(narrow() ? 2.4 : 3.3, Math.round(side + 0.5));
      const known = [...areas.keys()].sort(), outlined = chosenOnes().map((code) => known.indexOf(code));
      const kept = (i) => !outlined.length || outlined.includes(owners[i]);
      for (const isKept of outlined.length ? [false, true] : [true]) {
        ctx.globalAlpha = isKept ? 1 : 0.42;
        for (let code = 0; code <= UNKNOWN; code++) { // the farthest last: what overlaps shows the gap
          ctx.fillStyle = code === UNKNOWN ? hatch(ctx, colour) : colour.getPropertyValue("--c" + code);
          ctx.beginPath();
          for (let i = 0, at = 0; i < codes.length; i++, at += 8) {
            if (codes[i] !== code || kept(i) !== isKept) continue;
            const x = corners[at] * scale - origin.x, y = corners[at + 1] * scale - origin.y;
            if (x < min.x - 200 || x > max.x + 200 || y < min.y - 200 || y > max.y + 200) continue;
            // snapped to pixels while small: no hairs between classes, and four times as fast
            if (side < SMALL_PX) { ctx.fillRect(Math.round(x), Math.round(y - side), dot, dot); continue; }
            ctx.moveTo(x, y);
            for (let k = 2; k < 8; k += 2) ctx.lineTo(corners[at + k] * scale - origin.x, corners[at + k + 1] * scale - origin.y);
            ctx.closePath();
          }
          if (side >= SMALL_PX) ctx.fill();
        }
      }
      ctx.globalAlpha = 1;
    },
  });

  function hatch(ctx, colour) {
    const tile = make("canvas", { width: 5, height: 5 }), pen = tile.getContext("2d");
    pen.fillStyle = colour.getPropertyValue("--bg");
    pen.fillRect(0, 0, 5, 5);
    pen.fillStyle = colour.getPropertyValue("--hatch");
    for (let i = 0; i < 5; i++) { pen.fillRect(i, 4 - i, 1, 1); pen.fillRect(i, (9 - i) % 5 ? (8 - i) % 5 : 0, 1, 1); }
    return ctx.createPattern(tile, "repeat");
  }

  /* The square at a point, or -1. */
  function squareAt(latlng) {
    if (!corners) return -1;
    const { x, y } = map.options.crs.latLngToPoint(latlng, 0).divideBy(256);
    const inside = (at) => {
      let within = false;
      for (let k = 0, before = 6; k < 8; before = k, k += 2) {
        const [ax, ay, bx, by] = [corners[at + k], corners[at + k + 1], corners[at + before], corners[at + before + 1]];
        if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
      }
      return within;
    };
    for (let i = 0; i < owners.length; i++) if (inside(i * 8)) return i;
    return -1;
  }

  /* What is outlined: the chosen municipality, and the one it is compared with. */
  const chosenOnes = () => [shown.chosen, shown.beside].filter(Boolean);

  function paint() {
    if (!squares || !corners || !ground) return;
    squares._redraw();
    if (awaited) return; // not yet what was asked for
    root.dataset.cells = shown.url ?? String(order);
    window.risDrawn = performance.timeOrigin + performance.now();
    if (window.frameElement) window.frameElement.dataset.risReady = "true";
  }

  /* ---- hover, pin, choice: sentence, outlines and the page's rows are marked from here, without a message */
  const markers = () => [...(shown.picture.bubbles ?? []), ...(shown.bubbles ?? [])];
  const townOf = (id) => markers().find((town) => town.id === id);
  function sentenceOf(id) {
    const town = townOf(id);
    if (!town) return shown.picture.sentences?.[id];
    const figure = String(town.count ?? "");
    return { figure: figure, text: figure && town.label.startsWith(`${figure} `) ? town.label.slice(figure.length + 1) : town.label };
  }

  /* What the page comes with stands in its heading, and what has the focus says itself: read aloud is
     only what a choice changes. */
  function put(aloud, ...parts) {
    const now = make("div", {}, ...parts);
    if (now.innerHTML === say.innerHTML) return;
    attributes(say, { "aria-live": aloud ? "polite" : "off" });
    say.replaceChildren(...now.childNodes);
  }

  function tell(aloud) {
    const wanted = [...new Set([pinned, hovered].filter(Boolean))].filter(sentenceOf);
    const told = (wanted.length ? wanted : chosenOnes().length && !narrow() ? chosenOnes() : [shown.chosen || ""]).map(sentenceOf).filter(Boolean);
    put(aloud && say.childElementCount, ...told.map(sentenceElement));
    say.classList.toggle("is-two", told.length > 1);
    const { legend } = shown.picture;
    document.body.classList.toggle("is-at-rest", !wanted.length && !shown.chosen && Boolean(legend?.rows.length || legend?.notes.some(([kind]) => kind === "own")));
    say.classList.remove("is-long");
    const height = say.offsetHeight;
    say.classList.toggle("is-long", say.scrollHeight > say.clientHeight + 1); // never cut
    key.style.marginBottom = `${say.offsetHeight - height}px`;
    mark([hovered]);
    page.querySelectorAll("[data-map-hot]").forEach((row) => row.removeAttribute("data-map-hot"));
    if (hovered) page.querySelectorAll(`[data-map-ids~="${CSS.escape(hovered)}"]`).forEach((row) => row.setAttribute("data-map-hot", ""));
  }

  function sentenceElement(sentence) {
    const element = make("div", { className: "one" });
    if (sentence.figure) element.append(make("b", { className: "big", textContent: sentence.figure }));
    element.append(make("p", { textContent: sentence.text }));
    if (sentence.url) element.append(make("a", { href: sentence.url, target: "_top", textContent: sentence.link }));
    return element;
  }

  function mark(ids) {
    areas.forEach((path, code) => {
      path.classList.toggle("is-hot", ids.includes(code));
      path.classList.toggle("is-pinned", code === pinned);
      path.classList.toggle("is-chosen", code === shown.chosen);
      attributes(path, { "aria-pressed": String(code === shown.chosen) });
    });
    bubbles.forEach((marker, id) => marker.getElement()?.classList.toggle("is-hot", ids.includes(id)));
  }

  const hover = (id) => { if (id !== hovered) { hovered = id; tell(); } };
  // A finger does not point: a legend that grew under it at the press would take the click. Nor does
  // a mouse at rest: after a press the map moves, and what came to lie under it was not asked for.
  let finger = false, rests = false, where = "";
  for (const kind of ["pointerdown", "pointermove", "keydown"]) addEventListener(kind, (event) => {
    const now = kind === "keydown" ? where : `${event.screenX} ${event.screenY}`;
    finger = event.pointerType === "touch";
    rests = kind !== "pointermove" || (rests && now === where);
    where = now;
  }, true);
  const point = (id) => { if (!finger && !rests) hover(id); };
  const pin = (code) => { pinned = pinned === code ? "" : code; tell(); };
  // streamlit-folium puts the component library on window; its own way waits 250 ms and has no ids.
  // The time makes a second click on the same place a new value.
  const choose = (kind, id) => window.Streamlit?.setComponentValue({ kind: kind, id: id, n: Date.now() });
  const chooseId = (id) => choose(/^\d{4}$/.test(id) ? "municipality" : "town", id);

  function pressable(element, id, label, press) {
    attributes(element, { tabindex: "0", role: "button", "aria-label": label });
    element.addEventListener("focus", () => { if (!finger) hover(id); });
    element.addEventListener("blur", () => hover(""));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); press(); }
      if (event.key.toLowerCase() === "p") pin(id);
    });
  }

  function addArea(feature, polygon) {
    const { code, name } = feature.properties;
    polygon.on("add", () => {
      const path = polygon.getElement();
      areas.set(code, path);
      path.dataset.municipality = code;
      pressable(path, code, name, () => choose("municipality", code));
      path.addEventListener("focus", () => { // what has the focus is in sight
        if (map.getBounds().intersects(polygon.getBounds())) return;
        moved = true;
        map.panTo(polygon.getBounds().getCenter(), { animate: false });
      });
    });
    polygon.on("mouseover mousemove", () => point(code)).on("mouseout", () => hover(""));
    polygon.on("contextmenu", (event) => { L.DomEvent.preventDefault(event.originalEvent); pin(code); }); // right button, or a long touch
    polygon.on("click", (event) => {
      if (event.originalEvent?.shiftKey) return pin(code);
      const square = shown.clickCells || shown.chosen === code ? squareAt(event.latlng) : -1;
      if (square >= 0) choose("cell", String(square));
      else choose("municipality", code);
    });
  }

  function nameAreas() {
    areas.forEach((path, code) => {
      const name = ground.land.find((one) => one.properties.code === code).properties.name;
      const sentence = shown.picture.sentences?.[code];
      const said = sentence && `${sentence.figure} ${sentence.text.replace(`${name}: `, "")}`.trim();
      attributes(path, { "aria-label": said ? `${name}: ${said}` : name });
    });
  }

  /* ---- bubbles and other markers; numbers and words from Python, shapes from here */
  const hasChanged = (town) => ["new", "gone"].includes(town.kind);
  const radius = (town) => hasChanged(town) ? 12 : town.kind === "planned" ? 18 : town.kind === "home" ? 11 : town.kind === "adjacent" ? 11 : narrow() ? 11 + 1.4 * Math.sqrt(town.count ?? 0) : 13 + 2.2 * Math.sqrt(town.count ?? 0);

  function picture(town) {
    const r = radius(town), size = 2 * (r + 3), mid = size / 2;
    const diamond = (half, fill) => `<rect x="${mid - half}" y="${mid - half}" width="${2 * half}" height="${2 * half}" rx="3" transform="rotate(45 ${mid} ${mid})" class="${fill}"/>`;
    const circle = (one, css, more = "") => `<circle cx="${mid}" cy="${mid}" r="${one.toFixed(1)}" class="${css}" ${more}/>`;
    const count = Number.isInteger(town.count) ? `<text x="${mid}" y="${mid + 5.5}">${town.count}</text>` : "";
    let inside;
    if (town.kind === "planned") inside = diamond(13, "body") + `<text x="${mid}" y="${mid + 6}">+</text>`;
    else if (hasChanged(town)) inside = diamond(8.5, "body") + `<text x="${mid}" y="${mid + 6}">${town.kind === "new" ? "+" : "−"}</text>`;
    else if (town.kind === "adjacent") inside = diamond(8, "body");
    else if (town.kind === "home") inside = `<rect x="${mid - 9}" y="${mid - 9}" width="18" height="18" rx="3" class="body"/>`;
    else {
      const ring = r - 3.2, part = (2 * Math.PI * ring) / (town.phases.length || 1);
      const arcs = town.phases.map((phase, i) => circle(ring, "ring " + (/^[a-z]+$/.test(phase) ? phase : ""), `stroke-dasharray="${part} ${2 * Math.PI * ring}" transform="rotate(${-90 + (360 * i) / town.phases.length} ${mid} ${mid})"`));
      inside = circle(r + 1.5, "halo") + circle(r, "body") + (town.kind === "office" ? arcs.join("") : "") + count;
    }
    return { size: size, html: `<svg width="${size}" height="${size}" class="${town.kind}" aria-hidden="true">${inside}</svg>` };
  }

  function setBubbles() {
    const wanted = new Map(markers().map((town) => [town.id, town])), rows = new Map();
    wanted.forEach((town) => { // a town's markers stand in a row, the first on the place and the others to its left
      if (!town.name) return;
      const { first, reach } = rows.get(town.name) ?? { first: town, reach: -radius(town) };
      town.shift = reach + radius(town) + (town === first ? 0 : 3);
      Object.assign(town, { lat: first.lat, lon: first.lon });
      rows.set(town.name, { first: first, reach: town.shift + radius(town) });
    });
    bubbles.forEach((marker, id) => { if (!wanted.has(id)) { marker.remove(); bubbles.delete(id); } });
    wanted.forEach((town, id) => {
      const state = JSON.stringify(town), old = bubbles.get(id);
      if (old?.options.state === state) return; // an untouched marker does not flicker
      const held = document.hasFocus() && document.activeElement === old?.getElement();
      old?.remove();
      const { size, html } = picture(town);
      const icon = L.divIcon({ className: "ris-bubble", iconSize: [size, size], html: html, iconAnchor: hasChanged(town) ? [-10, town.kind === "new" ? size : 0] : [size / 2 + (town.shift ?? 0), size / 2] });
      const marker = L.marker([town.lat, town.lon], { icon: icon, state: state, keyboard: false, zIndexOffset: 1000 * (town.count ?? 0) }).addTo(map);
      bubbles.set(id, marker);
      const element = marker.getElement();
      Object.assign(element.dataset, { town: id, name: town.name });
      const press = () => { parent.dispatchEvent(new CustomEvent("ris-town", { detail: id })); choose("town", id); };
      pressable(element, id, town.label, press);
      marker.on("mouseover mousemove", () => point(id)).on("mouseout", () => hover("")).on("click", press);
      if (held) element.focus();
    });
  }

  /* ---- names: greedy, the largest town first, eight seats round its markers. A name touches no
     marker, name, line or legend, and is nearer to its own marker than to any other; without a
     seat it waits for more room. The minutes of a way stand beside it, as near its middle as can be. */
  const SIGN_PX = 3, OTHERS_PX = 6;
  let namesWait = false;
  function setNames() { // once a frame, however much has changed in it: each time costs a layout
    if (!namesWait) requestAnimationFrame(() => { namesWait = false; placeNames(); });
    namesWait = true;
  }
  function placeNames() {
    if (!ground || !shown.picture) return;
    const low = map.containerPointToLayerPoint([0, 0]), high = low.add(map.getSize());
    const frame = map.getContainer().getBoundingClientRect();
    const taken = [...document.querySelectorAll(".ris-key, .ris-controls")].map((element) => {
      const box = element.getBoundingClientRect();
      return [box.left - frame.left + low.x, box.top - frame.top + low.y, box.right - frame.left + low.x, box.bottom - frame.top + low.y];
    });
    const around = ({ x, y }, r) => [x - r, y - r, x + r, y + r];
    const touches = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
    const wide = (box, by) => [box[0] - by, box[1] - by, box[2] + by, box[3] + by];
    const free = (box) => box[0] >= low.x + 2 && box[1] >= low.y + 2 && box[2] <= high.x - 2 && box[3] <= high.y - 2 && !taken.some((other) => touches(wide(box, 3), other));
    const at = (point) => map.latLngToLayerPoint(point), zoom = map.getZoom(), place = shown.place && at(shown.place);
    const towns = new Map(), signs = [], written = [];
    for (const marker of markers()) {
      const sign = { name: marker.name, box: around(at([marker.lat, marker.lon]).subtract([marker.shift ?? 0, 0]), radius(marker) + SIGN_PX) }, town = towns.get(marker.name);
      signs.push(sign);
      if (town) town.box = [0, 1, 2, 3].map((i) => (i < 2 ? Math.min : Math.max)(town.box[i], sign.box[i]));
      else if (marker.name) towns.set(marker.name, { name: marker.name, box: sign.box, first: marker.count ?? 1 });
    }
    const others = ground.towns.filter(([name, , , rank]) => !towns.has(name) && rank <= (zoom < 7.2 ? 0 : zoom < 8.6 ? 1 : 2))
      .map(([name, lat, lon]) => {
        const point = at([lat, lon]), isPlace = place && point.distanceTo(place) < 6;
        return { name: name, box: around(point, isPlace ? 12 : 3), first: isPlace ? 1 : 0, dot: !isPlace };
      });
    if (place) taken.push(around(place, 12));
    const ways = (shown.routes ?? []).map((route) => ({ name: route.label, points: along([route.points]) }));
    const line = along((ground.lines[shown.divide] ?? []).map(turned));
    [line, ...ways.map((way) => way.points)].flat().forEach((point) => taken.push(around(point, 3)));
    const rings = (part) => (Array.isArray(part[0][0]) ? part.flatMap(rings) : [turned(part)]);
    const border = along(chosenLands().flatMap((land) => rings(land.geometry.coordinates))).map((point) => around(point, 3));
    const off = (seats) => { // beside the chosen border, across it where there is no other seat
      const kept = seats.filter((seat) => !border.some((part) => touches(seat, part)));
      return kept.length ? kept : seats;
    };
    const chosenNames = chosenOnes().map((code) => ground.land.find((one) => one.properties.code === code)?.properties.name);
    const isChosen = (town) => chosenNames.includes(town.name);
    const seated = [...towns.values(), ...others].sort((a, b) => isChosen(b) - isChosen(a) || b.first - a.first);
    const sides = (line.length ? words.sides : []).map((name, i) => ({ name: name, toRight: i === 1 }));
    // the important ones first; the sides of the county before the towns without a marker
    const isGreat = (town) => isChosen(town) || !town.dot;
    const all = [...seated.filter(isGreat), ...ways.filter((way) => way.name), ...sides, ...seated.filter((town) => !isGreat(town))];
    const texts = all.map((one) => make("span", { textContent: one.name, className: isChosen(one) ? "on" : one.points ? "way" : one.box ? "" : "side" }));
    names.replaceChildren(...texts);
    const sizes = texts.map((text) => [text.offsetWidth, text.offsetHeight]); // together: one layout
    const boxed = (x, y, w, h) => [x, y, x + w, y + h];
    const seatOf = {
      town({ name, box: [x, y, right, low], dot }, w, h) {
        const gap = dot ? 3 : 1, middle = (x + right - w) / 2, level = (y + low - h) / 2;
        if (dot && written.some((other) => touches(wide([x, y, right, low], 4), other))) return undefined;
        return off([[right + gap, level], [x - gap - w, level], [middle, low + gap], [middle, y - gap - h], [right, low], [x - w, low], [right, y - h], [x - w, y - h]]
          .map((seat) => boxed(...seat, w, h)).filter((seat) => free(seat) && !signs.some((sign) => touches(wide(seat, sign.name === name ? 0 : OTHERS_PX), sign.box))))[0];
      },
      way({ points }, w, h) {
        const middle = points.length / 2;
        return off(points.map((point, i) => [Math.abs(i - middle), point]).sort(([a], [b]) => a - b)
          .flatMap(([, { x, y }]) => [8, 20].flatMap((gap) => [[x + gap, y - h / 2], [x - gap - w, y - h / 2], [x - w / 2, y - h - gap], [x - w / 2, y + gap]]))
          .map((seat) => boxed(...seat, w, h)).filter(clear))[0];
      },
      side({ toRight }, w, h) { // inland to the left of the line, the coast to the right
        const seats = off(line.flatMap((point) => [26, 44, 70].map((gap) => boxed(toRight ? point.x + gap : point.x - gap - w, point.y - h / 2, w, h))).filter(clear));
        return seats[Math.floor(seats.length * 0.62)];
      },
    };
    const clear = (box) => free(box) && !signs.some((sign) => touches(wide(box, OTHERS_PX), sign.box));
    all.forEach((one, i) => {
      const kind = one.points ? "way" : one.box ? "town" : "side", seat = seatOf[kind](one, ...sizes[i]);
      if (!seat) return texts[i].remove();
      taken.push(seat);
      written.push(seat);
      texts[i].style.transform = `translate(${seat[0]}px, ${seat[1]}px)`;
      if (!one.dot) return;
      const dot = make("i", {});
      dot.dataset.name = one.name;
      dot.style.transform = `translate(${one.box[0]}px, ${one.box[1]}px)`;
      names.append(dot);
      signs.push(one);
    });
  }

  function along(lines) {
    const points = [];
    lines.forEach((line) => line.forEach((place, i) => {
      const at = map.latLngToLayerPoint(place), last = points[points.length - 1];
      if (i && last) { // long straight pieces are filled in, so that no name lies across them
        const steps = Math.floor(at.distanceTo(last) / 8);
        for (let k = 1; k < steps; k++) points.push(L.point(last.x + ((at.x - last.x) * k) / steps, last.y + ((at.y - last.y) * k) / steps));
      }
      points.push(at);
    }));
    return points;
  }

  /* ---- lines: coast against inland, routes, the chosen place */
  const chosenLands = () => (ground?.land ?? []).filter((one) => chosenOnes().includes(one.properties.code));
  const turned = (part) => part.map(([lon, lat]) => [lat, lon]);
  function replace(name, layers) {
    extras[name]?.remove();
    extras[name] = L.layerGroup(layers).addTo(map);
  }
  const cased = (points, css) => ["casing", "core"].map((part) => L.polyline(points, { pane: "ris-lines", interactive: false, className: `ris-${css} ${part}` }));

  function setLines() {
    replace("divide", (ground.lines[shown.divide] ?? []).flatMap((part) => cased(turned(part), "divide")));
    replace("routes", (shown.routes ?? []).flatMap((route) => cased(route.points, "route" + (route.schematic ? " schematic" : ""))));
    replace("place", shown.place ? [L.circleMarker(shown.place, { pane: "ris-lines", radius: 8, interactive: false, className: "ris-place" })] : []);
    const lands = chosenLands();
    replace("chosen", ["casing", "core"].flatMap((part) => lands.map((land) => L.geoJSON(land, { pane: "ris-lines", interactive: false, style: { className: `ris-chosen ${part}` } }))));
  }

  /* ---- legend: a table that is the chart */
  const BAR_PX = 52;
  function setLegend() {
    const legend = shown.picture.legend;
    key.hidden = !legend;
    key.classList.toggle("has-classes", Boolean(legend?.rows.length));
    if (!legend) return;
    const swatch = (name) => make("i", { className: "swatch " + name });
    const cell = (text, share, code) => {
      const bar = make("i", { className: "bar c" + code });
      bar.style.width = `${share > 0 ? Math.max(2, (share * BAR_PX) / 100) : 0}px`;
      if (!share) bar.style.borderWidth = "0"; // of none not even an outline
      return make("td", {}, bar, text);
    };
    const head = make("tr", {}, ...legend.columns.map((text) => make("th", { scope: "col", textContent: text })));
    const rows = legend.rows.map((row) => {
      const name = make("th", { scope: "row" }, swatch("c" + row.code), row.label);
      return make("tr", {}, name, ...row.shares.map((share, i) => cell(row.texts[i], share, row.code)));
    });
    const notes = legend.notes.map(([kind, text]) => make("p", {}, swatch(kind), text));
    // without figures it is a list of colours
    key.replaceChildren(
      make("table", { role: legend.columns.length ? null : "presentation" }, make("caption", {}, legend.title, make("span", { textContent: shown.chosen ? "" : words.press })), make("thead", {}, head), make("tbody", {}, ...rows)),
      make("div", { className: "notes" }, ...notes),
    );
  }

  /* ---- view */
  function fit(animate) {
    if (map._animatingZoom) { map.once("zoomend", () => moved || fit(animate)); return; } // Leaflet would not do it
    const hasClasses = key.classList.contains("has-classes");
    // in a frame as high as wide a narrow key lies in the corner that the county leaves free, and a
    // high one stands beside the county: it would cover the inland
    const high = map.getSize().y, square = hasClasses && !shown.chosen && innerWidth < 1.2 * high && key.offsetWidth < 0.3 * innerWidth;
    const beside = shown.chosen || (!square && key.offsetHeight > 0.52 * high);
    const left = !hasClasses ? 20 : beside ? key.offsetWidth + (shown.chosen ? 40 : 20) : Math.min(300, innerWidth * (square ? 0.13 : 0.3));
    const rim = shown.routes?.length ? 26 : 8; // a way ends in a bubble
    keyHeight = key.hidden ? 0 : key.offsetHeight;
    const routes = (shown.routes ?? []).flatMap((route) => route.points);
    const lands = chosenLands();
    const bounds = L.latLngBounds(lands.length || routes.length ? routes : words.county);
    lands.forEach((land) => bounds.extend(L.geoJSON(land).getBounds()));
    if (shown.place) bounds.extend(shown.place);
    const top = routes.some(([north]) => north === bounds.getNorth()) ? 74 : narrow() ? 46 : 16; // a bubble stands below the buttons
    const room = narrow() ? { paddingTopLeft: [rim, top], paddingBottomRight: [rim, rim + (key.hidden ? 8 : keyHeight + 6)] } : { paddingTopLeft: [left, top], paddingBottomRight: [24, square ? 70 : rim + 8] };
    map.fitBounds(bounds, { ...room, animate: animate && !calm, maxZoom: 10 });
  }

  function home() {
    moved = false;
    pinned = "";
    if (shown.chosen) choose("county", "");
    shown = { ...shown, chosen: "", beside: "", routes: [], place: null };
    update(false);
    fit(true);
  }

  function controls() {
    const button = (text, label, press) => {
      const made = make("button", { type: "button", textContent: text });
      if (label) attributes(made, { "aria-label": label, title: label });
      L.DomEvent.disableClickPropagation(made).on(made, "click", press);
      return made;
    };
    const zoom = (step) => () => { moved = true; map.setZoom(map.getZoom() + step, { animate: !calm }); };
    const box = make("div", { className: "ris-controls" }, button(words.home, "", home), button("+", "+ " + words.zoomIn, zoom(0.75)), button("−", "− " + words.zoomOut, zoom(-0.75)));
    document.getElementById("map_div").append(box);
  }

  window.risMap = function (made, texts) {
    map = made;
    words = texts;
    root.lang = texts.lang;
    const pane = (name, z) => { map.createPane(name).style.zIndex = z; return name; };
    const flat = (name, z) => ({ pane: pane(name, z), interactive: false });
    const styled = (layer, css) => ({ ...layer, style: { className: css } });
    if (calm) { map.options.zoomAnimation = false; map.options.inertia = false; }
    map.fitBounds(words.county, { animate: false });
    squares = new Squares({ pane: pane("ris-squares", 320), padding: 0.4 }).addTo(map);
    map.getPane("ris-squares").style.pointerEvents = "none";
    pane("ris-areas", 400);
    map.getPane(pane("ris-lines", 450)).style.pointerEvents = "none";
    names = map.getPane(pane("ris-names", 640));
    names.className += " ris-names";
    attributes(names, { "aria-hidden": "true" });
    const container = map.getContainer();
    key = make("div", { className: "ris-key", hidden: true });
    L.DomEvent.disableClickPropagation(key);
    container.append(key);
    say = make("div", { id: "say", role: "status" });
    container.parentElement.append(say);
    landmarks();
    controls();
    groundFile.then((file) => {
      ground = file;
      ground.land.sort((one, other) => one.properties.name.localeCompare(other.properties.name, "sv")); // as Tab goes
      L.geoJSON(ground.sea.map((geometry) => ({ type: "Feature", properties: {}, geometry: geometry })), styled(flat("ris-sea", 205), "ris-sea")).addTo(map);
      L.geoJSON(ground.land, styled(flat("ris-ground", 210), "ris-ground")).addTo(map);
      const roads = flat("ris-roads", 330);
      [1, 0].forEach((numbered) => L.geoJSON({ type: "MultiLineString", coordinates: ground.roads.filter((road) => road[0] === numbered).map((road) => road[1]) }, styled(roads, numbered ? "ris-road" : "ris-road schematic")).addTo(map));
      L.geoJSON(ground.land, { pane: "ris-areas", style: { className: "ris-area" }, onEachFeature: addArea }).addTo(map);
      update(true);
      if (!moved) fit(false); // a municipality is only known now
    }).catch(failed);
    squaresFile.then((buffer) => {
      if (!buffer.byteLength) buffer = new ArrayBuffer(32);
      const [x, y, dx, dy] = new Float64Array(buffer, 0, 4), count = (buffer.byteLength - 32) / 17;
      corners = Float64Array.from(new Uint16Array(buffer, 32, count * 8), (value, i) => (i % 2 ? y + value * dy : x + value * dx));
      owners = new Uint8Array(buffer, 32 + count * 16, count);
      paint();
    }).catch(failed);
    // The wheel is the page's unless Ctrl is held; a finger is the page's, two fingers the map's.
    container.addEventListener("wheel", (event) => { if (!event.ctrlKey && !event.metaKey) event.stopImmediatePropagation(); else moved = true; }, { capture: true });
    if (coarse) map.dragging.disable();
    map.on("dragstart", () => { moved = true; });
    // A frame gets its size after the map is made: fit until the reader has moved something.
    new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      if (!moved) fit(false);
      setNames();
    }).observe(container);
    map.on("zoomstart", () => { names.hidden = true; });
    map.on("moveend", () => { names.hidden = false; setNames(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    beside();
  };

  /* One main landmark with one heading, as in any document of its own; nothing forbids zooming. */
  function landmarks() {
    document.querySelectorAll("meta[name=viewport]").forEach((tag, i) => { if (i) tag.remove(); else tag.content = "width=device-width, initial-scale=1"; });
    document.querySelectorAll("main, [role=main]").forEach((element) => attributes(element, { role: "presentation" }));
    const main = document.getElementById("root") ?? document.body.firstElementChild;
    attributes(main, { role: "main" });
    document.querySelectorAll("h1").forEach((heading) => heading.remove());
    const skip = make("a", { className: "ris-hidden", href: "#", textContent: words.skip });
    skip.addEventListener("click", (event) => { // to what Tab would reach after the map's last stop
      event.preventDefault();
      const stops = [...page.querySelectorAll(":is(a[href], button, input, summary):not(:disabled, [tabindex='-1'])")];
      stops.find((stop) => window.frameElement.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING && stop.checkVisibility())?.focus();
    });
    main.prepend(make("h1", { className: "ris-hidden", id: "map-title" }), skip);
    document.querySelectorAll("body > div:not(#root)").forEach((extra) => main.append(extra));
    attributes(map.getContainer(), { tabindex: "-1" });
  }

  function setTitle(title) {
    if (!title) return;
    document.title = title;
    document.getElementById("map-title").textContent = title;
    if (window.frameElement) window.frameElement.title = title;
  }

  function failed() {
    document.body.classList.remove("is-at-rest");
    put(true, sentenceElement({ text: words.failed }));
    if (window.frameElement) window.frameElement.dataset.risReady = "true";
  }

  /* ---- the page beside the map: rows with data-map-ids are marked both ways; one with
     data-map-click chooses through the map; the link works alone without the frame */
  function beside() {
    const until = new AbortController(); // the page outlives the frame
    const on = (name, act, more) => page.addEventListener(name, act, { signal: until.signal, ...more });
    const ids = (event) => (event.target.closest?.("[data-map-ids]")?.dataset.mapIds ?? "").split(" ").filter(Boolean);
    let marked = "";
    const follow = (event) => {
      const found = ids(event);
      if (found.join() === marked) return;
      marked = found.join();
      mark(found);
      if (found.length <= 1) hover(found[0] ?? "");
    };
    on("mouseover", follow);
    on("focusin", follow);
    on("click", (event) => {
      const row = event.target.closest?.("a[data-map-click]");
      if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      event.stopPropagation();
      chooseId(ids(event)[0]);
    }, { capture: true });
    on("click", foresee, { capture: true });
    addEventListener("pagehide", () => until.abort());
    document.addEventListener("click", (event) => { // a page of ours, without loading all anew
      const link = event.target.closest?.("#say a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      parent.history.pushState(null, "", link.href);
      parent.dispatchEvent(new PopStateEvent("popstate", { state: null }));
    });
  }

  /* ---- what is shown: a picture under its address (or in the message) and what is chosen in it */
  const ready = new Map();
  function fetched(url) {
    if (!ready.has(url)) {
      if (ready.size > 60) ready.delete(ready.keys().next().value);
      ready.set(url, fetch(url).then((answer) => { if (!answer.ok) throw new Error(url); return answer.json(); }).catch((fault) => { ready.delete(url); throw fault; }));
    }
    return ready.get(url);
  }
  function decoded(text) {
    return Uint8Array.from({ length: owners ? owners.length : text.length * 2 }, (_, i) => {
      const pair = parseInt(text[i >> 1], 36);
      return i % 2 ? pair % 6 : Math.floor(pair / 6);
    });
  }

  async function show(data) {
    const mine = ++order;
    awaited = true;
    let picture;
    if (window.frameElement) window.frameElement.dataset.risReady = "false";
    try { picture = data.picture ?? (await fetched(data.url)); } catch { if (mine === order) failed(); return; }
    if (mine !== order) return; // a later choice has overtaken this one
    awaited = false;
    const fresh = shown.picture !== picture, was = shown.chosen;
    shown = { ...data, picture: picture };
    if (fresh) codes = picture.classes ? decoded(picture.classes) : null;
    setTitle(data.title);
    if (shown.chosen !== was && !shown.chosen) pinned = "";
    update(fresh);
    const aim = JSON.stringify([...chosenOnes(), shown.place, (shown.routes ?? []).map((route) => route.points.at(-1))]);
    if (!ahead && aim !== fitted) { if (fitted !== null || shown.chosen || shown.place) { moved = false; fit(fitted !== null); } fitted = aim; }
    // neighbouring choices are fetched when the map is there and nothing else is to do
    if (data.next) squaresFile.then(() => (window.requestIdleCallback ?? setTimeout)(() => Object.values(data.next).flatMap(Object.values).forEach((url) => fetched(url).catch(() => {}))), failed);
  }

  function update(fresh) {
    if (!ground) return;
    paint();
    const legendIsNew = key.hidden;
    if (fresh) setLegend();
    // the county has its room beside the legend, on a phone above it also when it has grown
    if (!key.hidden && !moved && (legendIsNew || (fresh && narrow() && key.offsetHeight > keyHeight))) fit(false);
    setBubbles();
    setLines();
    if (fresh) nameAreas();
    setNames();
    tell(true);
  }

  /* A click on a choice is seen here before Python has it, and what is ready is painted. Python's
     answer decides: it is the same picture, or it takes over when the wait is over. The addresses
     are of one click: what a second one leads to before that answer, Python alone says, however
     late it comes. */
  let ahead = "", held = null, isOwed = false;
  function foreseen(event) {
    const direct = event.target.closest?.("[data-map-next]");
    if (direct) return direct.dataset.mapNext;
    const option = event.target.closest?.("[role=option]");
    const button = option ?? event.target.closest?.("[class*=st-key-] button, [class*=st-key-] label");
    const owner = option ? page.querySelector("[class*=st-key-] [aria-expanded=true]") : button;
    const name = owner && /st-key-([\w-]+)/.exec(owner.closest("[class*=st-key-]").className)?.[1];
    return name && shown.next?.[name]?.[button.textContent.trim()];
  }
  function foresee(event) {
    const url = foreseen(event);
    if (!url || url === (ahead || shown.url)) return;
    if (isOwed) { ahead = ""; return; }
    isOwed = true;
    ahead = url;
    show({ ...shown, picture: undefined, url: url, routes: [] }); // the ways are another picture's
    setTimeout(() => { if (ahead === url) { ahead = ""; if (held) answer(held); } }, LONG_WAIT_MS);
  }
  function answer(data) {
    [ahead, held, isOwed] = ["", null, false];
    show(data);
  }
  window.risLayer = function (group, data) {
    window.feature_group?.splice(0); // streamlit-folium keeps every group it ever added
    if (ahead && data.url !== ahead) held = data; // an earlier click's answer
    else answer(data);
  };

  /* For tests: what is drawn. */
  window.risState = () => ({ codes: codes ? Array.from(codes) : null, chosen: shown.chosen ?? "", url: shown.url ?? "", bubbles: [...bubbles.keys()], say: say.innerText, zoom: map.getZoom() });
})();
