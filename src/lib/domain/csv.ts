/**
 * Rows of a CSV text (RFC 4180: quotes, doubled quotes, line breaks inside quotes) by the names in its first line.
 * The separator is a semicolon if the first line has one, else a comma. Cells are trimmed; empty lines are left out; a
 * missing cell is ''.
 */
export function parseCsv(text: string): Record<string, string>[] {
	const firstLine = text.slice(0, text.search(/\r?\n|$/));
	const [names = [], ...rows] = cellsOf(text, firstLine.includes(';') ? ';' : ',');
	return rows.map((row) =>
		Object.fromEntries(
			names.flatMap((name, column) => (name === '' ? [] : [[name, row[column] ?? '']]))
		)
	);
}

function cellsOf(text: string, separator: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	let cell = '';
	let isQuoted = false;
	const endCell = () => {
		row.push(cell.trim());
		cell = '';
	};
	const endRow = () => {
		endCell();
		if (row.some((one) => one !== '')) rows.push(row);
		row = [];
	};
	for (let at = 0; at < text.length; at++) {
		const mark = text.charAt(at);
		if (isQuoted) {
			if (mark !== '"') cell += mark;
			else if (text.charAt(at + 1) === '"') cell += text.charAt(++at);
			else isQuoted = false;
		} else if (mark === '"' && cell.trim() === '') {
			cell = '';
			isQuoted = true;
		} else if (mark === separator) endCell();
		else if (mark === '\n') endRow();
		else cell += mark;
	}
	endRow();
	return rows;
}
