// Search over the pages of this folder; works from disk: the index is a script, nothing is fetched.
"use strict";
(function () {
  var box = document.getElementById("search");
  var list = document.getElementById("results");
  if (!box || typeof MiniSearch === "undefined" || typeof AUDITKIT_PAGES === "undefined") { return; }

  // Russian endings off (longest first), so that «серверы» finds «сервера». Latin words and names stay as they are.
  var endings = /(иями|ями|ами|иях|ях|ах|ией|ого|его|ому|ему|ыми|ими|ов|ев|ей|ий|ый|ой|ая|яя|ое|ее|ые|ие|ом|ем|ам|ям|ою|ею|ую|юю|ия|ья|ии|ы|и|а|я|о|е|у|ю|ь)$/;
  function stem(term) {
    var word = term.toLowerCase().replace(/ё/g, "е");
    return /^[а-я]{4,}$/.test(word) ? word.replace(endings, "") : word;
  }
  var index = new MiniSearch({
    fields: ["title", "text"], storeFields: ["title", "href", "text"], processTerm: stem,
    tokenize: function (text) { return text.split(/[\s,;|()"'=<>\[\]{}]+/).filter(Boolean); },
    searchOptions: { boost: { title: 4 }, prefix: true, fuzzy: 0.15, combineWith: "AND" }
  });
  index.addAll(AUDITKIT_PAGES);

  function excerpt(text, terms) {
    var low = text.toLowerCase(), at = -1;
    for (var i = 0; i < terms.length && at < 0; i++) { at = low.indexOf(terms[i]); }
    var start = Math.max(0, at - 60);
    return (start ? "… " : "") + text.slice(start, start + 180);
  }
  box.addEventListener("input", function () {
    list.textContent = "";
    if (box.value.trim().length < 2) { return; }
    index.search(box.value).slice(0, 30).forEach(function (hit) {
      var item = document.createElement("li"), link = document.createElement("a"), told = document.createElement("p");
      link.href = hit.href; link.textContent = hit.title;
      told.textContent = excerpt(hit.text, hit.terms);
      item.appendChild(link); item.appendChild(told); list.appendChild(item);
    });
    if (!list.firstChild) { var none = document.createElement("li"); none.textContent = list.dataset.none; list.appendChild(none); }
  });
}());
