// A plenary session: arrow keys turn to the next station, and pages learn that something was logged. All works without.
"use strict";
addEventListener("keydown", event => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, summary, [tabindex]")) return;
  const rel = {ArrowRight: "next", ArrowLeft: "prev", n: "next", p: "prev"}[event.key];
  const link = rel && document.querySelector(`a[rel=${rel}]`);
  if (link) { event.preventDefault(); link.click(); }
});
const news = document.getElementById("news");
if (news) {
  // What somebody is typing is not thrown away: then the page only says that there is news.
  const busy = () => [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some(one => one.value !== one.defaultValue) || document.querySelector("main details[open] :focus, main input:focus, main textarea:focus, main select:focus");
  const ask = async () => {
    try {
      const answer = await fetch("/version", {headers: {accept: "application/json"}});
      if (answer.ok && (await answer.json()).version !== news.dataset.version) {
        if (!busy()) return location.reload();
        news.textContent = news.dataset.text;
        news.hidden = false;
      }
    } catch { /* no connection: ask again */ }
    setTimeout(ask, 3000);
  };
  setTimeout(ask, 3000);
}
