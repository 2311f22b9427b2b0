import type { HandleClientError } from '@sveltejs/kit';

/**
 * What a page shows about an error of ours: never its text, which may hold what a person entered. The browser's own
 * console keeps it for whoever looks.
 */
export const handleError: HandleClientError = ({ error }) => {
	reportError(error);
	return { message: 'unexpected' };
};
