// An inspection at the charger. All of it is kept in this browser (IndexedDB) at every change; what is finished is sent
// when there is a connection, each once by an id made here, and forgotten here only when the server has it.
(() => {
  const root = document.querySelector("[data-inspection]");
  if (!root) return;
  const data = JSON.parse(document.getElementById("inspection-data").textContent);
  const say = data.texts;
  const form = root.querySelector("[data-form]"), state = root.querySelector("[data-state]"), queue = root.querySelector("[data-queue]");
  let record = null, sending = false, redraw = () => {};

  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : ([1e7] + -1e3 + -4e3 + -8e3 + -1e11).replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

  // The store: one object for each inspection, by its id; photos stand in it as blobs.
  const opened = new Promise((done, fail) => {
    const request = indexedDB.open("inspections", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("records", { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  async function store(mode, act) {
    const database = await opened;
    return new Promise((done, fail) => {
      const transaction = database.transaction("records", mode);
      const request = act(transaction.objectStore("records"));
      transaction.oncomplete = () => done(request.result);
      // A full device shows itself only here: no request failed then.
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  }
  const all = () => store("readonly", (rows) => rows.getAll());
  const keep = (row) => store("readwrite", (rows) => rows.put(row));
  const forget = (id) => store("readwrite", (rows) => rows.delete(id));
  // What was sent and forgotten meanwhile does not come back.
  const keepOn = (row) => store("readwrite", (rows) => {
    const known = rows.getKey(row.id);
    known.onsuccess = () => { if (known.result !== undefined) rows.put(row); };
    return known;
  });
  // One tab writes, and one sends; browsers without locks have one tab at the charger anyway.
  const locked = (name, options, act) => (navigator.locks ? navigator.locks.request(name, options, act) : act(true));

  // Whether it is kept; what is not is said until it is.
  let saving = Promise.resolve(true);
  function changed() {
    const row = record;
    saving = saving.then(() => keep(row)).then(() => { if (row === record) tell(say.kept); return true; }, () => { tell(say.not_kept, true); return false; });
    return saving;
  }
  function tell(text, isBad) {
    state.textContent = text;
    state.className = isBad ? "note tone-faulted" : "quiet";
  }

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    node.append(...children);
    return node;
  }

  // The form of one checklist.
  function begin(checklist) {
    record = { id: uuid(), station: data.station, person: data.person, checklist: checklist.id, title: checklist.title, items: checklist.items, order: data.order,
      begun_at: new Date().toISOString(), finished_at: null, answers: {}, photos: [], note: "", signed_name: data.name, strokes: [], problem: "" };
    changed();
    show();
  }
  function choose() {
    form.replaceChildren(make("h2", {}, say.choose));
    for (const checklist of data.checklists) {
      const button = make("button", { type: "button", class: "button button-wide work-button" }, checklist.title);
      button.addEventListener("click", () => begin(checklist));
      form.append(button);
    }
    if (!data.checklists.length) form.append(make("p", { class: "quiet" }, say.none));
  }
  function answer(item) { return (record.answers[item.key] ??= { value: "", note: "" }); }

  function show() {
    form.replaceChildren(make("h2", {}, record.title));
    if (record.problem) form.append(make("p", { class: "note tone-faulted", role: "alert" }, record.problem));
    for (const item of record.items) form.append(shown(item));
    form.append(text(say.note, "note", record.note, (value) => { record.note = value; }, true));
    form.append(signature(), text(say.signed_name, "signed", record.signed_name, (value) => { record.signed_name = value; }));
    const done = make("button", { type: "button", class: "button button-primary button-wide work-button" }, say.finish);
    done.addEventListener("click", finish);
    const drop = make("button", { type: "button", class: "button button-wide" }, say.discard);
    drop.addEventListener("click", async () => {
      if (!drop.dataset.sure) { drop.dataset.sure = "yes"; drop.textContent = say.sure; return; }
      await saving;
      await forget(record.id);
      record = null;
      choose();
    });
    form.append(make("p", { class: "note tone-faulted", role: "alert", id: "inspection-missing", hidden: true }), done, drop);
  }
  function text(label, name, value, set, isLong) {
    const input = make(isLong ? "textarea" : "input", { id: `inspection-${name}`, rows: isLong ? 2 : undefined, type: isLong ? undefined : "text" });
    input.value = value;
    input.addEventListener("input", () => { set(input.value); changed(); });
    return make("div", { class: "field" }, make("label", { for: input.id }, label), input);
  }
  function shown(item) {
    const mine = answer(item);
    const box = make("fieldset", { class: "field inspection-item", "data-item": item.key }, make("legend", {}, item.text + (item.required ? "" : ` ${say.optional}`)));
    if (item.kind === "check" || item.kind === "photo") box.append(choices(item, mine));
    else {
      const input = make(item.kind === "text" ? "textarea" : "input", { "aria-label": item.text, inputmode: item.kind === "number" ? "decimal" : undefined, type: item.kind === "number" ? "text" : undefined, rows: item.kind === "text" ? 2 : undefined });
      input.value = mine.value;
      const limits = make("p", { class: "field-help" }, [item.minimum != null ? `≥ ${item.minimum}` : "", item.maximum != null ? `≤ ${item.maximum}` : ""].filter(Boolean).join(", ") + (item.unit ? ` ${item.unit}` : ""));
      input.addEventListener("input", () => { mine.value = input.value.trim(); judge(); changed(); });
      const judge = () => {
        const value = Number(mine.value.replace(",", "."));
        const bad = item.kind === "number" && mine.value !== "" && (Number.isNaN(value) || (item.minimum != null && value < Number(item.minimum)) || (item.maximum != null && value > Number(item.maximum)));
        input.setAttribute("aria-invalid", bad ? "true" : "false");
      };
      judge();
      box.append(input, limits);
    }
    box.append(camera(item));
    return box;
  }
  function choices(item, mine) {
    const row = make("div", { class: "inspection-choices" });
    const offered = item.kind === "photo" ? [["na", say.na]] : [["yes", say.yes], ["no", say.no], ["na", say.na]];
    for (const [value, label] of offered) {
      const input = make("input", { type: item.kind === "photo" ? "checkbox" : "radio", name: `item-${item.key}`, value });
      input.checked = mine.value === value;
      input.addEventListener("change", () => { mine.value = input.checked ? value : ""; changed(); });
      row.append(make("label", {}, input, make("span", {}, label)));
    }
    return row;
  }

  // Photos: made smaller at once, shown on a canvas.
  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width * scale, height: picture.height * scale });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? blob : file;
    } catch {
      return file;
    }
  }
  function camera(item) {
    const strip = make("div", { class: "photo-strip" });
    const input = make("input", { type: "file", accept: "image/*", capture: "environment", id: `photo-${item.key}` });
    const list = async () => {
      strip.replaceChildren();
      for (const photo of record.photos.filter((entry) => entry.item === item.key)) {
        const canvas = make("canvas", { width: 120, height: 120, role: "img", "aria-label": say.photo_of + " " + item.text });
        createImageBitmap(photo.blob).then((picture) => {
          const side = Math.min(picture.width, picture.height);
          canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 120, 120);
        }, () => {});
        const remove = make("button", { type: "button", class: "button button-small" }, say.remove);
        remove.addEventListener("click", () => { record.photos = record.photos.filter((entry) => entry !== photo); changed(); list(); });
        strip.append(make("div", {}, canvas, remove));
      }
    };
    input.addEventListener("change", async () => {
      for (const file of [...input.files]) record.photos.push({ id: uuid(), item: item.key, blob: await smaller(file), sent: false });
      input.value = "";
      await changed();
      list();
    });
    list();
    return make("div", { class: "inspection-photo" }, make("label", { for: input.id }, item.kind === "photo" ? say.take : say.add_photo), input, strip);
  }

  // A drawn signature: kept as its lines, so that it is there again after a reload.
  function signature() {
    const canvas = make("canvas", { class: "inspection-signature", width: 600, height: 200, role: "img", "aria-label": say.signature });
    const pen = canvas.getContext("2d");
    redraw = () => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.lineWidth = 3; pen.lineCap = "round"; pen.strokeStyle = "#123";
      for (const line of record.strokes) {
        pen.beginPath();
        line.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
        if (line.length === 1) pen.lineTo(line[0][0] + 0.1, line[0][1]);
        pen.stroke();
      }
    };
    let line = null;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [Math.round(((event.clientX - box.left) * canvas.width) / box.width), Math.round(((event.clientY - box.top) * canvas.height) / box.height)];
    };
    canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); line = [at(event)]; record.strokes.push(line); redraw(); });
    canvas.addEventListener("pointermove", (event) => { if (line) { line.push(at(event)); redraw(); } });
    canvas.addEventListener("pointerup", () => { line = null; changed(); });
    const clear = make("button", { type: "button", class: "button button-small" }, say.clear);
    clear.addEventListener("click", () => { record.strokes = []; redraw(); changed(); });
    redraw();
    root.signed = () => (record.strokes.length ? canvas.toDataURL("image/png") : "");
    return make("div", { class: "field" }, make("span", { class: "field-label" }, say.signature), canvas, make("p", {}, clear));
  }

  function missing() {
    return record.items.find((item) => item.required && !(answer(item).value || (item.kind === "photo" && record.photos.some((photo) => photo.item === item.key))));
  }
  async function finish() {
    const lacks = missing(), note = document.getElementById("inspection-missing");
    if (lacks) {
      note.hidden = false;
      note.textContent = say.lacks.replace("%item", lacks.text);
      form.querySelector(`[data-item="${lacks.key}"]`).scrollIntoView({ block: "center" });
      return;
    }
    record.signature = root.signed();
    record.finished_at = new Date().toISOString();
    record.problem = "";
    if (!(await changed())) return sendUnkept();
    record = null;
    choose();
    tell(say.finished);
    await waiting();
    send();
  }
  // It cannot be kept here: it is sent at once, or stays on the page as it is.
  async function sendUnkept() {
    const row = record;
    try {
      const { token } = await pass();
      await sendOne(row, token, async () => {});
      record = null;
      choose();
      tell(say.sent);
    } catch (error) {
      row.finished_at = null;
      tell(`${say.not_kept} ${error.status || error.message === say.sign_in ? error.message : say.offline_unkept}`, true);
    }
  }

  // What is finished and not sent yet, of whatever station.
  async function waiting() {
    const rows = (await all()).filter((row) => row.finished_at);
    queue.replaceChildren(...rows.map((row) => {
      const words = make("div", {}, make("strong", {}, row.title), make("span", { class: "under" }, `${row.station} · ${row.problem || say.waits}`));
      const line = make("div", { class: "row" }, words);
      if (row.problem && row.station === data.station && row.person === data.person) {
        const open = make("button", { type: "button", class: "button button-small" }, say.correct);
        open.addEventListener("click", () => locked("inspections-sending", {}, async () => {
          record = (await all()).find((entry) => entry.id === row.id);
          record.finished_at = null;
          if (record.refused) record.id = uuid();
          if (record.id !== row.id) await forget(row.id);
          await changed();
          await waiting();
          show();
        }));
        line.append(open);
      }
      return line;
    }));
    queue.parentElement.hidden = !rows.length;
    return rows;
  }
  async function pass() {
    const answer = await fetch(data.token_url, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || !answer.ok) throw new Error(say.sign_in);
    return answer.json();
  }
  async function post(url, token, body) {
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, body, redirect: "manual" });
    const words = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(words.problem || say.refused), { status: answer.status });
    return words;
  }
  async function sendOne(row, token, remember = keepOn) {
    if (!row.sent) {
      const { id, station, checklist, title, items, order, begun_at, finished_at, answers, note, signed_name, signature, person } = row;
      const photos = row.photos.map((photo) => photo.item);
      await post(data.sync_url, token, JSON.stringify({ id, station, person, inspection: { checklist, title, items, order, begun_at, finished_at, answers, note, signed_name, signature, photos } }));
      row.sent = true;
      await remember(row);
    }
    for (const photo of row.photos.filter((entry) => !entry.sent)) {
      const body = new FormData();
      body.append("id", photo.id);
      body.append("item", photo.item);
      body.append("photo", photo.blob, "photo.jpg");
      await post(data.photo_url.replace(data.nobody, row.id), token, body);
      photo.sent = true;
      await remember(row);
    }
    await forget(row.id).catch(() => {});
  }
  function send() {
    if (sending || !navigator.onLine) return;
    return locked("inspections-sending", { ifAvailable: true }, (lock) => lock && sendAll());
  }
  async function sendAll() {
    sending = true;
    try {
      const rows = await waiting();
      if (!rows.length) return;
      const { token } = await pass();
      for (const row of rows) {
        try {
          await sendOne(row, token);
          tell(say.sent);
        } catch (error) {
          if (!error.status || error.status >= 500) throw error;
          row.problem = error.message;
          row.refused = error.status === 409;
          await keepOn(row);
        }
      }
    } catch (error) {
      tell(error.message === say.sign_in ? say.sign_in : say.offline);
    } finally {
      sending = false;
      await waiting();
    }
  }

  async function offlineToo() {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(data.worker_url, { scope: data.scope });
    const registration = await navigator.serviceWorker.ready;
    const urls = [location.href, ...performance.getEntriesByType("resource").map((entry) => entry.name)].filter((url) => url.startsWith(location.origin));
    navigator.serviceWorker.addEventListener("message", (event) => {
      if (event.data === "kept") root.querySelector("[data-offline]").hidden = false;
    });
    registration.active.postMessage({ keep: [...new Set(urls)] });
  }

  window.addEventListener("online", send);
  setInterval(send, 30000);
  window.addEventListener("load", () => offlineToo().catch(() => {}));
  async function open() {
    const rows = await all();
    record = rows.find((row) => !row.finished_at && row.station === data.station && row.person === data.person) || null;
    tell("");
    if (record) show(); else choose();
    await waiting();
    send();
  }
  // Two tabs would overwrite each other's answers: the second waits until the first is closed, and goes on from there.
  const place = `inspection of ${data.station}`, held = () => open().then(() => new Promise(() => {}), () => { tell(say.not_kept, true); choose(); });
  locked(place, { ifAvailable: true }, (lock) => {
    if (lock) return held();
    tell(say.other_tab);
    locked(place, {}, held);
  });
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
})();
