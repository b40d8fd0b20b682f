// Buttons that copy a text, or print the page. Without scripts they are hidden: the text can be selected with one tap.

const reveal = () => {
  for (const button of document.querySelectorAll("[data-copy][hidden], [data-print][hidden]")) button.hidden = false;
};

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) {
    window.print();
    return;
  }
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.textContent;
  if (words === button.dataset.copied) return;
  button.setAttribute("aria-live", "polite");
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = words), 2000);
});

// The button that was pressed is gone with its card: the focus goes to what was done.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  reveal();
  target.querySelector("[data-focus]")?.focus();
});

reveal();
