// Forms that send files with htmx: how far they are, and what to do when the connection is lost.
// Parts of the form: <progress data-upload="bar" hidden>, and an alert with data-upload="lost", hidden.

const part = (event, name) => event.target.closest?.("form")?.querySelector(`[data-upload="${name}"]`);

document.addEventListener("htmx:beforeRequest", (event) => {
  const lost = part(event, "lost");
  if (lost) lost.hidden = true;
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = part(event, "bar");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const bar = part(event, "bar");
  if (bar) bar.hidden = true;
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const lost = part(event, "lost");
    if (lost) lost.hidden = false;
  });
}
