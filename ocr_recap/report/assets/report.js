// Search, filters and links into what is folded. Without this script everything can still be read.
(function () {
  document.documentElement.className = 'scripted';
  var find = document.getElementById('find');
  var shown = document.querySelector('#shown b');
  var items = [].slice.call(document.querySelectorAll('[data-find]'));

  function filter() {
    var words = find.value.toLowerCase().trim().split(/\s+/);
    var chip = document.querySelector('[name=verdict]:checked');
    var verdict = chip ? chip.value : '';
    var count = 0;
    items.forEach(function (item) {
      var text = item.getAttribute('data-find');
      var fits = (!verdict || item.getAttribute('data-v') === verdict) &&
        words.every(function (word) { return text.indexOf(word) >= 0; });
      item.hidden = !fits;
      count += fits;
    });
    if (shown) { shown.textContent = count; }
  }

  // The style sheet shows the texts of the chosen language; names in attributes are exchanged here.
  function name() {
    var language = document.querySelector('[name=lang]:checked').value;
    [].forEach.call(document.querySelectorAll('[data-id]'), function (item) {
      var text = item.getAttribute('data-' + language);
      item.setAttribute('aria-label', text);
      if (item === find) { item.placeholder = text; }
    });
  }

  function open() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var item = target; item; item = item.parentElement) {
      if (item.tagName === 'DETAILS') { item.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  }

  find.addEventListener('input', filter);
  document.addEventListener('change', function (event) {
    if (event.target.name === 'verdict') { filter(); }
    if (event.target.name === 'lang') { name(); }
  });
  window.addEventListener('hashchange', open);
  filter();
  name();
  open();
})();
