// A passkey that was not used is said in words; what a browser says of it is for its console only.
document.addEventListener("allauth.error", (event) => {
  const note = document.querySelector("[data-passkey-trouble]");
  if (!note) return;
  event.preventDefault();
  note.hidden = false;
});
