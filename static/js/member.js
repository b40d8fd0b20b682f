// Buttons that copy a text, or print the page. Without scripts they are hidden: the text can be selected with one tap.

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

reveal();
