// Everything works without this file; it only makes waiting shorter.

// The pages show times in the reader's zone: the browser knows it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`recorder.tz=${zone}`)) {
  document.cookie = `recorder.tz=${zone}; path=/; max-age=31536000; samesite=lax`;
}

// "/" goes to the search box, as people know it.
document.addEventListener("keydown", event => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.querySelector("input[name=q]")?.focus();
  }
});

// A resend that is on its way: ask until it has arrived. The answer is a list rendered by the server.
const live = document.querySelector("[data-live]");
if (live) {
  const deadline = Date.now() + 10 * 60 * 1000;
  let wait = 300;
  const ask = async () => {
    const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } }).catch(() => null);
    if (answer?.ok) {
      live.innerHTML = await answer.text();
    }
    wait = Math.min(wait * 1.5, 15000);
    if (live.querySelector(".wait") && Date.now() < deadline) {
      setTimeout(ask, wait);
    }
  };
  setTimeout(ask, wait);
}
