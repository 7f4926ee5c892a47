// Notes what is typed while the rest of the page, form.js with it, is still on its way over a slow line.
(() => {
  "use strict";
  document.typedEarly = new Set();
  document.addEventListener("input", (event) => document.typedEarly?.add(event.target));
})();
