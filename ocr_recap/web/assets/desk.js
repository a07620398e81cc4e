// The desk: sends a photo as soon as it is taken, and shows what came of it. Everything also works without this script.
"use strict";
document.documentElement.classList.add("js");
const sending = document.getElementById("sending");
const photo = document.getElementById("photo");
if (photo && "atOnce" in photo.dataset) {
  photo.addEventListener("change", () => { if (photo.files.length) photo.form.submit(); });
} else if (photo) {
  photo.addEventListener("change", async () => {
    if (!photo.files.length) return;
    const form = photo.form;
    const body = new FormData(form);
    sending.textContent = sending.dataset.sending;
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await fetch(form.action, {method: "POST", body, headers: {accept: "application/json"}});
        if (answer.ok) break;
        sending.textContent = await answer.text();
        photo.value = "";
        return;
      } catch {
        // No connection: the photo stays here and is sent again until it arrives.
        sending.textContent = sending.dataset.failed;
        await new Promise(done => setTimeout(done, Math.min(1000 * 2 ** tries, 15000)));
      }
    }
    sending.textContent = sending.dataset.reading;
    location.reload();
  });
}
// While a photo is being read, ask until it was.
if (document.querySelector("[data-state=reading]")) {
  const ask = async () => {
    try {
      const answer = await fetch(location.pathname + "/advice", {headers: {accept: "application/json"}});
      const found = await answer.json();
      if (!found.some(one => one.judgement === "reading")) return location.reload();
    } catch { /* no connection: ask again */ }
    setTimeout(ask, 400);
  };
  setTimeout(ask, 300);
}
// What an officer changes is marked; leaving the page with unsaved changes is asked about.
let changed = false;
for (const input of document.querySelectorAll("input[data-read]")) {
  input.addEventListener("input", () => {
    input.classList.toggle("changed", input.value.trim() !== input.dataset.read);
    changed = true;
  });
}
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
