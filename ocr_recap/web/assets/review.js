// Review: the next numbers are claimed and their pictures loaded ahead; answers are sent in the background, kept in this
// browser until the server has them, and sent again after a lost connection. Everything also works without this script.
"use strict";
document.documentElement.classList.add("js");
const $ = id => document.getElementById(id);
const KEY = "ocr-recap answers of " + $("state").dataset.person;
const ahead = [];
let task = null, since = performance.now(), fetching = null, sending = false;
const unsent = JSON.parse(localStorage.getItem(KEY) || "[]");
const done = new Set(unsent.map(one => one.task));

const keep = () => localStorage.setItem(KEY, JSON.stringify(unsent));
function tell(text) { $("state").textContent = text; }
function load(one) {
  one.images = Object.entries(one.pictures).filter(([kind]) => kind !== "context").map(([kind, source]) => {
    const image = new Image();
    image.src = source;
    return [kind, image];
  });
  return one;
}
async function more() {
  if (fetching) return fetching;
  fetching = (async () => {
    const answer = await fetch("/review/claim" + location.search, {headers: {accept: "application/json"}});
    if (!answer.ok) throw new Error(await answer.text());
    $("sheets").hidden = answer.headers.get("x-sheets") === "0";
    const known = new Set([...ahead.map(one => one.id), task && task.id]);
    for (const one of await answer.json()) if (!known.has(one.id) && !done.has(one.id)) ahead.push(load(one));
  })();
  try { await fetching; } finally { fetching = null; }
}
function show(one) {
  task = one;
  since = performance.now();
  $("work").hidden = !one;
  $("work").dataset.shown = one ? one.id : "";
  $("page").hidden = true;
  if (!one) { tell($("state").dataset.none); setTimeout(next, 3000); return; }
  tell(unsent.length ? $("state").dataset.unsaved.replace("%", unsent.length) : "");
  $("label").textContent = one.label;
  $("where").textContent = `${one.form}, ${one.page}`;
  $("seen").hidden = !one.third;
  $("seen").textContent = $("seen").dataset.text.replace("%", one.shown.join(" / "));
  $("task").value = one.id;
  $("context").href = one.pictures.context;
  for (const kind of ["digits", "bubbles", "words", "strokes"]) {
    $(kind).hidden = !one.pictures[kind];
    if (one.pictures[kind]) $(kind).src = one.pictures[kind];
  }
  $("text").value = "";
  $("text").focus();
}
async function next() {
  if (!ahead.length) {
    try { await more(); } catch { tell($("state").dataset.unsaved.replace("%", unsent.length)); setTimeout(next, 2000); return; }
  }
  if (ahead.length || !task) show(ahead.shift() || null);
  if (ahead.length < 4) more().catch(() => {});
}
async function send() {
  if (sending) return;
  sending = true;
  while (unsent.length) {
    const body = new URLSearchParams(unsent[0]);
    try {
      const answer = await fetch("/review/answer", {method: "POST", body, headers: {accept: "application/json"}});
      if (answer.status === 401) { location.reload(); break; }
      if (answer.status === 409) tell($("state").dataset.refused + " " + await answer.text());
      else if (!answer.ok) throw new Error(answer.status);
      unsent.shift();
      keep();
    } catch {
      tell($("state").dataset.unsaved.replace("%", unsent.length));
      await new Promise(wait => setTimeout(wait, 1500));
    }
  }
  sending = false;
}
function say(more) {
  if (!task) return;
  const id = String(task.id);
  unsent.push({task: id, seconds: ((performance.now() - since) / 1000).toFixed(2), ...more});
  keep();
  done.add(task.id);
  task = null;
  send();
  next();
}
function valid(text) { return /^[0-9]{1,6}$/.test(text); }
$("answer").addEventListener("submit", event => {
  if (!task) return;
  event.preventDefault();
  const button = event.submitter;
  if (button && button.name === "special") return say({text: button.value});
  if (button && button.name === "hand_on") return say({hand_on: "1"});
  const text = $("text").value.trim();
  if (["-", "?", "!"].includes(text) || valid(text)) say({text});
});
addEventListener("keydown", event => {
  if (!task || event.ctrlKey || event.metaKey || event.altKey) return;
  const other = event.target.closest("select, textarea, summary, a, button, .filters input");
  if (event.key === "Escape") { event.preventDefault(); say({hand_on: "1"}); }
  else if (other) return;
  else if (event.key === "Backspace" && !$("text").value) { event.preventDefault(); $("back").click(); }
  else if (event.key === "-" && !$("text").value) { event.preventDefault(); say({text: "-"}); }
  else if (event.key === "?" && !$("text").value) { event.preventDefault(); say({text: "?"}); }
  else if (event.key === "!" && !$("text").value) { event.preventDefault(); say({text: "!"}); }
  else if (event.key === " ") {
    event.preventDefault();
    const page = $("page");
    page.hidden = !page.hidden;
    if (!page.hidden) { page.src = task.pictures.context; page.scrollIntoView({block: "nearest"}); }
  } else if (/^[0-9]$/.test(event.key) && event.target !== $("text")) { $("text").focus(); }
});
// The number in the page comes first; a correction is one number, and the work goes on after it.
if ($("work").dataset.again) {
  $("answer").querySelector("#text").focus();
} else {
  send();
  more().then(() => { if (ahead.length) show(ahead.shift()); else if (!$("task").value) show(null); }).catch(() => {});
}
