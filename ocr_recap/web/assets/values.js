// By value: Enter confirms the rest, also while no button has the focus.
"use strict";
const grid = document.getElementById("grid");
addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
    event.preventDefault();
    grid.requestSubmit();
  }
});
