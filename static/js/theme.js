// Loaded before anything is painted: the theme that this browser chose, if it chose one.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the page follows the device.
}
