// What makes the form quicker. Without it everything works, only slower.

// The days of an outage follow from the service: they are filled in as long as nobody wrote anything else.
const days = new Map(
  [...document.querySelectorAll("[data-outage]")].map((it) => [it.dataset.outage, it.dataset]),
);
for (const choice of document.querySelectorAll("select[name$='-service']")) {
  const [began, ended] = ["began", "ended"].map((name) =>
    document.getElementsByName(choice.name.replace("-service", `-${name}`)).item(0),
  );
  let suggested = "";
  choice.addEventListener("change", () => {
    const outage = days.get(choice.value);
    if (!outage || (ended.value && ended.value !== suggested)) return;
    began.value ||= outage.began;
    ended.value = suggested = outage.ended;
  });
}

// The number of a business is checked while it is typed: its mark follows what was found.
document.addEventListener("htmx:afterSwap", () => {
  const wrong = document.getElementById("id_business_number_error") !== null;
  document.getElementById("id_business_number")?.setAttribute("aria-invalid", wrong);
});

// A second click on "file" would only come back with the same claim; it need not be sent at all.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.once === "sent") event.preventDefault();
    form.dataset.once = "sent";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) form.dataset.once = "";
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
