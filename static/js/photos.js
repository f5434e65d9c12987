// Photos are made smaller before they are sent: a phone at the edge of its network sends a tenth, and one after the other.
(() => {
  const form = document.querySelector("[data-photos]");
  if (!form || !window.createImageBitmap) return;
  const longest = Number(form.dataset.longest);

  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width * scale, height: picture.height * scale });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? new File([blob], file.name, { type: "image/jpeg" }) : file;
    } catch {
      // What the browser cannot read the server judges.
      return file;
    }
  }

  form.addEventListener("submit", async (event) => {
    if (form.dataset.ready) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    button.lastChild.textContent = form.dataset.textBusy;
    for (const input of form.querySelectorAll("input[type=file]")) {
      const chosen = new DataTransfer();
      for (const file of input.files) chosen.items.add(await smaller(file));
      input.files = chosen.files;
    }
    form.dataset.ready = "true";
    form.submit();
  });
})();
