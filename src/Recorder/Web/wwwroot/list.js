// Keys, choosing and the preview beside a list. Everything works without this file: rows are links, boxes belong to a form.

const wide = matchMedia("(min-width: 75rem)");
const main = document.querySelector("main");
const preview = document.querySelector("[data-preview]");
const help = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("a.row")];
const boxes = () => [...document.querySelectorAll("input.pick")];

// Choosing: how many, and a range with the shift key.
const count = document.querySelector("[data-chosen]");
const counted = () => {
  if (count) {
    count.textContent = count.dataset.words.replace("{0}", boxes().filter(box => box.checked).length);
  }
};
let last = null;
document.addEventListener("click", event => {
  const box = event.target instanceof Element ? event.target.closest("input.pick") : null;
  if (!box) {
    return;
  }
  const all = boxes();
  if (event.shiftKey && last) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
    all.slice(from, to + 1).forEach(each => { each.checked = box.checked; });
  }
  last = box;
  counted();
});
document.getElementById("chosen")?.addEventListener("reset", () => setTimeout(counted));
counted();

// The preview: the message's own page, its article and what can be done with it, beside the list.
let shown = null;
const close = () => {
  if (!preview || preview.hidden) {
    return false;
  }
  preview.hidden = true;
  preview.replaceChildren();
  main.classList.remove("split");
  shown?.removeAttribute("aria-current");
  shown?.focus();
  shown = null;
  return true;
};
const split = () => {
  if (!main.querySelector(".list-pane")) {
    const held = document.activeElement;
    const pane = document.createElement("div");
    pane.className = "list-pane";
    pane.append(...[...main.children].filter(child => child !== preview));
    main.prepend(pane);
    held?.focus();
  }
  main.classList.add("split");
};
let wanted = null;
const show = async row => {
  wanted = row;
  const answer = await fetch(row.href, { headers: { accept: "text/html" } }).catch(() => null);
  const page = answer?.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  if (wanted !== row) {
    return; // another row was asked for meanwhile
  }
  const parts = page?.querySelectorAll("article.message, main [data-part=recover], main .side > .card, main [data-part=acts]") ?? [];
  if (parts.length === 0) {
    location.assign(row.href);
    return;
  }
  shown?.removeAttribute("aria-current");
  (shown = row).setAttribute("aria-current", "true");
  split();
  const full = document.createElement("a");
  [full.href, full.textContent] = [row.href, preview.dataset.full];
  const shut = document.createElement("button");
  [shut.type, shut.className, shut.textContent] = ["button", "quiet", preview.dataset.close];
  shut.addEventListener("click", close);
  const bar = document.createElement("p");
  bar.className = "crumb";
  bar.append(full, shut);
  preview.replaceChildren(bar, ...parts);
  preview.hidden = false;
  preview.scrollTop = 0;
  row.scrollIntoView({ block: "nearest" });
};
document.addEventListener("click", event => {
  const row = event.target instanceof Element ? event.target.closest("a.row") : null;
  if (row && preview && wide.matches && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    show(row);
  }
});
wide.addEventListener("change", () => wide.matches || close());

// Keys. Single letters can be turned off, for those whose tools speak or mistype them (WCAG 2.1.4).
const off = () => localStorage.getItem("recorder.keys") === "off";
const step = by => {
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest("li")?.querySelector("a.row") ?? shown);
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus();
  if (next && shown && next !== shown) {
    show(next);
  }
};
const here = () => document.activeElement?.closest("li")?.querySelector("a.row") ?? shown;
const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => here()?.click(),
  x: () => here()?.closest("li").querySelector("input.pick")?.click(),
  "/": () => document.querySelector("input[name=q]")?.focus(),
  "?": () => help?.showModal(),
};
document.addEventListener("keydown", event => {
  const typing = event.target instanceof Element && event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
  if (event.key === "Escape" && !typing && close()) {
    event.preventDefault();
  } else if (keys[event.key] && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !off()) {
    event.preventDefault();
    keys[event.key]();
  }
});
const open = document.querySelector("[data-keys-open]");
if (open && help) {
  open.hidden = false;
  open.addEventListener("click", () => help.showModal());
  help.querySelector("[data-keys-close]").addEventListener("click", () => help.close());
  const on = help.querySelector("[data-keys-on]");
  on.checked = !off();
  on.addEventListener("change", () => localStorage.setItem("recorder.keys", on.checked ? "on" : "off"));
}
