// Fetches the part of a meeting's page that changes, every few seconds; never while somebody types or chooses in it, nor
// over what they typed and was refused. By the meeting's own address: after a refusal the page stands at that of the deed.
(() => {
  "use strict";
  const live = document.querySelector("#live[data-live]");
  if (!live) return;
  const busy = () =>
    live.contains(document.activeElement) && document.activeElement !== document.body ||
    live.querySelector("details[open], .wrong, input[type=radio][required]:checked") ||
    [...live.querySelectorAll("[data-keep] input:not([type=hidden]), [data-keep] textarea")].some(
      (one) => (one.type === "radio" ? one.checked !== one.defaultChecked : one.value !== one.defaultValue),
    );
  setInterval(async () => {
    if (document.hidden || busy()) return;
    const answer = await fetch(live.dataset.address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok || busy()) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
    if (fresh && fresh.innerHTML !== live.innerHTML) live.innerHTML = fresh.innerHTML;
  }, Number(live.dataset.live) * 1000);
})();
