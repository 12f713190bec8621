// Until the app's script has come over a slow line: leaving works at once, any other press is remembered (main.ts).
addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || document.getElementById("app").__vue_app__) return;
  event.preventDefault();
  if (button.dataset.leave) {
    location.replace(button.dataset.leave);
    localStorage.removeItem("huiyin.draft"); // as kept/place.ts does; throws where storage is blocked
  } else window.pressedEarly = [...document.querySelectorAll("button")].indexOf(button);
});
