(function () {
  "use strict";
  // Without this script every row is visible; it only adds searching and filtering.

  function texts(rows) { // in lower case, made when first asked for
    var cache = null;
    return function (i) {
      if (!cache) cache = rows.map(function (r) { return r.textContent.toLowerCase(); });
      return cache[i];
    };
  }

  function words(input) {
    return input.value.toLowerCase().split(/\s+/).filter(Boolean);
  }

  function hasAll(text, wanted) {
    return wanted.every(function (w) { return text.indexOf(w) >= 0; });
  }

  function all(selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  }

  function show(element, visible) {
    if (element.hidden === visible) element.hidden = !visible;
  }

  function tool(id, apply) {
    var form = document.getElementById(id), timer;
    if (!form) return null;
    form.hidden = false;
    form.addEventListener("submit", function (e) { e.preventDefault(); });
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(apply, 150);
    });
    form.addEventListener("reset", function () { setTimeout(apply, 0); });
    return form;
  }

  var unitRows = all(".units tbody tr"), unitText = texts(unitRows);
  var unitForm = tool("unit-tools", filterUnits);

  function filterUnits() {
    var wanted = words(unitForm.elements.text), outcome = unitForm.elements.outcome.value, shown = 0;
    unitRows.forEach(function (row, i) {
      var visible = (!outcome || row.className === outcome) && hasAll(unitText(i), wanted);
      show(row, visible);
      if (visible) shown++;
    });
    unitForm.querySelector("output").textContent = "显示 " + shown + " / " + unitRows.length + " 家";
  }

  var articles = all("article"), findingRows = [], owner = [];
  articles.forEach(function (a, n) {
    all("tbody tr", a).forEach(function (row) {
      findingRows.push(row);
      owner.push(n);
    });
  });
  var heads = texts(articles.map(function (a) { return a.querySelector("h3"); }));
  var findingText = texts(findingRows);
  var findingForm = tool("finding-tools", filterFindings);

  function filterFindings() {
    var e = findingForm.elements, wanted = words(e.text), shown = 0;
    var level = e.level.value, unit = e.unit.value, rule = e.rule.value;
    var used = articles.map(function () { return false; });
    findingRows.forEach(function (row, i) {
      var visible = (!level || row.className === level) &&
        (!unit || articles[owner[i]].id === unit) &&
        (!rule || row.querySelector("code").textContent === rule) &&
        (!wanted.length || hasAll(heads(owner[i]) + " " + findingText(i), wanted));
      show(row, visible);
      if (visible) { shown++; used[owner[i]] = true; }
    });
    articles.forEach(function (a, n) { show(a, used[n]); });
    findingForm.querySelector("output").textContent = "显示 " + shown + " / " + findingRows.length + " 条";
  }

  if (findingForm) {
    // A rule of the list of the most frequent ones leads to its findings.
    all("a[data-rule]").forEach(function (link) {
      link.addEventListener("click", function () {
        findingForm.reset();
        findingForm.elements.rule.value = link.getAttribute("data-rule");
        filterFindings();
      });
    });
    // A unit that a filter hides must still be found by its link.
    all('.units a[href^="#"]').forEach(function (link) {
      link.addEventListener("click", function () {
        var target = document.getElementById(link.getAttribute("href").slice(1));
        if (target && target.hidden) { findingForm.reset(); show(target, true); }
      });
    });
    filterFindings();
  }
  filterUnits();
}());
