/* The search of every page: places, actors, areas and everyday words, as one types. */
(() => {
  "use strict";

  const SHOWN = 8;
  const fold = window.risFold;
  const box = () => document.querySelector("[data-ris-search]");
  const texts = () => JSON.parse(box().dataset.texts);
  const lists = new Map();
  const parts = (text) => fold(text).split(/[\s,/()–-]+/).filter(Boolean);

  /** The list of a language, fetched when somebody first types, folded once. */
  function list() {
    const url = box().dataset.risSearch;
    if (!lists.has(url)) {
      lists.set(url, fetch(url).then((answer) => answer.json()).then((rows) => rows.map(([text, kind, target, words, summary]) => ({
        text, kind, url: target, raw: [text, ...words], names: [text, ...words].map(fold), words: parts([text, ...words].join(" ")), own: kind === "actor" ? [] : parts(words.join(" ")), summary: fold(summary),
      }))).catch((fault) => { lists.delete(url); throw fault; }));
    }
    return lists.get(url);
  }

  /** 0: a name is it, 1: a name begins so, 2: words begin so, 3: it is in a name, 4: in a summary. */
  function order(item, wanted) {
    if (item.names.includes(wanted)) return 0;
    if (item.names.some((name) => name.startsWith(wanted))) return 1;
    if (/[\p{L}\d]/u.test(wanted) && parts(wanted).every((part) => item.words.some((word) => word.startsWith(part)))) return 2;
    if (wanted.length > 2 && item.names.some((name) => name.includes(wanted))) return 3;
    return wanted.length > 3 && item.summary.split(/[^\p{L}\d]+/u).some((word) => word.startsWith(wanted)) ? 4 : 5;
  }

  /** How many words of a sentence are words of a place or of a choice, or begin or end with a long one of them. */
  function hits(item, wanted) {
    const is = (part, word) => part === word || (word.length > 5 && (part.startsWith(word) || part.endsWith(word)));
    return parts(wanted).filter((part) => part.length > 1 && item.own.some((word) => is(part, word))).length;
  }

  function steps(a, b) { // edit distance; two neighbours that changed places are one step
    const rows = [[...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (let j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

  async function suggest(typed) {
    const wanted = fold(typed);
    if (!wanted) return { items: [] };
    let rows;
    try { rows = await list(); } catch { return { items: [], message: texts().failed }; }
    const ranked = rows.map((item, at) => ({ item, at, order: order(item, wanted) })).filter((one) => one.order < 5)
      .sort((a, b) => a.order - b.order || a.at - b.at).map((one) => one.item);
    const note = (item) => ({ ...item, note: texts()[item.kind] });
    if (ranked.length) return { items: ranked.slice(0, SHOWN).map(note), count: ranked.length };
    const within = rows.map((item) => ({ item, hits: hits(item, wanted) })).filter((one) => one.hits).sort((a, b) => b.hits - a.hits);
    if (within.length) return { items: within.slice(0, SHOWN).map((one) => note(one.item)), count: within.length };
    const slips = (of, most) => rows.flatMap((item) => item.raw.map((name) => ({ item, name, far: Math.min(...of(name).map((one) => steps(one, wanted))) })))
      .filter((one) => one.far <= most).sort((a, b) => a.far - b.far)
      .filter((one, at, all) => all.findIndex((other) => other.item === one.item) === at).slice(0, 3);
    const whole = wanted.length < 4 ? [] : slips((name) => [fold(name)], 2);
    const near = whole.length || wanted.length < 5 ? whole : slips(parts, wanted.length < 8 ? 1 : 2);
    if (!near.length) return { items: [], message: texts().none.replace("{text}", typed.trim()) };
    return { items: near.map(({ item, name }) => ({ ...item, note: name === item.text ? texts()[item.kind] : item.text, text: texts().perhaps.replace("{text}", name) })) };
  }

  function pick(item) {
    const link = document.createElement("a");
    link.href = item.url;
    link.dataset.risPage = "";
    document.getElementById("ris-sok").value = "";
    document.body.append(link);
    link.click();
    link.remove();
  }

  window.risCombo("ris-sok", { suggest, pick, texts });

  // asked on a page without the search (404): answered when the first page stands
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) addEventListener("ris-ready", () => {
    const field = document.getElementById("ris-sok");
    field.focus();
    field.value = asked.slice(0, 80);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, { once: true });
})();
