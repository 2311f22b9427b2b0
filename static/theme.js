// Runs before the first paint, so that a chosen theme never flashes. A file of its own: the policy allows no inline script.
(function () {
	try {
		var theme = localStorage.getItem('outlay.theme');
		if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
		var language = localStorage.getItem('PARAGLIDE_LOCALE');
		if (language) document.documentElement.lang = language;
	} catch {
		// Storage may be closed to us; the system's theme then stands.
	}
})();
