/** A table in plain text: first column to the left, the others to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = head.map((title, column) =>
		Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length))
	);
	const line = (cells: readonly string[]) =>
		widths
			.map((width, column) =>
				column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width)
			)
			.join('  ')
			.trimEnd();
	return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join(
		'\n'
	);
}
