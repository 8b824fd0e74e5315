// Everything works without this file; it only makes waiting shorter.

// The pages show times in the reader's zone: the browser knows it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`recorder.tz=${zone}`)) {
  document.cookie = `recorder.tz=${zone}; path=/; max-age=31536000; samesite=lax`;
}

// A page that only leads on.
const go = document.querySelector("a[data-go]");
if (go) {
  location.replace(go.href);
}

const load = async url => {
  const answer = await fetch(url, { headers: { accept: "text/html" } }).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
};

// A message that is on its way: ask until it has arrived, then show the page's parts as they are now.
const live = document.querySelector("[data-live]");
if (live) {
  const list = live.querySelector(".dispatches");
  const deadline = Date.now() + 10 * 60 * 1000;
  let wait = 300;
  const renew = async () => {
    const page = await load(live.dataset.page);
    for (const part of page?.querySelectorAll("[data-part]") ?? []) {
      const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
      if (part.dataset.part !== "recover") {
        old?.replaceWith(part);
      }
    }
    for (const card of page?.querySelectorAll("[data-part=recover] > .card") ?? []) {
      list.before(card);
    }
  };
  const ask = async () => {
    const now = await load(live.dataset.live);
    if (now) {
      list.replaceChildren(...now.querySelectorAll("li"));
    }
    if (!list.querySelector(".wait")) {
      await renew();
    } else if (Date.now() < deadline) {
      wait = Math.min(wait * 1.5, 15000);
      setTimeout(ask, wait);
    }
  };
  setTimeout(ask, wait);
}

// An act on many messages: show how far it is, until it has ended.
const watch = async () => {
  const job = document.querySelector("[data-job]");
  if (!job) {
    return;
  }
  const part = (await load(job.dataset.job))?.querySelector("[data-part=job]");
  if (part && !job.contains(document.activeElement)) {
    job.replaceWith(part);
  }
  setTimeout(watch, 1500);
};
setTimeout(watch, 1000);
