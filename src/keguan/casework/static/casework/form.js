// Keeps a form while it is typed: each changed question is sent by itself, a second after its first change at the latest;
// a file as soon as it is chosen, with its question alone.
// The words and the rules are the server's; without this file the buttons of the page do the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const WAIT = 1000, QUIET = 1500, AGAIN = [1000, 2000, 5000];
  const { autosave, progress, saving, unsaved, signedOut, closed } = form.dataset;
  const state = document.querySelector("[data-save-state]");
  const changed = new Set(), uploads = new Set();
  let timer = 0, quiet = 0, failures = 0, isSending = false, isLeaving = false, isOver = false;

  const aloud = document.createElement("p"), heard = new Map();  // for those who listen: what stands beside a question
  aloud.className = "unseen";
  aloud.setAttribute("role", "status");
  state.after(aloud);
  let speaks = 0;

  const say = (text, tone) => { state.textContent = text; state.dataset.tone = tone; };
  const wait = (ms) => { if (!timer && !isSending) timer = setTimeout(send, ms); };

  // One sentence about one thing, once typing rests: what comes later about the same thing takes its place.
  const speak = (about, text) => {
    heard.set(about, text);
    clearTimeout(speaks);
    speaks = setTimeout(() => {
      aloud.textContent = [...heard.values()].join(" ");
      heard.clear();
    }, WAIT);
  };

  // ------------------------------------------------------------------------------------------------ keeping

  function typed(event) {
    const question = event.target.closest(".question");
    if (!question || event.target.type === "file" || event.target.closest("[data-aside]")) return;
    changed.add(question);
    isLeaving = false;  // the sending of the page was stopped: who types is here
    counted(event.target, true);
    (event.target.closest("td") ?? question).querySelectorAll(":scope > [data-taken], :scope > .taken > [data-taken]").forEach((one) => one.remove());  // it is typed now
    if (isOver) return;
    if (!failures) say(saving, "busy");
    wait(WAIT);
  }

  function bodyOf(questions) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    for (const question of questions)
      for (const one of question.querySelectorAll("input, select, textarea")) {
        if (!one.name || one.disabled || one.type === "file" || one.closest("[data-aside]")) continue;
        if ((one.type === "checkbox" || one.type === "radio") && !one.checked) continue;
        body.append(one.name, one.value);
      }
    return body;
  }

  async function send() {
    clearTimeout(timer);
    timer = 0;
    if (isSending || isLeaving || isOver || !changed.size) return;  // a form that is being sent carries everything itself
    const questions = [...changed];
    changed.clear();
    isSending = true;
    const keep = () => questions.forEach((one) => changed.add(one));
    try {
      const body = bodyOf(questions).toString();
      const answer = await fetch(autosave, {
        method: "POST", body, keepalive: body.length < 60000, redirect: "manual",
        headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
      });
      isSending = false;
      if (answer.ok) return done(await answer.json());
      keep();
      const type = answer.headers.get("Content-Type");
      if ([403, 404, 409, 413, 422].includes(answer.status) && /^application\/(problem\+)?json/.test(type)) {
        const told = await answer.json();  // asking again would change nothing; nor, where it is over, would typing on
        isOver = told.over ?? [403, 404].includes(answer.status);
        say(told.refused?.join(" ") ?? [...(told.problems.length ? [told.detail] : []), closed].join(" "), "bad");
      } else {
        failed(answer.status === 401 || answer.type === "opaqueredirect" ? signedOut : unsaved);
      }
    } catch {
      isSending = false;
      keep();
      failed(unsaved);
    }
  }

  function failed(text) {
    say(text, "bad");
    wait(AGAIN[Math.min(failures++, AGAIN.length - 1)]);
  }

  function done(told) {
    failures = 0;
    for (const [where, mark] of Object.entries(told.marks)) {
      const shown = questionAt(where)?.querySelector("input[name=shown]");
      if (shown) shown.value = mark;
    }
    for (const [where, errors] of Object.entries(told.errors)) {
      const question = questionAt(where), notes = question?.querySelector("[data-errors]");
      if (!notes) continue;
      const before = notes.textContent;
      notes.innerHTML = errors;
      question.querySelectorAll(`:is(input, textarea, select)[aria-describedby~="${CSS.escape(notes.id)}"]`)
        .forEach((one) => (errors ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid")));
      if (errors && notes.textContent !== before) speak(where, `${nameOf(question)}: ${notes.textContent}`);
    }
    if (told.totals) document.getElementById("totals").innerHTML = told.totals;
    if (changed.size) return wait(WAIT);
    const isPartly = form.querySelector("[data-not-kept]");
    say(isPartly ? form.dataset.partly : told.said, isPartly ? "bad" : "good");
    if (!progress) return;  // nothing on this page depends on several answers but its totals
    clearTimeout(quiet);
    quiet = setTimeout(refresh, QUIET);
  }

  const nameOf = (question) => question.querySelector("label, legend").firstChild.textContent.trim();
  const questionAt = (where) => form.querySelector(`.question[data-question="${CSS.escape(where)}"]`);

  // ------------------------------------------------------------------------- what depends on several answers

  async function refresh() {
    try {
      const answer = await fetch(progress, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (!answer.ok || changed.size) return;
      const told = await answer.json();
      document.getElementById("sections").innerHTML = told.sections;
      for (const [where, text] of Object.entries(told.computed)) {
        const output = questionAt(where)?.querySelector("output");
        if (output) output.textContent = text || "—";
      }
      for (const [where, sums] of Object.entries(told.sums)) {
        const foot = questionAt(where)?.querySelector("tfoot");
        if (foot) foot.innerHTML = sums;
      }
      for (const [where, html] of Object.entries(told.weighed)) {
        const lines = questionAt(where)?.querySelector("[data-weighed]");
        if (!lines) continue;
        const before = lines.textContent;
        lines.innerHTML = html;
        if (lines.textContent.trim() !== before.trim()) speak(where, lines.textContent.trim());
      }
      for (const [where, html] of Object.entries(told.asked)) {
        const question = questionAt(where);
        const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".question");
        const comesOrGoes = question && (!question.childElementCount !== !fresh.childElementCount || "depends" in question.dataset !== "depends" in fresh.dataset);
        if (comesOrGoes && !question.contains(document.activeElement)) question.replaceWith(document.importNode(fresh, true));
      }
    } catch { /* the next saving asks again */ }
  }

  // --------------------------------------------------------------------------------------------- small helps

  // As the server counts (kernel.names.clean_text, language.cells): signs, not the halves of them; what cannot be seen is nothing,
  // nor are blanks at either end or, on one line, one after the other.
  const UNSEEN = /[\u200b\u200e\u200f\u00ad\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u206f\ufffe\uffff]|(?![\t\n])\p{Cc}|\p{Cs}/gu;
  const PLAIN = "\\x00-\\x7f\\s\\u200c\\u200d\\u3005-\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const IDLE = new RegExp(`(?<![^${PLAIN}])[\\u200c\\u200d]|[\\u200c\\u200d](?![^${PLAIN}])`, "gu");  // joiners that join nothing
  function lengthOf(field) {
    const text = field.value.normalize("NFC").replace(/\r\n|[\r\x85\u2028\u2029]/g, "\n").replace(UNSEEN, "").replace(IDLE, "").trim();
    return [...(field.tagName === "TEXTAREA" ? text : text.replace(/\s+/g, " "))].length;
  }

  function counted(field, isTyped) {
    const count = field.dataset.most && document.getElementById(`${field.id}-count`);
    if (!count) return;
    const length = lengthOf(field), left = field.dataset.most - length;
    const words = (left < 0 ? count.dataset.over : count.dataset.left).replace("{n}", Math.abs(left));
    count.textContent = `${length} / ${field.dataset.most} · ${words}`;
    count.dataset.tone = left < 0 ? "bad" : "";
    if (isTyped && left <= Math.max(10, field.dataset.most / 10)) speak(count.id, words);
  }

  function pasted(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const box = event.target.closest(".entry") && event.target.closest(".question")?.querySelector("textarea[data-paste]");
    if (!box || !/\t|\n./.test(text)) return;  // one cell is pasted as always
    event.preventDefault();
    box.value = text;
    const aside = box.closest("[data-aside]"), cells = box.closest(".question").querySelectorAll(".entry input:not([type=hidden]), .entry select, .entry textarea, .entry .chosen");
    const isFilled = [...cells].some((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : (one.value ?? one.textContent).trim()));
    if (!isFilled) return press(aside.querySelector("button"));
    aside.open = true;  // below these rows or in their place: that is for the person to say
    say(form.dataset.pasted, "busy");
    aside.querySelector("button").focus();
  }

  function chosen(event) {
    if (event.target.type === "file" && event.target.files.length) press(event.target.parentElement.querySelector("button"));
  }

  // What was typed goes first, so that what is typed from here on never meets it as somebody else's.
  async function press(button) {
    while (isSending) await new Promise((again) => setTimeout(again, 50));
    await send();
    form.requestSubmit(button);
  }

  // -------------------------------------------------------------------------------------- a file on its way

  function sent(event) {
    const input = event.submitter?.parentElement.querySelector(":scope > input[type=file]");
    if (input?.files.length && !input.disabled) {
      event.preventDefault();
      upload(input, event.submitter);
    } else if (uploads.size) {
      event.preventDefault();
      say(form.dataset.waits, "bad");
    } else isLeaving = true;
  }

  // Goes to the page's own address, as its button would, and of the page that comes back takes the question.
  function upload(input, button) {
    const question = input.closest(".question"), shown = question.querySelector("[data-upload]");
    const bar = shown.querySelector("progress"), cancel = shown.querySelector("button"), request = new XMLHttpRequest();
    const body = new FormData();
    for (const [name, value] of bodyOf([question])) body.append(name, value);
    for (const file of input.files) body.append(input.name, file);
    body.append(button.name, button.value);
    const inputs = [...question.querySelectorAll("input[type=file]")];
    const errors = question.querySelector("[data-errors]");
    let told = 0;
    const running = (is) => {
      uploads[is ? "add" : "delete"](question);
      shown.hidden = !is;
      inputs.forEach((one) => { one.disabled = is; });
    };
    const failed = (text) => {
      const isHere = question.contains(document.activeElement);
      running(false);
      say(text, "bad");
      const error = document.createElement("ul");
      error.className = "error";
      error.append(Object.assign(document.createElement("li"), { textContent: text }));
      errors.replaceChildren(error);
      if (isHere) button.focus();  // else somebody is writing elsewhere
    };
    const large = [...input.files].find((file) => file.size > shown.dataset.most);
    question.querySelectorAll("input[data-held-back]").forEach((one) => one.remove());
    if (large) {  // said before it travels; the server is told its name alone, so that it stays told
      input.value = "";
      const heldBack = Object.assign(document.createElement("input"), { type: "hidden", name: shown.dataset.large, value: large.name });
      heldBack.dataset.heldBack = "";
      question.append(heldBack);
      changed.add(question);
      wait(0);
      return failed(shown.dataset.tooLarge.replace("{name}", () => large.name));
    }
    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = Math.floor((100 * loaded) / total);
      bar.nextElementSibling.textContent = `${bar.value} %`;
      const quarters = 25 * Math.floor(bar.value / 25);
      if (quarters > told && quarters < 100) speak(input.name, `${nameOf(question)} ${(told = quarters)} %`);
    };
    request.upload.onload = () => {  // from here on it is the server's to keep or to refuse
      bar.removeAttribute("value");
      cancel.hidden = true;
    };
    request.onload = () => {
      const page = request.response, fresh = page?.querySelector(`.question[data-question="${CSS.escape(question.dataset.question)}"]`);
      if (!fresh) {
        failed(`${page?.querySelector("h1")?.textContent ?? request.status} · ${form.dataset.cutOff}`);
        isLeaving = request.status === 409;  // two versions, or a form that moved on, have pages of their own
        if (isLeaving) form.submit();
        return;
      }
      const isHere = question.contains(document.activeElement), isRefused = fresh.querySelector(".wrong");
      running(false);
      const banner = page.querySelector("main > .banner[role=status]")?.textContent.trim();  // that it is there already
      heard.delete(input.name);
      say(isRefused ? form.dataset.refused : banner || form.dataset.uploaded, isRefused ? "bad" : "good");
      if (isRefused) speak(input.name, `${nameOf(question)}: ${fresh.querySelector("[data-errors]").textContent}`);
      question.replaceWith(document.importNode(fresh, true));
      document.getElementById("sections").innerHTML = page.getElementById("sections").innerHTML;
      if (isHere) questionAt(question.dataset.question).querySelector("input[type=file], button")?.focus();
    };
    request.onerror = () => failed(form.dataset.cutOff);
    cancel.onclick = () => {
      request.abort();
      running(false);
      input.value = "";
      say(form.dataset.cancelled, "busy");
      input.focus();
    };
    errors.replaceChildren();
    bar.value = 0;
    bar.nextElementSibling.textContent = "";
    cancel.hidden = false;
    running(true);
    cancel.focus();
    say(form.dataset.uploading, "busy");
    request.open("POST", form.action);
    request.responseType = "document";
    request.send(body);
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("change", chosen);
  form.addEventListener("paste", pasted);
  form.addEventListener("submit", sent);
  form.querySelectorAll("[data-most]").forEach((one) => counted(one));
  for (const target of document.typedEarly ?? []) {  // before this file was here
    if (!form.contains(target)) continue;
    typed({ target });
    chosen({ target });
  }
  document.typedEarly = null;
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
  window.addEventListener("pagehide", send);
  window.addEventListener("pageshow", (event) => { if (event.persisted) { isLeaving = false; wait(0); } });
  window.addEventListener("beforeunload", (event) => { if (!isLeaving && (changed.size || isSending || uploads.size)) event.preventDefault(); });
})();
