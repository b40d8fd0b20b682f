// The documents of a case, one page at a time, with zoom and rotation. Without it the pages stand below each other.

const viewer = document.querySelector("[data-viewer]");
const pages = viewer ? [...viewer.querySelectorAll("[data-page]")] : [];

if (pages.length) {
  const [stage, pane, sheet, where] = ["stage", "window", "sheet", "where"].map((name) =>
    viewer.querySelector(`[data-${name}]`),
  );
  const ZOOMS = [1, 1.5, 2, 3, 4];
  const picture = document.createElement("img");
  let current = 0;
  let zoom = 0;
  let turns = 0;

  const draw = () => {
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (!width) return;
    const lies = turns % 2 === 1;
    const shown = pane.clientWidth * ZOOMS[zoom];
    const scale = shown / (lies ? height : width);
    sheet.style.width = `${shown}px`;
    sheet.style.height = `${(lies ? width : height) * scale}px`;
    picture.style.width = `${width * scale}px`;
    picture.style.transform = [
      "none",
      "rotate(90deg) translateY(-100%)",
      "rotate(180deg) translate(-100%, -100%)",
      "rotate(270deg) translateX(-100%)",
    ][turns];
  };

  const show = (number) => {
    current = (number + pages.length) % pages.length;
    turns = 0;
    picture.src = pages[current].href;
    picture.alt = pages[current].querySelector("img").alt;
    where.textContent = pages[current].dataset.page;
    pages.forEach((page, place) => {
      if (place === current) page.setAttribute("aria-current", "true");
      else page.removeAttribute("aria-current");
    });
    pane.scrollTo(0, 0);
  };

  const actions = {
    previous: () => show(current - 1),
    next: () => show(current + 1),
    smaller: () => { zoom = Math.max(zoom - 1, 0); draw(); },
    larger: () => { zoom = Math.min(zoom + 1, ZOOMS.length - 1); draw(); },
    turn: () => { turns = (turns + 1) % 4; draw(); },
  };
  const keys = {
    PageUp: "previous", PageDown: "next", "-": "smaller", "+": "larger", "=": "larger", r: "turn", ㄱ: "turn",
  };

  picture.addEventListener("load", draw);
  window.addEventListener("resize", draw);
  sheet.append(picture);
  for (const button of viewer.querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => actions[button.dataset.do]());
  }
  // Only while the page of the document has the focus: letters typed elsewhere are letters.
  pane.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    actions[action]();
  });
  pages.forEach((page, place) => {
    page.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(place);
      pane.focus();
    });
  });
  viewer.classList.add("viewer--live");
  stage.hidden = false;
  show(0);
}
