// Before anything is drawn, so that no light flashes in the dark.
const chosen = localStorage.getItem('plimsoll-theme')
if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
