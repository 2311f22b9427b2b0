import type { HandleClientError } from '@sveltejs/kit';

/**
 * What a page shows about an error of ours: never its text, which may hold what a person entered. The browser's own
 * console keeps it for whoever looks.
 */
export const handleError: HandleClientError = ({ error, status }) => {
	// A wrong address is no error of ours.
	if (status !== 404) reportError(error);
	return { message: 'unexpected' };
};
