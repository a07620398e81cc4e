// Search, filters, links into what is folded, one station at a time, and what survives a reload. Without this script
// everything can still be read.
(function () {
  document.documentElement.className = 'scripted';
  var find = document.getElementById('find');
  var shown = document.querySelector('#shown b');
  var items = [].slice.call(document.querySelectorAll('[data-find]'));
  var folded = [].slice.call(document.querySelectorAll('details'));
  var title = document.querySelector('title');
  var here = 'ocr_recap ' + location.pathname;

  // Storage may be switched off, above all for files: the page then works without it.
  function kept(storage, key) {
    try { return JSON.parse(window[storage].getItem(key)); } catch (fault) { return null; }
  }
  function keep(storage, key, value) {
    try { window[storage].setItem(key, JSON.stringify(value)); } catch (fault) { /* not kept */ }
  }

  function language() { return document.querySelector('[name=lang]:checked').value; }
  function chip() { return document.querySelector('[name=verdict]:checked'); }

  function filter() {
    var words = find.value.toLowerCase().trim().split(/\s+/);
    var verdict = chip() ? chip().value : '';
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

  function target() {
    var id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch (fault) { /* as it is */ }
    return id ? document.getElementById(id) : null;
  }

  // The style sheet shows the texts of the chosen language; names in attributes and the title are exchanged here.
  function name() {
    var chosen = language();
    document.documentElement.lang = chosen;
    [].forEach.call(document.querySelectorAll('[aria-label][data-id]'), function (item) {
      var text = item.getAttribute('data-' + chosen);
      item.setAttribute('aria-label', text);
      if (item === find) { item.placeholder = text; }
    });
    var aim = target();
    var one = aim && aim.closest('.doc');
    document.title = one ? one.getAttribute('data-title-' + chosen) : title.getAttribute('data-' + chosen);
  }

  // A link to a station shows that station alone; a link to a number opens what it is folded in.
  function show(scroll) {
    var aim = target();
    var one = aim && aim.closest('.doc');
    [].forEach.call(document.querySelectorAll('.doc'), function (item) {
      item.classList.toggle('away', Boolean(one) && item !== one);
    });
    document.body.classList.toggle('one', Boolean(one));
    for (var item = aim; item; item = item.parentElement) {
      if (item.tagName === 'DETAILS') { item.open = true; }
    }
    name();
    if (aim && scroll) { aim.scrollIntoView(); }
    if (!aim && scroll) { window.scrollTo(0, 0); }
  }

  // The station at the top of the window: its place, since heights of stations out of sight are only estimated.
  function top() {
    var seen = [].filter.call(document.querySelectorAll('.doc'), function (item) {
      return item.offsetParent && item.getBoundingClientRect().bottom > 0;
    })[0];
    return seen ? { id: seen.id, at: seen.getBoundingClientRect().top } : null;
  }

  function goBack(was) {
    var seen = was.top && document.getElementById(was.top.id);
    if (!seen) { window.scrollTo(0, was.y); return; }
    seen.scrollIntoView();
    requestAnimationFrame(function () {
      requestAnimationFrame(function () {
        window.scrollBy(0, seen.getBoundingClientRect().top - was.top.at);
      });
    });
  }

  function remember() {
    keep('sessionStorage', here, {
      hash: location.hash,
      y: window.scrollY,
      top: top(),
      find: find.value,
      verdict: chip() ? chip().value : '',
      open: folded.map(function (item) { return item.open; })
    });
  }

  // After a reload, or when one comes back, the page is as it was left.
  function restore() {
    var way = performance.getEntriesByType ? performance.getEntriesByType('navigation')[0] : null;
    var was = kept('sessionStorage', here);
    var again = way && (way.type === 'reload' || way.type === 'back_forward');
    if (!again || !was || was.hash !== location.hash) { return null; }
    find.value = was.find;
    [].forEach.call(document.querySelectorAll('[name=verdict]'), function (item) {
      item.checked = item.value === was.verdict;
    });
    if (was.open.length === folded.length) {
      folded.forEach(function (item, place) { item.open = was.open[place]; });
    }
    return was;
  }

  var said = kept('localStorage', 'ocr_recap language');
  if (said === 'id' || said === 'en') { document.getElementById('lang-' + said).checked = true; }
  if ('scrollRestoration' in history) { history.scrollRestoration = 'manual'; }
  var was = restore();
  filter();
  show(was === null && location.hash !== '');
  if (was) {
    goBack(was);
    window.addEventListener('load', function () { goBack(was); });
  }

  find.addEventListener('input', filter);
  document.addEventListener('change', function (event) {
    if (event.target.name === 'verdict') { filter(); }
    if (event.target.name === 'lang') { keep('localStorage', 'ocr_recap language', language()); name(); }
  });
  window.addEventListener('hashchange', function () { show(true); });
  window.addEventListener('pagehide', remember);
  document.addEventListener('visibilitychange', function () { if (document.hidden) { remember(); } });

  // On paper dates stand in the open; what was folded on the screen is folded again afterwards.
  var opened = [];
  window.addEventListener('beforeprint', function () {
    opened = folded.filter(function (item) { return item.matches('.dates') && !item.open; });
    opened.forEach(function (item) { item.open = true; });
  });
  window.addEventListener('afterprint', function () {
    opened.forEach(function (item) { item.open = false; });
  });
})();
