/** The part of pouchdb-selector-core 9 we use; the package has no types of its own. */
declare module 'pouchdb-selector-core' {
	/** Whether a document matches a Mango selector. Throws for a selector that is none. */
	export function matchesSelector(doc: object, selector: object): boolean;
	/** A selector as `rowFilter` takes it. */
	export function massageSelector(selector: object): object;
	/** Whether a document fulfils what a prepared selector says of these fields. */
	export function rowFilter(doc: object, selector: object, fields: readonly string[]): boolean;
	/** `a.b` as `['a', 'b']`; a backslash takes a dot or a dollar sign as it is. */
	export function parseField(field: string): string[];
}
