// The live part of a job's page is loaded anew every few seconds: what somebody has opened in it stays open.
let open = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  open = [...event.target.querySelectorAll("details[open]")].map((it) => it.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
});
