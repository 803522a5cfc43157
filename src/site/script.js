"use strict";
// The ledger's filters and order, and searches without a server. Data comes in scripts, since a page that was opened as a
// file may load nothing else.
(function () {
  const zh = document.documentElement.lang.startsWith("zh");
  const say = (en, cn) => (zh ? cn : en);
  const up = document.body.dataset.up || "";

  // Characters as they are compared: must be as fold_character in src/text.rs and is_wide in src/site/index.rs.
  const fold = (c) => c.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const wide = /[\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u3130-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
  const letter = /[\p{Alphabetic}\p{N}]/u;
  const folded = (text) => Array.from(text, fold).join("");

  // Every page: a way to the search.
  const find = document.getElementById("find");
  if (find) {
    find.hidden = false;
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && find.value.trim()) {
        location.href = up + "search.html#q=" + encodeURIComponent(find.value.trim());
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    const field = document.getElementById("q") || find;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && field && !typing) {
      event.preventDefault();
      field.focus();
    }
  });

  const table = document.querySelector("table.ledger");
  if (table) ledger(table);
  if (document.getElementById("q")) search();

  function ledger(table) {
    const tools = document.getElementById("tools");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const texts = rows.map((row) => folded(row.textContent));
    const words = document.getElementById("words");
    const selects = Array.from(tools.querySelectorAll("select"));
    const boxes = Array.from(tools.querySelectorAll("input[type=checkbox]"));
    const shown = document.getElementById("shown");
    tools.hidden = false;
    const apply = () => {
      const wanted = folded(words.value).split(/\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row, index) => {
        const is =
          wanted.every((word) => texts[index].includes(word)) &&
          selects.every((one) => !one.value || row.cells[+one.dataset.column].textContent === one.value) &&
          boxes.every((one) => !one.checked || (one.value === "open" ? row.dataset.open === "1" : row.classList.contains("late")));
        row.hidden = !is;
        if (is) count += 1;
      });
      shown.textContent = say(count + " of " + rows.length + " shown", "显示 " + count + " / " + rows.length + " 条");
    };
    words.addEventListener("input", apply);
    selects.concat(boxes).forEach((one) => one.addEventListener("change", apply));
    const order = new Intl.Collator(zh ? "zh-Hans-CN" : "en", { numeric: true });
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const text = (row) => row.cells[column].textContent;
        const sorted = rows.slice().sort((one, other) => {
          const [a, b] = [text(one), text(other)];
          // What is empty stays at the end, whichever way.
          if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
          return down ? order.compare(b, a) : order.compare(a, b);
        });
        body.append(...sorted);
      });
    });
    apply();
  }

  function search() {
    const field = document.getElementById("q");
    const list = document.getElementById("results");
    const status = document.getElementById("status");
    const more = document.getElementById("more");
    const PAGE = 10;
    const TERMS = 5;
    document.getElementById("search").hidden = false;

    // Scripts, each loaded once; what they bring arrives by the functions that they call.
    const loaded = new Map();
    const arrived = new Map();
    window.clueIndex = (facts) => arrived.set("search/index.js", facts);
    window.clueWords = (number, words) => arrived.set("search/words-" + number + ".js", words);
    const path_of = (number) => "search/texts/" + Math.floor(number / 500) + "/" + number + ".js";
    window.clueText = (number, text) => arrived.set(path_of(number), text);
    const load = (path) => {
      if (!loaded.has(path)) {
        loaded.set(path, new Promise((done, failed) => {
          const script = document.createElement("script");
          script.src = path;
          script.onload = () => (arrived.has(path) ? done(arrived.get(path)) : failed(new Error(path)));
          script.onerror = () => {
            loaded.delete(path);
            failed(new Error(path));
          };
          document.head.append(script);
        }));
      }
      return loaded.get(path);
    };

    const shard_of = (term, count) => {
      let hash = 0x811c9dc5;
      for (const c of term) hash = Math.imul(hash ^ c.codePointAt(0), 0x01000193) >>> 0;
      return hash % count;
    };
    const postings = async (term, facts) => {
      const words = await load("search/words-" + shard_of(term, facts.shards) + ".js");
      if (!Object.hasOwn(words, term)) return [];
      let at = 0;
      return words[term].split(" ").map((step) => (at += parseInt(step, 36)));
    };

    // The terms that an entry must have; each is a list of which one will do.
    const terms_of = (query) => {
      const pairs = [];
      const words = [];
      let before = "";
      let word = "";
      const end = () => {
        const letters = Array.from(word);
        if (letters.length > 3) words.push([[word], [letters.slice(0, 3).join("") + "*"]]);
        else if (letters.length === 3) words.push([[word, word + "*"]]);
        else if (word) words.push([[word]]);
        word = "";
      };
      const all = Array.from(query);
      all.forEach((c, index) => {
        const is_wide = wide.test(c);
        if (!is_wide && letter.test(c)) word += c;
        else end();
        if (is_wide) {
          if (before) pairs.push([[before + c]]);
          else if (!wide.test(all[index + 1] || "")) pairs.push([[c]]);
        }
        before = is_wide ? c : "";
      });
      end();
      // What the texts themselves decide needs no more than some of the pairs.
      const step = Math.max(1, pairs.length / TERMS);
      const some = [];
      for (let at = 0; at < pairs.length; at += step) some.push(pairs[Math.floor(at)]);
      return some.concat(words.slice(0, TERMS));
    };
    const candidates = async (query, facts) => {
      let found = null;
      for (const ways of terms_of(query)) {
        let own = [];
        for (const terms of ways) {
          const lists = await Promise.all(terms.map((term) => postings(term, facts)));
          own = lists.flat();
          // A word that is not there as a whole may be the beginning of one.
          if (own.length) break;
        }
        const set = new Set(own);
        found = found === null ? Array.from(set) : found.filter((one) => set.has(one));
        if (!found.length) break;
      }
      return (found || []).sort((one, other) => other - one);
    };

    // Where the words of a query stand in a text, in its own characters.
    const places = (text, words) => {
      const from = [];
      let plain = "";
      let at = 0;
      for (const c of text) {
        const own = fold(c);
        for (let index = 0; index < own.length; index += 1) from.push([at, at + c.length]);
        plain += own;
        at += c.length;
      }
      const found = [];
      for (const word of words) {
        for (let start = plain.indexOf(word); start >= 0; start = plain.indexOf(word, start + word.length)) {
          found.push([from[start][0], from[start + word.length - 1][1]]);
        }
      }
      return found.sort((one, other) => one[0] - other[0]);
    };
    const excerpt = (element, text, found, whole) => {
      const first = found.length ? found[0][0] : 0;
      let start = whole ? 0 : Math.max(0, first - 40);
      let end = whole ? text.length : Math.min(text.length, first + 120);
      // Half a character would show as a sign of a fault.
      if (/[\udc00-\udfff]/.test(text[start] || "")) start += 1;
      if (/[\udc00-\udfff]/.test(text[end] || "")) end -= 1;
      if (start > 0) element.append("…");
      let at = start;
      for (const [from, to] of found) {
        if (from < at || to > end) continue;
        const mark = document.createElement("mark");
        mark.textContent = text.slice(from, to);
        element.append(text.slice(at, from), mark);
        at = to;
      }
      element.append(text.slice(at, end));
      if (end < text.length) element.append("…");
    };
    const result = (entry, words) => {
      const title = entry.number + "  " + entry.title;
      const texts = entry.texts.map(([name, text]) => [name, text, places(text, words)]);
      const heads = places(title, words).concat(entry.id.includes(words[0]) ? [[0, 0]] : []);
      const has = (word) => folded(title).includes(word) || entry.id.includes(word) || entry.texts.some(([name, text]) => folded(name + "\n" + text).includes(word));
      if (!words.every(has)) return null;
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = "clues/" + entry.id + ".html";
      excerpt(link, title, heads.filter(([from, to]) => to > from), true);
      item.append(link);
      const best = texts.filter((one) => one[2].length).slice(0, 2);
      for (const [name, text, found] of best) {
        const line = document.createElement("p");
        const label = document.createElement("span");
        label.className = "name";
        label.textContent = name + say(": ", "：");
        line.append(label);
        excerpt(line, text, found, false);
        item.append(line);
      }
      return item;
    };

    let run = 0;
    const begin = async () => {
      const own = (run += 1);
      const query = folded(field.value.trim());
      list.textContent = "";
      more.hidden = true;
      status.textContent = "";
      history.replaceState(null, "", query ? "#q=" + encodeURIComponent(field.value.trim()) : location.pathname);
      if (!query) return;
      const words = query.split(/\s+/).filter(Boolean);
      status.textContent = say("searching …", "正在检索……");
      try {
        const facts = await load("search/index.js");
        const found = await candidates(query, facts);
        if (own !== run) return;
        let next = 0;
        let count = 0;
        const seen = new Set();
        const show = async () => {
          more.hidden = true;
          const until = count + PAGE;
          while (next < found.length && count < until) {
            const numbers = found.slice(next, next + PAGE);
            next += numbers.length;
            const entries = await Promise.all(numbers.map((number) => load(path_of(number))));
            if (own !== run) return;
            for (const entry of entries) {
              const item = seen.has(entry.id) ? null : result(entry, words);
              if (!item) continue;
              seen.add(entry.id);
              count += 1;
              list.append(item);
            }
          }
          const rest = next < found.length;
          more.hidden = !rest;
          status.textContent = rest
            ? say(count + " shown, there may be more", "已显示 " + count + " 条，可能还有")
            : say(count === 1 ? "1 clue" : count + " clues", "共 " + count + " 条");
          status.dataset.done = "1";
        };
        more.onclick = show;
        await show();
      } catch (error) {
        if (own === run) status.textContent = say("a part of the index cannot be read: ", "索引的一部分无法读取：") + error.message;
      }
    };
    let waiting = 0;
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(begin, 150);
    };
    field.addEventListener("input", (event) => event.isComposing || soon());
    field.addEventListener("compositionend", soon);
    // Results by keyboard: down into them, up and down among them, up out of them.
    document.addEventListener("keydown", (event) => {
      if (event.isComposing || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      const stops = [field, ...list.querySelectorAll("a")];
      const at = stops.indexOf(document.activeElement);
      if (at < 0) return;
      event.preventDefault();
      const to = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (to) to.focus();
    });
    const from_address = () => {
      const given = /^#q=(.*)$/.exec(location.hash);
      try {
        field.value = given ? decodeURIComponent(given[1]) : "";
      } catch {
        field.value = "";
      }
      begin();
    };
    window.addEventListener("hashchange", from_address);
    from_address();
    field.focus();
  }
})();
