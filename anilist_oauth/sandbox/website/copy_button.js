const value = document.getElementById("value");
const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.has("error")) {
  document.querySelector("h1").textContent = "Not authorized";
  document.getElementById("empty").textContent = `The application was told: ${fragment.get("error")}.`;
}
if (fragment.has("access_token")) {
  value.value = fragment.get("access_token");
  document.getElementById("shown").hidden = false;
  document.getElementById("empty").hidden = true;
}
const copy = document.getElementById("copy");
copy.hidden = false;
copy.addEventListener("click", async () => {
  value.select();
  try {
    await navigator.clipboard.writeText(value.value);
  } catch {
    document.execCommand("copy");
  }
  document.getElementById("copied").textContent = "Copied.";
});
