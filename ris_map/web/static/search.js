/* The search of every page: places, actors, areas and everyday words, as one types. */
(() => {
  "use strict";

  const SHOWN = 8, NOWHERE = 6;
  const fold = window.risFold;
  const box = () => document.querySelector("[data-ris-search]");
  const texts = () => JSON.parse(box().dataset.texts);
  const lists = new Map();

  /** Words that say nothing of what is looked for. */
  const SMALL = new Set(`i på av för till från att en ett och med om jag vi min mitt mina vill ska kan har hur var behöver söker finns
    a an the of for to from in on at and with my i we want need can how where`.split(/\s+/));

  function parts(text) {
    const all = text.toLowerCase().normalize("NFC").split(/[^\p{L}\d]+/u).filter(Boolean);
    const telling = all.filter((part) => !SMALL.has(part));
    return telling.length ? telling : all.length ? all : [text];
  }

  /** What is looked at, as it is written and without accents. */
  function looked(names, everyday, text) {
    const written = { names: names.map((name) => parts(name).join(" ")), words: names.flatMap(parts), text: parts(text) };
    written.long = everyday.map((name) => parts(name).join(" ")).filter((name) => /^[^ ]{6,}$/.test(name));
    return { written, plain: Object.fromEntries(Object.entries(written).map(([key, all]) => [key, all.map(fold)])) };
  }

  /** The list of a language and the rules of its words, fetched when somebody first types, made ready once. */
  function list() {
    const url = box().dataset.risSearch;
    if (!lists.has(url)) {
      lists.set(url, fetch(url).then((answer) => answer.json()).then(({ same, inside, rows }) => ({
        inside, same: new RegExp(same), items: rows.map(([text, kind, target, words, more]) => (
          { text, kind, url: target, raw: [text, ...words], ...looked([text, ...words], kind === "actor" ? [] : words, more) })),
      })).catch((fault) => { lists.delete(url); throw fault; }));
    }
    return lists.get(url);
  }

  /** 0: a name is it, 1: a name begins so (half: with this word), 2: a word begins so, 3: it is made with a long everyday word, 4: it is in a word, 5: in the text, early or late. */
  function order(item, asked, { same, inside }) {
    const { names, words, long, text } = item[fold(asked) === asked ? "plain" : "written"];
    const is = (word) => word === asked || (item.kind !== "place" && word.startsWith(asked.slice(0, 3)) && same.test(`${word}\n${asked}`));
    const within = (word) => item.kind === "actor" && asked.length >= inside && word.includes(asked);
    if (names.some(is)) return 0;
    const begun = names.filter((name, at) => (item.kind !== "actor" || !at) && name.startsWith(asked));
    if (begun.length) return begun.some((name) => name.startsWith(`${asked} `)) ? 0.5 : 1;
    if (words.some((word) => word.startsWith(asked) || is(word))) return 2;
    if (long.some((word) => asked.startsWith(word) || asked.endsWith(word))) return 3;
    if (words.some(within)) return 4;
    const at = text.findIndex((word) => word.startsWith(asked) || is(word) || within(word));
    return at < 0 ? NOWHERE : 5 + at / text.length;
  }

  /** How many of the words asked for are lacking, and how well the others are found; named: one of them is its name. */
  function rank(item, asked, rules) {
    const whole = order(item, asked.join(" "), rules);
    if (whole < 2) return { item, lacks: 0, order: whole, named: true };
    const orders = asked.map((part) => order(item, part, rules)), found = orders.filter((one) => one < NOWHERE);
    const lacks = asked.length - found.length;
    return { item, lacks, order: Math.max(...found), named: !lacks || orders.some((one) => one < 2 || one === 3) };
  }

  /** Steps from one word to another, two neighbours that changed places being one; Infinity if no slip is so long. */
  function slip(a, b) {
    const most = b.length < 4 ? -1 : b.length < 8 ? 1 : 2;
    if (Math.abs(a.length - b.length) > most) return Infinity;
    const rows = [[...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (let j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length] > most ? Infinity : rows[a.length][b.length];
  }

  async function suggest(typed) {
    const asked = parts(typed);
    if (!fold(typed)) return { items: [] };
    let rules;
    try { rules = await list(); } catch { return { items: [], message: texts().failed }; }
    const some = rules.items.map((item) => rank(item, asked, rules)).sort((a, b) => a.lacks - b.lacks || a.order - b.order);
    const shown = (all) => ({ items: all.slice(0, SHOWN).map(({ item }) => ({ ...item, note: texts()[item.kind] })), count: all.length });
    const isName = !some[0].lacks && !some[0].order;
    const named = some.filter((one) => one.named && !(isName && one.lacks));
    if (named.length) return shown(named);
    const unknown = asked.filter((part) => rules.items.every((item) => order(item, part, rules) === NOWHERE));
    const tried = [asked.join(" "), ...unknown].map(fold);
    const near = rules.items.flatMap((item) => item.raw.map((name) => (
      { item, name, far: Math.min(...[name, ...parts(name)].flatMap((one, at) => tried.map((text) => slip(fold(one), text) + (at ? 0.5 : 0)))) })))
      .filter((one) => one.far < Infinity).sort((a, b) => a.far - b.far)
      .filter((one, at, all) => all.findIndex((other) => other.item === one.item) === at).slice(0, 3);
    if (near.length) return { items: near.map(({ item, name }) => ({ ...item, note: name === item.text ? texts()[item.kind] : item.text, text: texts().perhaps.replace("{text}", name) })) };
    const half = some.filter((one) => one.lacks * 2 <= asked.length);
    return half.length ? shown(half) : { items: [], message: texts().none.replace("{text}", typed.trim()) };
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
