"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const main = document.querySelector("main");
  const SHOWN = 200;
  const SMALL = 20;
  const COLUMNS = 10;
  const ROWS = 40;

  // Text becomes text nodes only, so a name or an error cannot become markup.
  const make = (tag, css, ...children) => {
    const element = document.createElement(tag);
    if (css) element.className = css;
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const number = (count) => count.toLocaleString("en-US");
  const tenants = (count) => number(count) + (count === 1 ? " tenant" : " tenants");
  const name = (at) => make("bdi", "", data.names[at]);
  const section = (title, ...children) => main.append(make("section", "", make("h2", "", title), ...children));
  const commands = (lines) => (lines && lines.length ? make("pre", "", lines.join("\n")) : null);
  const table = (css, head, rows) =>
    make("div", "scroll", make("table", css,
      make("thead", "", make("tr", "", ...head)), make("tbody", "", ...rows.map((row) => make("tr", "", ...row)))));
  const cell = (content, css) => make("td", css || "", content);
  const heads = (...titles) => titles.map((title) => make("th", "", title));
  const some = (numbers) => {
    const list = make("p", "soft");
    numbers.slice(0, 20).forEach((at, index) => list.append(index ? ", " : "", name(at)));
    if (numbers.length > 20) list.append(" and " + number(numbers.length - 20) + " more");
    return list;
  };

  const GOOD = ["healthy"];
  const WAITING = ["pending"];
  const colour = (outcome) =>
    GOOD.includes(outcome) ? "good-text" : WAITING.includes(outcome) ? "waiting-text" : "bad-text";

  // Classes that are not as defined are numbered from 1.
  const first = data.classes.length && data.classes[0].differences.length === 0 ? 0 : 1;
  const letter = (at) => (data.classes[at].differences.length === 0 ? "" : at + first + ": ");
  const structure = (at) =>
    at < 0 ? "unreadable" : at >= data.classes.length ? "another class" : letter(at) + data.classes[at].label;
  const versions = (at) => (at < 0 ? "unknown" : data.sets[at]);

  const counts = make("ul", "counts", ...Object.entries(data.counts)
    .sort((one, other) => other[1] - one[1])
    .map(([outcome, count]) => make("li", "", make("b", colour(outcome), number(count)), outcome)));
  document.querySelector("header").after(counts);

  const matrix = () => {
    if (!data.names.length) return;
    const sizes = new Map();
    const cells = new Map();
    const rows = new Set();
    data.names.forEach((_, at) => {
      const column = data.class[at];
      const row = data.set[at];
      rows.add(row);
      sizes.set(column, (sizes.get(column) || 0) + 1);
      const key = row + " " + column;
      cells.set(key, (cells.get(key) || 0) + 1);
    });
    const columns = [...sizes.keys()].sort((one, other) => (one < 0) - (other < 0) || one - other);
    const shownColumns = columns.filter((column) => column < 0 || columns.indexOf(column) < COLUMNS);
    const others = columns.filter((column) => !shownColumns.includes(column));
    const sortedRows = [...rows].sort((one, other) => (one < 0) - (other < 0) || one - other);
    const button = (row, picked) => {
      const count = picked.reduce((sum, column) => sum + (cells.get(row + " " + column) || 0), 0);
      if (!count) return cell("", "number");
      const press = make("button", "", number(count));
      press.type = "button";
      press.title = versions(row) + " · " + picked.map(structure).slice(0, 3).join("; ");
      press.addEventListener("click", () => select(row, picked));
      return cell(press, "number");
    };
    const head = [make("th", "", "last version"), ...shownColumns.map((column) => make("th", "number", structure(column)))];
    if (others.length) head.push(make("th", "number", others.length + " more classes"));
    const body = sortedRows.slice(0, ROWS).map((row) => [
      make("th", "", make("bdi", "", versions(row))),
      ...shownColumns.map((column) => button(row, [column])),
      ...(others.length ? [button(row, others)] : []),
    ]);
    section("Versions and structures",
      make("p", "", data.line),
      table("matrix", head, body),
      sortedRows.length > ROWS ? make("p", "soft", "and " + (sortedRows.length - ROWS) + " more sets of versions") : null);
  };

  const cause = (entry) => make("div", "block",
    make("h3", entry.severity === "error" ? "bad-text" : "soft",
      entry.name + " · " + tenants(entry.at.length)),
    some(entry.at),
    entry.place ? make("p", "soft", entry.place) : null,
    entry.excerpt ? make("pre", "", entry.excerpt) : null,
    make("p", "", entry.message),
    commands(entry.commands));

  const difference = (entry) => {
    const item = make("li", "",
      make("span", "sign", entry.sign), make("span", "severity " + entry.severity, entry.severity), entry.text);
    if (entry.sql) item.append(make("details", "", make("summary", "", "SQL"), make("pre", "", entry.sql)));
    return item;
  };

  const block = (at) => {
    const entry = data.classes[at];
    return make("div", "block",
      make("h3", entry.drifted ? "bad-text" : "soft", structure(at) + " · " + tenants(entry.tenants)),
      some(data.names.map((_, tenant) => tenant).filter((tenant) => data.class[tenant] === at)),
      make("ul", "differences", ...entry.differences.map(difference)),
      entry.more ? make("p", "soft", "and " + number(entry.more) + " more differences; the command drift shows them") : null,
      ...entry.hints.map((hint) => make("p", "", "hint: " + hint)),
      commands(entry.commands));
  };

  const version = (entry) => make("div", "block",
    make("h3", "", make("bdi", "", entry.version), " · " + tenants(entry.tenants)),
    make("p", "soft", entry.file),
    entry.notes.length ? make("pre", "", entry.notes.join("\n")) : null);

  const millis = (time) => (time >= 10000 ? number(Math.round(time / 1000)) + " s" : number(time) + " ms");

  const run = () => {
    if (!data.run) {
      section("Slowest tenants and migrations",
        make("p", "soft", "Not in this page: only a run has durations. deploy-all --html FILE writes a page with them."));
      return;
    }
    const done = Object.entries(data.run.counts).map(([outcome, count]) => number(count) + " " + outcome).join(", ");
    section("The run", make("p", "", done + " in " + millis(data.run.millis)),
      data.run.skipped ? make("p", "bad-text", "Skipped: " + data.run.skipped) : null,
      data.run.migrations.length
        ? table("", [...heads("slowest migrations"), make("th", "number", "longest"), make("th", "number", "mean"),
            make("th", "number", "tenants"), ...heads("slowest tenant")],
          data.run.migrations.map(([migration, longest, mean, count, slowest]) => [
            cell(make("bdi", "", migration)), cell(millis(longest), "number"), cell(millis(mean), "number"),
            cell(number(count), "number"), cell(make("bdi", "", slowest))]))
        : null,
      data.run.tenants.length
        ? table("", [...heads("slowest tenants"), make("th", "number", "migrations took")],
          data.run.tenants.map(([tenant, time]) => [cell(make("bdi", "", tenant)), cell(millis(time), "number")]))
        : null);
  };

  const filter = make("input");
  filter.type = "search";
  filter.id = "filter";
  filter.autocomplete = "off";
  const list = make("div", "");
  let picked = null;

  const select = (row, columns) => {
    picked = { row, columns };
    filter.value = "";
    show();
    list.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const words = filter.value.toLowerCase();
    const found = data.names.map((_, at) => at).filter((at) =>
      data.names[at].toLowerCase().includes(words)
      && (!picked || (data.set[at] === picked.row && picked.columns.includes(data.class[at]))));
    const causes = new Map();
    const shown = new Set(found.slice(0, SHOWN));
    data.causes.forEach((entry) => entry.at.filter((at) => shown.has(at)).forEach((at) =>
      causes.set(at, [...(causes.get(at) || []), entry.name])));
    const head = make("p", "soft", number(found.length) + " of " + tenants(data.names.length));
    if (picked) {
      const all = make("button", "", "show all");
      all.type = "button";
      all.addEventListener("click", () => { picked = null; show(); });
      head.append(" with " + versions(picked.row) + " · " + picked.columns.map(structure).slice(0, 3).join("; ") + " ", all);
    }
    list.replaceChildren(head);
    if (!words && !picked && found.length > SMALL) return;
    list.append(table("", heads("tenant", "health", "last version", "structure", "findings"),
      found.slice(0, SHOWN).map((at) => [
        cell(name(at)),
        cell(data.outcomes[at], colour(data.outcomes[at])),
        cell(make("bdi", "", versions(data.set[at]))),
        cell(structure(data.class[at])),
        cell([...new Set(causes.get(at) || [])].join(", ")),
      ])));
    if (found.length > SHOWN) list.append(make("p", "soft", "and " + number(found.length - SHOWN) + " more"));
  };

  matrix();
  const label = make("label", "", "Filter by name");
  label.htmlFor = "filter";
  section("Tenants", label, filter, list);
  // Pending versions have a section of their own.
  const causes = data.causes.filter((entry) => entry.severity !== "info" && entry.name !== "pending");
  if (causes.length) section("Failures and findings", ...causes.map(cause));
  const drifted = data.classes.map((_, at) => at).filter((at) => data.classes[at].differences.length);
  if (drifted.length) {
    section("Structures that are not as defined",
      make("p", "soft", "+ unexpected in the tenant, - missing, ~ changed"),
      ...drifted.map(block),
      data.moreClasses ? make("p", "soft", "and " + number(data.moreClasses) + " more classes; the command drift shows them") : null);
  }
  if (data.pending.length || data.refused.length || data.extensions.length) {
    section("Pending",
      data.extensions.length ? make("p", "", "A deploy first creates extensions: " + data.extensions.join(", ")) : null,
      ...data.refused.map((entry) => make("div", "block",
        make("h3", "bad-text", "refused · " + tenants(entry.tenants)),
        make("p", "soft", entry.sample.join(", ") + (entry.tenants > entry.sample.length ? " and more" : "")),
        make("p", "", entry.message))),
      ...data.pending.map(version),
      commands(["tm plan" + data.selection, "tm deploy-all" + data.selection]));
  }
  run();
  section("Spare tenants", make("p", "",
    number(data.spares.ready) + " ready, " + number(data.spares.behind) + " behind, " + number(data.spares.unfit) + " unfit"),
    data.spares.failure ? make("p", "bad-text", data.spares.failure) : null);
  section("Not compared", data.notCompared.length
    ? make("p", "", data.notCompared.join("; ")) : make("p", "soft", "Every kind of object was compared."));
  const fromAddress = () => {
    const match = /^#filter=(.*)$/.exec(location.hash);
    if (match) {
      picked = null;
      try {
        filter.value = decodeURIComponent(match[1]);
      } catch {
        filter.value = match[1];
      }
    }
    show();
  };
  filter.addEventListener("input", () => { picked = null; show(); });
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
