// Runs before the page is drawn, so that it never shows the wrong colours first.
{
  const theme = localStorage.getItem("kvasir.theme");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
}
