// Buttons that copy a text, or print the page, and the time until the pass opens. Without scripts they are hidden: the
// text can be selected with one tap, and the day of the opening is written.

const reveal = () => {
  for (const button of document.querySelectorAll("[data-copy][hidden], [data-print][hidden]")) button.hidden = false;
};

// Where the browser has no clipboard for us (it was denied, or the page came by http), what is selected can be copied.
const copy = async ({ dataset, nextElementSibling: told }) => {
  for (const earlier of document.querySelectorAll(".coupon__told")) earlier.textContent = "";
  const code = document.getElementById(dataset.copy);
  try {
    await navigator.clipboard.writeText(code.textContent);
    told.textContent = dataset.copied;
  } catch {
    getSelection().selectAllChildren(code);
    told.textContent = dataset.selected;
  }
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  else copy(button);
});

// The button that was pressed is gone with its card: the focus goes to what was done.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  reveal();
  target.querySelector("[data-focus]")?.focus();
});

// From the server's seconds on, by the pace of this device: a clock that is set wrong does no harm. Nothing is loaded at the
// end: whoever waits presses the button, as all of them at the same second would be answered by nobody.
const countDown = (timer) => {
  const end = Date.now() + timer.dataset.countdown * 1000;
  const tick = () => {
    const left = Math.max(Math.ceil((end - Date.now()) / 1000), 0);
    const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    timer.lastElementChild.textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
    if (left) return;
    clearInterval(clock);
    timer.hidden = true;
    timer.nextElementSibling.textContent = timer.dataset.over;
  };
  const clock = setInterval(tick, 250);
  timer.hidden = false;
  tick();
};

document.querySelectorAll("[data-countdown]").forEach(countDown);

reveal();
