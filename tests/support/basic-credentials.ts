/** The header of HTTP Basic, for `fetch`. */
export function basic(name: string, password: string): { authorization: string } {
	return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}
