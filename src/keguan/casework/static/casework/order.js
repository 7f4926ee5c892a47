// Moves the rows of an ordered list by drag, by its buttons and by typed places. Nothing is kept before the form is sent;
// without this file the same buttons ask the server.
(() => {
  "use strict";
  const form = document.querySelector("form[data-order]");
  if (!form) return;
  const body = form.querySelector("tbody"), line = body.querySelector("[data-line]"), live = document.getElementById("order-told");
  const ranks = form.dataset.ranks ? form.dataset.ranks.split(",") : [];
  const first = Number(form.dataset.first), of = Number(form.dataset.of);  // the place of the first row here; all there are
  const rows = () => [...body.querySelectorAll("tr[data-number]")];
  let dragged = null;

  function renumber() {
    rows().forEach((row, at) => {
      row.querySelector("[data-place]").value = first + at;
      row.querySelector("[data-rank]").textContent = ranks[first + at - 1] ?? "—";
    });
    if (!line) return;
    const last = rows()[ranks.length - first];
    if (last) last.after(line);
    else body.prepend(line);
  }

  function tell(row) {
    const place = first + rows().indexOf(row);
    const said = place <= ranks.length ? form.dataset.above : form.dataset.beyond;
    live.textContent = said.replace("{name}", row.dataset.title).replace("{n}", place);
  }

  function move(row, to) {
    const others = rows().filter((one) => one !== row);
    if (to >= others.length) body.append(row);
    else others[Math.max(0, to)].before(row);
    renumber();
    tell(row);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-by]");
    if (!button) return;
    const row = button.closest("tr"), to = rows().indexOf(row) + Number(button.dataset.by);
    if (first + to >= 1 && first + to <= of && !rows()[to]) return;  // onto another page: the server moves it
    event.preventDefault();
    move(row, to);
    button.focus();
  });

  form.addEventListener("change", (event) => {
    const box = event.target.closest("[data-place]");
    const to = box && /^[0-9]+$/.test(box.value.trim()) ? Number(box.value) : 0;
    if (to < 1 || to > of) return;  // the server says what is wrong with it
    if (!rows()[to - first]) return form.requestSubmit(form.querySelector("button[value=sort]"));  // onto another page
    move(box.closest("tr"), to - first);
    box.focus();
  });

  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[draggable]")?.closest("tr") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.number);
    event.dataTransfer.setDragImage(dragged, 8, 8);
    dragged.classList.add("dragged");
  });

  form.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest("tr[data-number]");
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY > box.top + box.height / 2) over.after(dragged);
    else over.before(dragged);
  });

  form.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
  form.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    renumber();
    tell(dragged);
    dragged = null;
  });
})();
