(function () {
  "use strict";
  // Without this script the first rows are visible; it searches, filters and shows
  // the rest. All rows are kept as their HTML: of a large run only some are elements.

  function all(selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  }

  function later(id) { // what waits as text
    var block = document.getElementById(id);
    return block ? block.textContent : "";
  }

  // Data never holds "<" as itself, so a tag begins wherever one stands.
  function plain(html) {
    return html.replace(/<[^>]*>/g, " ").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&#34;/g, '"').replace(/&#39;/g, "'")
      .replace(/&#43;/g, "+").replace(/&amp;/g, "&").toLowerCase();
  }

  function rowsOf(html) {
    return html.split(/(?=<tr )/).filter(function (part) { return part.indexOf("<tr ") === 0; }).map(function (row) {
      return {
        html: row,
        kind: /class="([^"]*)"/.exec(row)[1],
        rule: (/<code>([^<]*)<\/code>/.exec(row) || [])[1],
        text: null
      };
    });
  }

  function matches(row, wanted, head) {
    if (!wanted.length) return true;
    if (row.text === null) row.text = plain(row.html);
    return wanted.every(function (w) { return row.text.indexOf(w) >= 0 || head.indexOf(w) >= 0; });
  }

  function words(input) {
    return input.value.toLowerCase().split(/\s+/).filter(Boolean);
  }

  // section drives one table: its form, what it shows, and how much of that at once.
  function section(formID, target, step, unit, pick) {
    var form = document.getElementById(formID), limit = step, timer;
    if (!form || !target) return null;
    var more = document.createElement("button");
    more.type = "button";
    more.className = "more";
    more.hidden = true;
    (target.tagName === "TBODY" ? target.parentNode : target).insertAdjacentElement("afterend", more);

    function draw() {
      var r = pick(form.elements, limit);
      target.innerHTML = r.html;
      form.querySelector("output").textContent = r.shown < r.found ?
        "显示 " + r.shown + " / 符合 " + r.found + " / 共 " + r.all + " " + unit : "显示 " + r.found + " / " + r.all + " " + unit;
      more.hidden = r.shown >= r.found;
      more.textContent = "再显示一些（还有 " + (r.found - r.shown) + " " + unit + "）";
    }

    function apply() {
      limit = step;
      draw();
    }

    form.hidden = false;
    form.addEventListener("submit", function (e) { e.preventDefault(); });
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(apply, 150);
    });
    form.addEventListener("reset", function () { setTimeout(apply, 0); });
    more.addEventListener("click", function () {
      limit += step;
      draw();
    });
    // Paper has no button: everything that the filter lets through is printed.
    window.addEventListener("beforeprint", function () {
      if (more.hidden) return;
      limit = Infinity;
      draw();
    });
    window.addEventListener("afterprint", function () {
      if (limit === Infinity) apply();
    });
    return { form: form, apply: apply, draw: draw };
  }

  var unitBody = document.querySelector(".units tbody");
  var unitRows = rowsOf(unitBody.innerHTML + later("later-units"));
  var units = section("unit-tools", unitBody, 300, "家", function (e, limit) {
    var wanted = words(e.text), outcome = e.outcome.value;
    var found = unitRows.filter(function (row) { return (!outcome || row.kind === outcome) && matches(row, wanted, ""); });
    var shown = found.slice(0, limit);
    return { html: shown.map(function (row) { return row.html; }).join(""), shown: shown.length, found: found.length, all: unitRows.length };
  });

  var foundBox = document.getElementById("found"), articles = [], total = 0;
  if (foundBox) {
    articles = (foundBox.innerHTML + later("later-findings")).split(/(?=<article )/).filter(function (part) {
      return part.indexOf("<article ") === 0;
    }).map(function (html) {
      var from = html.indexOf("<tbody>") + 7, to = html.lastIndexOf("</tbody>");
      var a = { id: /id="([^"]*)"/.exec(html)[1], head: html.slice(0, from), rows: rowsOf(html.slice(from, to)), tail: html.slice(to), text: null };
      total += a.rows.length;
      return a;
    });
  }
  var findings = section("finding-tools", foundBox, 600, "条", function (e, limit) {
    var wanted = words(e.text), level = e.level.value, unit = e.unit.value, rule = e.rule.value;
    var out = [], shown = 0, found = 0;
    articles.forEach(function (a) {
      if (unit && a.id !== unit) return;
      if (wanted.length && a.text === null) a.text = plain(a.head.slice(a.head.indexOf("<h3>"), a.head.indexOf("</h3>")));
      var rows = a.rows.filter(function (row) {
        return (!level || row.kind === level) && (!rule || plain(row.rule) === rule.toLowerCase()) && matches(row, wanted, a.text);
      });
      found += rows.length;
      if (!rows.length || shown >= limit) return;
      shown += rows.length;
      out.push(a.head + rows.map(function (row) { return row.html; }).join("") + a.tail);
    });
    return { html: out.join("\n"), shown: shown, found: found, all: total };
  });

  if (findings) {
    // A rule of the list of the most frequent ones leads to its findings.
    all("a[data-rule]").forEach(function (link) {
      link.addEventListener("click", function () {
        findings.form.reset();
        findings.form.elements.rule.value = link.getAttribute("data-rule");
        findings.apply();
      });
    });
    // A unit whose findings are not shown must still be found by its link.
    document.addEventListener("click", function (event) {
      var link = event.target.closest ? event.target.closest('.units a[href^="#"]') : null;
      if (!link || document.getElementById(link.getAttribute("href").slice(1))) return;
      var id = link.getAttribute("href").slice(1), e = findings.form.elements;
      e.text.value = e.level.value = e.rule.value = "";
      e.unit.value = id;
      findings.apply();
    });
    findings.draw();
  }
  if (units) units.draw();
}());
